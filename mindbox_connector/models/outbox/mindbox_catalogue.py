# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL


class MindboxCatalogue(models.AbstractModel):
    _inherit = "mindbox.catalogue"

    def _forget_events(self, codes):
        """Requests go along: nobody could say any more what they are about."""
        self.env["mindbox.request"].flush_model()
        self.env.execute_query(
            SQL("DELETE FROM mindbox_request WHERE event = ANY(%s) RETURNING id", codes)
        )
        self.env["mindbox.request"].invalidate_model()
        return super()._forget_events(codes)
