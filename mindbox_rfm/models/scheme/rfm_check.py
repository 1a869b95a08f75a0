# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the rules do before they are used: holes, overlaps, dead rules, who moves."""

from datetime import timedelta
from itertools import pairwise
from math import ceil, floor, prod

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...measures import MEASURES, UPPER
from ..run.rfm_engine import FACTS, _columns

# More combinations than this are not worth the wait.
MAX_POINTS = 300_000
FOREVER = 100_000
SCORES = ("r", "f", "m")
MOVES_SHOWN = 12
# Measures of which many customers have the same value, and their columns; the others
# tell each from each.
COARSE = {"recency": "last_order_date", "orders": "order_count"}
SINGLE = {"age", "amount", "average"}
DAYS = {"recency": "last_order_date", "age": "first_order_date"}


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    check_html = fields.Html(compute="_compute_htmls", sanitize=False)
    preview_html = fields.Html(compute="_compute_htmls", sanitize=False)

    # === HOLES, OVERLAPS, DEAD RULES === #

    def _check_coverage(self):
        """Try the rules on every combination that their own borders tell apart.

        Each measure is cut into bands at the bounds of the rules; each combination of
        bands, and each cell of the matrix where scores are used, is one point. The
        very predicates of the run judge the points.

        :return: dict of the number of points, holes (only the last rule catches
            them), overlaps (more than one rule matches), and a list of rules with
            their matches and wins; None where there are too many points
        """
        rules = self.rule_ids.sorted()
        values = self._get_points(rules)
        if prod(map(len, values.values())) > MAX_POINTS:
            return None
        flags = {rule: f"d{i}" for i, rule in enumerate(rules.filtered("domain"))}
        predicates = [
            rule._to_sql(rule in flags and SQL.identifier(flags[rule]) or None)
            for rule in rules
        ]
        [row] = self.env.execute_query(
            _coverage_sql(self._points_sql(values, flags.values()), predicates)
        )
        return self._read_coverage(rules, row)

    def _read_coverage(self, rules, row):
        points, holes, overlaps, examples, *counts = row
        triples = zip(counts[::3], counts[1::3], counts[2::3], strict=True)
        return {
            "points": points,
            "holes": holes,
            "overlaps": overlaps,
            "examples": examples or [],
            "rules": [
                {
                    "rule": rule,
                    "matches": matches,
                    "wins": wins,
                    "dead": not ever and not rule.is_catch_all,
                }
                for rule, (matches, wins, ever) in zip(rules, triples, strict=True)
            ],
        }

    def _get_points(self, rules):
        """Return {measure: one value of each band} of the measures in use."""
        bounds = rules.condition_ids
        used = set(bounds.mapped("measure"))
        if any(rule._get_cells() for rule in rules):
            used.update(SCORES)
        if "fm" in used:
            used.update(("f", "m"))
        if "average" in used:
            used.update(("orders", "amount"))
        values = {
            measure: self._get_bands(measure, bounds)
            for measure in MEASURES
            if measure in used and measure not in ("fm", "average")
        }
        if "average" in used:
            averages = _band_values("average", _borders("average", bounds))
            products = {a * n for a in averages for n in values["orders"] if n}
            values["amount"] = sorted({*values["amount"], *products})
        return values

    def _get_bands(self, measure, bounds):
        if MEASURES[measure].score:
            return list(range(1, self.bins + 1))
        values = _band_values(measure, _borders(measure, bounds))
        if measure == "age":  # the last day of a band: nobody's first order is newer
            return [later - 1 for later in values[1:]] + [FOREVER]
        if measure == "orders" and not self.lookback_months:
            return [max(1, value) for value in values]
        return values

    def _points_sql(self, values, flags):
        """Return the relation of all points, and of one customer without orders."""
        columns = {
            "recency": "recency",
            "age": "age",
            "orders": "order_count",
            "amount": "amount",
            **{axis: f"{axis}_score" for axis in SCORES},
        }
        lists = [
            SQL(
                "unnest(%s::numeric[]) AS %s(%s)",
                list(values.get(measure, [None])),
                SQL.identifier(f"t_{measure}"),
                SQL.identifier(column),
            )
            for measure, column in columns.items()
        ]
        lists += [
            SQL("unnest('{f,t}'::bool[]) AS %s", SQL.identifier(f)) for f in flags
        ]
        plain = [SQL("NOT %s", SQL.identifier(flag)) for flag in flags]
        nobody = [SQL("NULL::numeric")] * len(columns)
        return SQL(
            """
            SELECT *, current_date AS last_order_date,
                   (r_score * 121 + f_score * 11 + m_score)::int AS cell,
                   %(plain)s AS plain
              FROM %(lists)s
             WHERE age IS NULL OR recency IS NULL OR age >= recency
             UNION ALL
            SELECT %(nobody)s, NULL, NULL, FALSE
            """,
            plain=SQL(" AND ").join(plain) if plain else SQL("TRUE"),
            lists=SQL(" CROSS JOIN ").join(lists),
            nobody=SQL(", ").join(nobody + [SQL("FALSE")] * len(plain)),
        )

    # === WHO MOVES === #

    def _preview(self, today=None):
        """Return what a run would do now, without doing it.

        :return: (rows, facts): rows of (segment now, rule that wins, customers,
            amount); the rule is empty for those who stay or leave
        """
        today = today or self._get_today()
        facts = self._get_facts(today)
        cuts = self._get_preview_cuts(facts, today)
        rules = self.rule_ids.sorted()
        rows = self.env.execute_query(self._preview_sql(facts, cuts, today, rules))
        segment = self.env["rfm.segment"]
        return [
            (
                segment.browse(old),
                rules[position] if position is not None else rules.browse(),
                customers,
                amount or 0,
                gone,
            )
            for old, position, gone, customers, amount in rows
        ], facts

    def _preview_sql(self, facts, cuts, today, rules):
        """Return the query of (segment now, winner, gone, customers, amount)."""
        active_id = self._get_active_id(self.company_id.id)
        stays = SQL("FALSE")
        if active_id and active_id == self._origin.id:
            since = today - timedelta(days=self.min_stay_days)
            stays = SQL("COALESCE(segment_since > %s::date, FALSE)", since)
        return SQL(
            """
            SELECT old_segment_id, CASE WHEN gone OR stays THEN NULL
                                        ELSE %(winner)s END AS position,
                   gone, sum(customers)::bigint, sum(total)
              FROM (%(customers)s) customer
             GROUP BY 1, 2, 3
            """,
            winner=self._winner_sql(rules),
            customers=self._alike_sql(facts, today, rules, stays)
            if facts.has_scores(cuts, today)
            else self._single_sql(facts, cuts, today, stays),
        )

    def _single_sql(self, facts, cuts, today, stays):
        """Return the query of all customers with their facts and new scores."""
        source = facts.source
        if source is not FACTS:
            source = SQL("(SELECT *, segment_id AS old_segment_id FROM %s p)", source)
        return SQL(
            """
            SELECT *, partner_id IS NULL AS gone, %(stays)s AS stays,
                   1 AS customers, amount AS total
              FROM (%(scored)s) customer
            """,
            stays=stays,
            scored=self._scored_sql(
                source, cuts, today, SQL(", old_segment_id, segment_since")
            ),
        )

    def _alike_sql(self, facts, today, rules, stays):
        """Return the query of the profiles, put together as far as the rules allow.

        A million customers are some thousand groups that the rules cannot tell apart.
        """
        judged = self._get_judged(rules)
        if judged is None:
            alike = SQL(
                "SELECT *, segment_id AS old_segment_id, %s AS stays, 1 AS customers, "
                "amount AS total FROM %s p",
                stays,
                facts.source,
            )
        else:
            alike = SQL(
                """
                SELECT segment_id AS old_segment_id, %(stays)s AS stays, %(judged)s,
                       count(*) AS customers, sum(amount) AS total
                  FROM %(source)s p
                 GROUP BY segment_id, stays, %(judged)s
                """,
                stays=stays,
                judged=_columns(judged),
                source=facts.source,
            )
        return SQL(
            """
            SELECT *, FALSE AS gone, r_score * 121 + f_score * 11 + m_score AS cell
                   %(days)s
              FROM (%(alike)s) alike
            OFFSET 0
            """,
            days=SQL("").join(
                SQL(", %s::date - %s AS %s", today, SQL(day), SQL(days))
                for days, day in DAYS.items()
                if judged is None or day in judged
            ),
            alike=alike,
        )

    def _get_judged(self, rules):
        """Return the columns that the rules look at.

        :return: list of columns, None where the rules look at single customers
        """
        measures = set(rules.condition_ids.mapped("measure"))
        if any(rules.mapped("no_orders")):
            measures.add("recency")
        if measures & SINGLE or any(rule._get_domain_text() for rule in rules):
            return None
        coarse = [column for name, column in COARSE.items() if name in measures]
        return [f"{axis}_score" for axis in SCORES] + coarse

    def _summarize_preview(self):
        """Return moves and new sizes of the segments, for people.

        :return: dict of ``moves`` (from, to, customers, amount), ``rules``
            {rule: customers} and totals
        """
        rows, facts = self._preview()
        moves, caught, total = {}, {}, 0
        for old, rule, customers, amount, gone in rows:
            new = self.env["rfm.segment"] if gone else (rule.segment_id or old)
            total += 0 if gone else customers
            caught[rule] = caught.get(rule, 0) + (0 if gone else customers)
            if new._origin != old:
                count, money = moves.get((old, new), (0, 0))
                moves[old, new] = (count + customers, money + float(amount))
        return {
            "moves": sorted(
                ((old, new, *size) for (old, new), size in moves.items()),
                key=lambda move: -move[2],
            ),
            "caught": caught,
            "total": total,
            "counted_at": facts.counted_at,
        }

    # === ON THE FORM: computed anew while the rules are edited, before they are saved

    @api.depends(
        "rule_ids.summary",
        "rule_ids.cells",
        "rule_ids.domain",
        "rule_ids.sequence",
        "rule_ids.segment_id",
        "method",
        "bins",
        "r_cuts",
        "f_cuts",
        "m_cuts",
        "min_stay_days",
        "lookback_months",
    )
    @api.depends_context("lang")
    def _compute_htmls(self):
        for scheme in self:
            values = scheme._get_html_values()
            render = self.env["ir.qweb"]._render
            scheme.check_html = render("mindbox_rfm.check", values)
            scheme.preview_html = render("mindbox_rfm.preview", values)

    def _get_html_values(self):
        values = {"scheme": self, "shown": MOVES_SHOWN, "problem": ""}
        if not self.rule_ids:
            problem = self.env._(
                "Add segments and rules first. The last rule has no conditions: it "
                "catches all others."
            )
            return values | {"problem": problem}
        try:
            values |= self._summarize_preview()
            coverage = self._check_coverage()
        except (UserError, ValueError, SyntaxError) as error:
            # What is being typed is not finished yet.
            return values | {"problem": str(error)}
        return values | {
            "headline": self._get_headline(values),
            "coverage": coverage,
            "badges": list(self._get_badges(coverage)),
        }

    def _get_headline(self, preview):
        """Return the sentence on how many customers a preview moves."""
        moved = sum(move[2] for move in preview["moves"])
        total = preview["total"]
        if not moved:
            return self.env._("With these rules none of %s customers moves.", total)
        return self.env._(
            "With these rules %(moved)s of %(total)s customers move.",
            moved=moved,
            total=total,
        )

    def _get_badges(self, coverage):
        """Yield (kind, text) of what the check has found."""
        if coverage is None:
            text = self.env._("Too many different borders to try all combinations")
            yield "secondary", text
            return
        points, holes = coverage["points"], coverage["holes"]
        if dead := sum(row["dead"] for row in coverage["rules"]):
            yield "danger", self.env._("Rules that can never win: %s", dead)
        else:
            yield "success", self.env._("Every rule can win")
        if holes:
            text = self.env._(
                "%(holes)s of %(points)s combinations are left to the last rule",
                holes=holes,
                points=points,
            )
            yield "warning", text
        else:
            yield "success", self.env._("No holes in %s combinations", points)
        text = self.env._(
            "%s match more than one rule: the first one wins", coverage["overlaps"]
        )
        yield "secondary", text


def _borders(measure, bounds):
    """Return where the bounds cut a measure: (value, 0) before it, (value, 1) after."""
    return sorted(
        {
            (bound.value, int((bound.operator in UPPER) == (bound.operator[1:] == "=")))
            for bound in bounds
            if bound.measure == measure
        }
    )


def _band_values(measure, borders):
    """Return one value of each band, from the lowest."""
    if MEASURES[measure].whole:
        starts = {floor(v) + 1 if after else ceil(v) for v, after in borders}
        lowest = MEASURES[measure].lowest
        return [lowest, *sorted(start for start in starts if start > lowest)]
    if not borders:
        return [1.0]
    values = [borders[0][0] - 1]
    for (value, after), (following, _after) in pairwise([*borders, (None, 0)]):
        if not after:
            values.append(value)
        else:
            values.append(value + 1 if following is None else (value + following) / 2)
    return values


def _coverage_sql(points, predicates):
    """Return the query that judges the points: how often each rule matches and wins."""
    names = [SQL.identifier(f"p{i}") for i in range(len(predicates))]
    several = SQL(" + ").join([SQL("0"), *(SQL("%s::int", n) for n in names[:-1])])
    none_before = SQL("TRUE")
    counts = []
    for name in names:
        wins = SQL("%s AND %s", name, none_before)
        counts += [
            SQL("count(*) FILTER (WHERE plain AND %s)", name),
            SQL("count(*) FILTER (WHERE plain AND %s)", wins),
            SQL("count(*) FILTER (WHERE %s)", wins),
        ]
        none_before = SQL("%s AND NOT %s", none_before, name)
    hole = SQL("plain AND (%s) = 0", several)
    return SQL(
        """
        SELECT count(*) FILTER (WHERE plain),
               count(*) FILTER (WHERE %(hole)s),
               count(*) FILTER (WHERE plain AND %(several)s > 1),
               (array_agg(jsonb_strip_nulls(point)) FILTER (WHERE %(hole)s))[:5],
               %(counts)s
          FROM (
              SELECT plain, to_jsonb(point) AS point, %(matches)s
                FROM (%(points)s) point
          ) judged
        """,
        hole=hole,
        several=SQL("(%s)", several),
        counts=SQL(", ").join(counts),
        matches=SQL(", ").join(
            SQL("COALESCE(%s, FALSE) AS %s", predicate, name)
            for predicate, name in zip(predicates, names, strict=True)
        ),
        points=points,
    )
