# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who went where between two days."""

from odoo import fields, models
from odoo.tools import SQL

# From where to where customers went on the whole: their first and their last move.
MOVES = """
    SELECT from_id, to_id, count(*) FROM (
        SELECT DISTINCT ON (partner_id)
               first_value(from_segment_id) OVER way AS from_id,
               last_value(to_segment_id) OVER way AS to_id
          FROM rfm_transition
         WHERE scheme_id = %(scheme)s AND date > %(start)s AND date <= %(end)s
        WINDOW way AS (
            PARTITION BY partner_id ORDER BY date, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    ) ways
     WHERE from_id IS DISTINCT FROM to_id
     GROUP BY from_id, to_id ORDER BY 3 DESC
"""
# The sizes of the segments at the end of a day: today's, with later moves undone.
SIZES = """
    SELECT segment_id, sum(customers)::int FROM (
        SELECT segment_id, count(*) AS customers FROM rfm_profile
         WHERE scheme_id = %(scheme)s GROUP BY segment_id
         UNION ALL
        SELECT to_segment_id, -count(*) FROM rfm_transition
         WHERE scheme_id = %(scheme)s AND date > %(day)s
         GROUP BY to_segment_id
         UNION ALL
        SELECT from_segment_id, count(*) FROM rfm_transition
         WHERE scheme_id = %(scheme)s AND date > %(day)s
         GROUP BY from_segment_id
    ) sizes
     WHERE segment_id IS NOT NULL
     GROUP BY segment_id
"""


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def get_transitions(self, date_from, date_to):
        """Return who was where at the end of two days, and how many moved.

        Only the moves between the two days are read: who did not move is known from
        the sizes of the segments.

        :return: dict of ``moves`` [from, to, customers] and ``sizes`` {segment:
            customers} on the first day
        """
        self.ensure_one()
        self.check_access("read")
        start, end = map(fields.Date.to_date, (date_from, date_to))
        moves = self.env.execute_query(SQL(MOVES, scheme=self.id, start=start, end=end))
        sizes = self.env.execute_query(SQL(SIZES, scheme=self.id, day=start))
        return {
            "moves": [list(move) for move in moves],
            "sizes": {str(segment): size for segment, size in sizes if size},
        }

    def get_run_dates(self):
        """Return the days of the runs, the latest 400 of them."""
        self.ensure_one()
        self.check_access("read")
        groups = self.env["rfm.run"]._read_group(
            [("scheme_id", "=", self.id), ("state", "=", "done")],
            ["date:day"],
            order="date:day desc",
            limit=400,
        )
        return [fields.Date.to_string(date) for (date,) in groups]

    def action_view_movers(self, date_from, date_to, from_id, to_id, name):
        """Open the customers who went from one segment to another between two days."""
        self.ensure_one()
        self.check_access("read")
        start, end = map(fields.Date.to_date, (date_from, date_to))
        domain = [
            ("scheme_id", "=", self.id),
            ("date", ">", start),
            ("date", "<=", end),
            ("from_segment_id", "=", from_id),
            ("to_segment_id", "=", to_id),
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_transition_action"
        )
        return action | {"name": name, "domain": domain, "context": {}}
