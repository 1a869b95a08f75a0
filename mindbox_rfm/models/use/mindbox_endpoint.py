# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .mindbox_catalogue import SEGMENT_SET


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

    import_segments_operation = fields.Char(
        string="Segments File",
        required=True,
        default="DirectCrm.StaticCustomerSegments.Import",
        help="System name of the bulk operation in Mindbox.",
    )

    def _forget_late(self, request_ids):
        """An import that was built before may tell of whoever was erased since."""
        forgotten = super()._forget_late(request_ids)
        domain = [("id", "in", list(request_ids)), ("event", "=", SEGMENT_SET)]
        imports = self.env["mindbox.request"].search(
            [*domain, ("partner_id", "=", False)]
        )
        if imports:
            partners = self.env["res.partner"].with_context(active_test=False)
            erased = partners.search([("mindbox_erased_at", "!=", False)])
            imports &= imports._find_imports_of(erased)
            imports._tell_anew()
            imports._empty()
        return forgotten | set(imports.ids)
