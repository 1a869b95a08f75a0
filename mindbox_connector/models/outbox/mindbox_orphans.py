# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record that is gone before Mindbox was told of it: nothing more is told either."""

from odoo import models
from odoo.tools import SQL

from .mindbox_request import WAITS

GONE = "record_gone"


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _skip_orphans(self, rows):
        """Skip what waits of records that are gone and that Mindbox never heard of.

        :param list rows: dicts, as the building of bodies has left them
        :return: the IDs of the rows that are skipped
        """
        events = self.env["mindbox.catalogue"]._get_events()
        skipped = set()
        for row in rows:
            event = events.get(row["event"])
            if event and event.makes and row["reason_code"] == GONE:
                skipped |= self._skip_followers(row, event.makes)
        return skipped

    def _skip_followers(self, row, kind):
        """Skip what else waits of a record, unless Mindbox may know it."""
        events = self.env["mindbox.catalogue"]._get_events().items()
        return {
            row_id
            for (row_id,) in self.env.execute_query(
                SQL(
                    """
                    UPDATE mindbox_request SET state = 'skipped', payload = NULL,
                           reason_code = %(code)s, reason_details = NULL
                     WHERE endpoint_id = %(endpoint)s AND %(waits)s
                       AND may_have_left IS NOT TRUE
                       AND res_model = %(model)s AND res_id = %(record)s
                       AND event = ANY(%(followers)s)
                       AND NOT EXISTS (
                           SELECT 1 FROM mindbox_ledger
                            WHERE endpoint_id = %(endpoint)s AND kind = %(kind)s
                              AND res_id = %(record)s)
                       AND NOT EXISTS (
                           SELECT 1 FROM mindbox_request maker
                            WHERE maker.endpoint_id = %(endpoint)s
                              AND maker.res_model = %(model)s
                              AND maker.res_id = %(record)s
                              AND maker.event = ANY(%(makers)s)
                              AND (maker.state = 'sent' OR maker.may_have_left))
                    RETURNING id
                    """,
                    code=GONE,
                    endpoint=self.id,
                    waits=SQL(WAITS),
                    model=row["res_model"],
                    record=row["res_id"],
                    kind=kind,
                    followers=[code for code, event in events if kind in event.needs],
                    makers=[code for code, event in events if event.makes == kind],
                )
            )
        }
