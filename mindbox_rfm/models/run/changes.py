# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The customers who differ from their profiles: only those are written, at once."""

import hashlib
from datetime import timedelta
from functools import cached_property

from odoo.tools import SQL

from .facts import FACT_COLUMNS, FACTS_TABLE, KNOWN_COLUMNS, columns_sql
from .scores import scored_sql
from .signals import news_sql

PROFILE_COLUMNS = (*FACT_COLUMNS, "r_score", "f_score", "m_score", "segment_id")

# Whoever has ordered for the first time is not held back: nobody flips by that.
FIRST_ORDER = "(r_score IS NOT NULL AND COALESCE(old_r, 0) = 0)"
# All who differ, with their new segment. In the order of the customers: so the indexes
# of the tables grow at one end.
CHANGES = """
    SELECT * FROM (
        SELECT *,
               CASE WHEN partner_id IS NULL THEN NULL
                    WHEN segment_since > %(stay)s AND NOT %(first_order)s
                    THEN old_segment_id
                    ELSE (%(segments)s::int[])[1 + %(winner)s]
               END AS segment_id
          FROM (%(scored)s) customer
    ) compared
     WHERE ordered OR partner_id IS NULL OR profile_id IS NULL
        OR (r_score, f_score, m_score) IS DISTINCT FROM (old_r, old_f, old_m)
        OR segment_id IS DISTINCT FROM old_segment_id
     ORDER BY partner_id
"""
# Profiles of customers who had none.
ADD = """
    INSERT INTO rfm_profile (scheme_id, partner_id, %(columns)s, segment_since)
    SELECT %(scheme)s, partner_id, %(columns)s, %(today)s
      FROM changes WHERE profile_id IS NULL RETURNING 1
"""
# Profiles that are different now; who moves remembers where from.
CHANGE = """
    UPDATE rfm_profile p SET (
        %(columns)s, previous_segment_id, segment_since
    ) = (
        %(new)s,
        CASE WHEN moves THEN c.old_segment_id ELSE c.previous_segment_id END,
        CASE WHEN moves THEN %(today)s ELSE c.segment_since END
    )
      FROM (
          SELECT *, segment_id IS DISTINCT FROM old_segment_id AS moves
            FROM changes
           WHERE profile_id IS NOT NULL AND partner_id IS NOT NULL
      ) c
     WHERE p.id = c.profile_id RETURNING 1
"""
# Profiles of those who are no customers any more.
REMOVE = """
    DELETE FROM rfm_profile p USING changes c
     WHERE p.id = c.profile_id AND c.partner_id IS NULL RETURNING 1
"""
# Who moved, from where to where, and why.
MOVE = """
    INSERT INTO rfm_transition (
        scheme_id, run_id, partner_id, date, from_segment_id,
        to_segment_id, reason
    )
    SELECT %(scheme)s, %(run)s, COALESCE(partner_id, old_partner_id),
           %(today)s, old_segment_id, segment_id,
           CASE WHEN profile_id IS NULL THEN 'new'
                WHEN partner_id IS NULL THEN 'left'
                WHEN ordered THEN 'orders'
                -- Without orders only other thresholds give another score.
                WHEN %(otherwise)s = 'ageing'
                     AND (f_score, m_score) IS DISTINCT FROM (old_f, old_m)
                THEN 'thresholds'
                WHEN %(otherwise)s = 'ageing' AND %(heard)s THEN 'mindbox'
                ELSE %(otherwise)s END
      FROM changes
     WHERE segment_id IS DISTINCT FROM old_segment_id RETURNING 1
"""
# Who differs though a run of the touched alone would not have looked at them.
MISSED = """
    SELECT count(*) FROM changes
     WHERE COALESCE(partner_id, old_partner_id) != ALL(%(touched)s)
       AND (ordered OR partner_id IS NULL OR profile_id IS NULL
            OR (r_score, f_score, m_score) IS NOT DISTINCT FROM (old_r, old_f, old_m)
            AND (%(due)s) IS NOT TRUE)
"""
# All of that in one statement; how many profiles it wrote, how many customers moved,
# how many of them were missed.
WRITE = """
    WITH changes AS MATERIALIZED (%(changes)s),
    added AS (%(add)s), changed AS (%(change)s), gone AS (%(remove)s),
    moves AS (%(move)s)
    SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM changed)
           + (SELECT count(*) FROM gone), (SELECT count(*) FROM moves), (%(missed)s)
"""
# Customers of schemes that were active before, whom this one does not take over.
LEFT_BEHIND = """
    INSERT INTO rfm_transition (
        scheme_id, run_id, partner_id, date, from_segment_id, reason
    )
    SELECT %(scheme)s, %(run)s, partner_id, %(today)s, segment_id, 'left'
      FROM rfm_profile
     WHERE scheme_id = ANY(%(others)s) AND partner_id NOT IN (
         SELECT partner_id FROM rfm_profile WHERE scheme_id = %(scheme)s
     )
"""


NOBODY = SQL("SELECT NULL::int AS partner_id WHERE FALSE")


class Changes:
    """What a run writes of single customers.

    Nobody else writes there meanwhile: a run holds a lock.
    """

    def __init__(self, scheme, today):
        self.scheme = scheme
        self.env = scheme.env
        self.today = SQL("%s::date", today)
        self.day = today
        self.rules = scheme.rule_ids.sorted()
        self.winner = self.rules._winner_sql()

    def record(self, log, cuts, aged=None):
        """Write the changed profiles and who moved.

        :param log: the run's log; its scheme's last run says whether rules were edited
        :param aged: where everybody was counted: who would have been without that
        :return: how many profiles were written, how many customers moved, and how many
            of them a run of the touched alone would have missed
        """
        statement = SQL(
            WRITE,
            changes=self._changes_sql(cuts),
            add=self._add_sql(),
            change=self._change_sql(),
            remove=SQL(REMOVE),
            move=self._move_sql(log, "rules" if self.are_edited() else "ageing"),
            missed=self._missed_sql(aged),
        )
        [counts] = self.env.execute_query(statement)
        return counts

    def are_edited(self):
        """Whether rules or settings are others than at the last run."""
        known, now = self.scheme.last_run_id.facts or {}, self.decided
        return any(known.get(name, value) != value for name, value in now.items())

    @property
    def decided(self):
        """What decides beside the facts, as JSON."""
        segments = [rule.segment_id.id for rule in self.rules]
        return {"rules": self.digest, "segments": segments}

    @cached_property
    def digest(self):
        """A digest of the rules and settings that decide beside the facts."""
        scheme = self.scheme
        segments = self.rules.segment_id.ids
        positions = [segments.index(rule.segment_id.id) for rule in self.rules]
        settled = (scheme.method, scheme.bins, scheme.min_stay_days, positions)
        code = self.env.cr.mogrify(self.winner.code, self.winner.params)
        return hashlib.sha1(code + repr(settled).encode()).hexdigest()

    def _changes_sql(self, cuts):
        stay = self.day - timedelta(days=self.scheme.min_stay_days)
        return SQL(
            CHANGES,
            stay=SQL("%s::date", stay),
            first_order=SQL(FIRST_ORDER),
            segments=[rule.segment_id.id for rule in self.rules],
            winner=self.winner,
            scored=scored_sql(self.scheme, FACTS_TABLE, cuts, self.day, KNOWN_COLUMNS),
        )

    def _add_sql(self):
        columns = columns_sql(PROFILE_COLUMNS)
        return SQL(ADD, columns=columns, scheme=self.scheme.id, today=self.today)

    def _change_sql(self):
        return SQL(
            CHANGE,
            columns=columns_sql(PROFILE_COLUMNS),
            new=columns_sql(PROFILE_COLUMNS, "c"),
            today=self.today,
        )

    def _move_sql(self, log, otherwise):
        """Return the statement that records who moved, and why.

        :param otherwise: the reason where the orders are the same
        """
        return SQL(
            MOVE,
            scheme=self.scheme.id,
            run=log.id,
            today=self.today,
            otherwise=otherwise,
            heard=self._heard_sql(),
        )

    def _heard_sql(self):
        """Return the condition that Mindbox has told of somebody since the last run."""
        last = self.scheme.last_run_id
        news = last and news_sql(self.scheme, last._get_seen_until())
        return SQL("partner_id IN (SELECT partner_id FROM (%s) n)", news or NOBODY)

    def _missed_sql(self, aged):
        if aged is None:
            return SQL("0")
        due = aged.is_due(self.are_edited())
        return SQL(MISSED, touched=aged.touched, due=due)

    def retire_others(self, log):
        """Remove the profiles of schemes that were active before this one.

        :return: how many customers have left all segments with them
        """
        scheme = self.scheme
        others = scheme.search([("company_id", "=", scheme.company_id.id)]) - scheme
        self.env.cr.execute(
            SQL(
                LEFT_BEHIND,
                scheme=scheme.id,
                run=log.id,
                today=self.day,
                others=others.ids,
            )
        )
        left = self.env.cr.rowcount
        others._forget_profiles()
        return left
