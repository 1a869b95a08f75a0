# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """A payment counts, also one without an entry of its own."""
        paying = self if "state" in vals else self.browse()
        with paying.sudo().invoice_ids._mindbox_orders()._mindbox_watch():
            return super().write(vals)
