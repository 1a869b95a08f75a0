# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL

from .mindbox_catalogue import SEGMENT_SET

# Imports of segments that have a line about one of some customers.
TELLING_OF = """
    SELECT id FROM mindbox_request
     WHERE event = %(event)s AND partner_id IS NULL AND payload ~ %(line)s
"""


class MindboxRequest(models.Model):
    """An import of segments tells of many customers at once."""

    _inherit = "mindbox.request"

    @api.model
    def _find_all_of(self, partners):
        return super()._find_all_of(partners) | self._find_imports_of(partners)

    def _tell_anew(self):
        """Tell anew of all others of whom an import was to tell that waits still."""
        for request in self.filtered(lambda request: request.state == "pending"):
            source = self.env[request.res_model].browse(request.res_id)
            source._mindbox_mark(SEGMENT_SET)

    def _find_imports_of(self, partners):
        # ^ is the beginning of a line, by (?n).
        line = f"(?n)^({'|'.join(map(str, partners.ids)) or 'nobody'});"
        self.flush_model(["payload"])
        query = SQL(TELLING_OF, event=SEGMENT_SET, line=line)
        rows = self.env.execute_query(query)
        return self.sudo().browse(row[0] for row in rows)
