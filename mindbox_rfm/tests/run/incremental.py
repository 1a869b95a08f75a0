# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs that count everybody, and runs that count what has changed, side by side."""

from contextlib import contextmanager
from datetime import timedelta

from odoo.tools import SQL

from ..common import RfmCase

STAMPED = (
    "sale_order",
    "sale_order_line",
    "account_move",
    "res_partner",
    "mindbox_contact",
)
HEARD = ("mindbox_engagement", "mindbox_membership")
COLUMNS = (
    "partner_id, first_order_date, last_order_date, order_count, amount, r_score, "
    "f_score, m_score, segment_id, previous_segment_id, segment_since"
)


class IncrementalCase(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_books()

    def let_time_pass(self):
        """All that is there was written long ago, as far as the stamps tell."""
        self.env.flush_all()
        moment = self.env.cr.now()
        for table in STAMPED:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET write_date = %s WHERE write_date >= %s",
                    SQL.identifier(table),
                    moment - timedelta(days=1),
                    moment - timedelta(hours=1),
                )
            )
        for table in HEARD:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET heard_at = %s",
                    SQL.identifier(table),
                    moment - timedelta(days=1),
                )
            )
        self.env.invalidate_all()

    def run_day(self, scheme, day):
        """Run as any night; what was written before is old for the next one."""
        run = scheme._compute(today=day)
        self.let_time_pass()
        run.seen_until = self.env.cr.now() - timedelta(minutes=30)
        return run

    def rows(self, scheme):
        query = SQL(
            f"SELECT {COLUMNS} FROM rfm_profile WHERE scheme_id = %s ORDER BY 1",
            scheme.id,
        )
        return self.env.execute_query(query)

    def moves(self, run):
        query = SQL(
            "SELECT partner_id, from_segment_id, to_segment_id, reason "
            "FROM rfm_transition WHERE run_id = %s ORDER BY 1",
            run.id,
        )
        return self.env.execute_query(query)

    @contextmanager
    def undone(self):
        with self.env.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()
        self.env.invalidate_all()

    def compare(self, scheme, day):
        """Run in full, undo that, run incrementally: the same comes of it."""
        with self.undone():
            every = scheme.full_days
            scheme.full_days = 0
            run = scheme._compute(today=day)
            self.assertEqual((run.scope, run.missed), ("all", 0))
            expected = self.rows(scheme), self.moves(run), run.cut_points, run.cells
            scheme.full_days = every
        run = self.run_day(scheme, day)
        result = self.rows(scheme), self.moves(run), run.cut_points, run.cells
        self.assertEqual(result, expected)
        return run
