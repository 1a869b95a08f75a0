# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run would do now, without doing it: who moves, from where to where."""

from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ...measures import CELL_SQL, day_columns
from ..scheme.thresholds import AXES
from .changes import FIRST_ORDER
from .cuts import Cuts
from .facts import FACTS_TABLE, Facts, columns_sql
from .known_facts import KnownFacts
from .plans import WHOLE_TABLES, planned
from .scores import scored_sql
from .signals import asks_mindbox

# Measures of which many customers have the same value, and their columns; the others
# tell each from each.
COARSE = {"recency": "last_order_date", "orders": "order_count"}
SINGLE = {"age", "amount", "average"}

# Customers by their segment now and the rule that wins; who stays or goes has no rule.
PREVIEW_QUERY = """
    SELECT old_segment_id, CASE WHEN gone OR stays THEN NULL
                                ELSE %(winner)s END AS position,
           gone, sum(customers)::bigint, sum(total),
           sum(customers) FILTER (WHERE r_score > 0)::bigint
      FROM (%(customers)s) customer
     GROUP BY 1, 2, 3
"""
# All customers with their facts and new scores.
SINGLY = """
    SELECT *, partner_id IS NULL AS gone, %(stays)s AS stays,
           1 AS customers, amount AS total
      FROM (%(scored)s) customer
"""
# The profiles as facts.
AS_FACTS = "(SELECT *, segment_id AS old_segment_id FROM %s p)"
# All profiles, one by one.
EACH = """
    SELECT *, segment_id AS old_segment_id, %(stays)s AS stays, 1 AS customers,
           amount AS total
      FROM %(source)s p
"""
# The profiles, put together as far as the rules allow: a million customers are some
# thousand groups that the rules cannot tell apart.
GROUPED = """
    SELECT segment_id AS old_segment_id, %(stays)s AS stays, %(judged)s,
           count(*) AS customers, sum(amount) AS total
      FROM %(source)s p
     GROUP BY segment_id, stays, %(judged)s
"""
# Profiles whose scores are still right.
ALIKE = """
    SELECT %(columns)s
      FROM (%(alike)s) alike
    OFFSET 0
"""


class Row(NamedTuple):
    """Customers with the same segment now, whom the same rule catches.

    The rule is empty for those who stay or are gone: no customers any more. Buyers are
    those of them who have ordered.
    """

    segment: models.BaseModel
    rule: models.BaseModel
    customers: int
    amount: float
    gone: bool
    buyers: int


class Preview:
    """A run of a scheme that writes nothing.

    .. attribute:: known

        The facts of the last run, where they serve; else orders are counted anew.
    """

    def __init__(self, scheme, today=None):
        self.scheme = scheme
        self.env = scheme.env
        self.today = today or scheme._get_today()
        self.rules = scheme.rule_ids.sorted()
        self.active_id = scheme._get_active_id(scheme.company_id.id)
        self.env.flush_all()
        known = KnownFacts(scheme, self.today)
        self.known = known if known.are_enough() else None

    @cached_property
    def rows(self):
        """List of :class:`Row`."""
        if not self.known:
            facts = Facts(self.scheme, self.today)
            with planned(self.env.cr, WHOLE_TABLES):
                facts.load(self.active_id or 0)
        segments = self.env["rfm.segment"]
        found = self.env.execute_query(self._preview_sql())
        return [
            Row(
                segments.browse(old),
                self.rules[position] if position is not None else self.rules.browse(),
                customers,
                amount or 0,
                gone,
                buyers or 0,
            )
            for old, position, gone, customers, amount, buyers in found
        ]

    def summarize(self):
        """Return moves and new sizes of the segments, for people.

        :return: dict of ``moves`` (from, to, customers, amount), ``caught``
            {rule: customers}, ``headline`` and ``counted_at``, empty for just now
        """
        moves, caught, total = {}, {}, 0
        for old, rule, customers, amount, gone, _buyers in self.rows:
            new = self.env["rfm.segment"] if gone else (rule.segment_id or old)
            total += 0 if gone else customers
            caught[rule] = caught.get(rule, 0) + (0 if gone else customers)
            if new._origin != old:
                count, money = moves.get((old, new), (0, 0))
                moves[old, new] = (count + customers, money + float(amount))
        moves = [(old, new, *size) for (old, new), size in moves.items()]
        return {
            "moves": sorted(moves, key=lambda move: -move[2]),
            "caught": caught,
            "headline": self._get_headline(sum(move[2] for move in moves), total),
            "counted_at": self.known and self.known.log.finished_at,
        }

    def _get_headline(self, moved, total):
        if not moved:
            return self.env._("With these rules none of %s customers moves.", total)
        return self.env._(
            "With these rules %(moved)s of %(total)s customers move.",
            moved=moved,
            total=total,
        )

    # === THE QUERY === #

    def _preview_sql(self):
        cuts = self._get_cuts()
        same_scores = self.known and cuts == self.known.get_cuts()
        alike = same_scores and not asks_mindbox(self.scheme)
        customers = self._alike_sql() if alike else self._singly_sql(cuts)
        return SQL(PREVIEW_QUERY, winner=self.rules._winner_sql(), customers=customers)

    def _get_cuts(self):
        """Return the thresholds; those of the known facts where they serve."""
        cuts = Cuts(self.scheme, self.today)
        if not self.known:
            return cuts.find(FACTS_TABLE)
        if cuts.are_measured() and self.known.share_cuts(self.scheme):
            return self.known.get_cuts()
        return cuts.find(self.known.source)

    def _stays_sql(self):
        """Return whether a customer has to stay in the segment for the time being."""
        if not self.active_id or self.active_id != self.scheme._origin.id:
            return SQL("FALSE")
        since = self.today - timedelta(days=self.scheme.min_stay_days)
        held = SQL("COALESCE(segment_since > %s::date, FALSE)", since)
        # Known facts are those of the profiles: nobody has ordered since.
        return held if self.known else SQL("%s AND NOT %s", held, SQL(FIRST_ORDER))

    def _singly_sql(self, cuts):
        source = SQL(AS_FACTS, self.known.source) if self.known else FACTS_TABLE
        more = ("old_segment_id", "segment_since")
        more += () if self.known else ("old_r",)
        scored = scored_sql(self.scheme, source, cuts, self.today, more)
        return SQL(SINGLY, stays=self._stays_sql(), scored=scored)

    def _alike_sql(self):
        source, stays = self.known.source, self._stays_sql()
        judged = self._get_judged()
        columns = [SQL("*, FALSE AS gone"), SQL(f"{CELL_SQL} AS cell")]
        if judged is None:
            alike = SQL(EACH, source=source, stays=stays)
            columns += day_columns(self.today)
        else:
            group = columns_sql(judged)
            alike = SQL(GROUPED, source=source, stays=stays, judged=group)
            columns += day_columns(self.today, judged)
        return SQL(ALIKE, columns=SQL(", ").join(columns), alike=alike)

    def _get_judged(self):
        """Return the columns that the rules look at.

        :return: list of columns, None where the rules look at single customers
        """
        measures = set(self.rules.condition_ids.mapped("measure"))
        if any(self.rules.mapped("no_orders")):
            measures.add("recency")
        if measures & SINGLE or any(rule._get_domain_text() for rule in self.rules):
            return None
        coarse = [column for name, column in COARSE.items() if name in measures]
        return [f"{axis}_score" for axis in AXES] + coarse
