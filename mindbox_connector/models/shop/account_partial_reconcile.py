# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

SIDES = ("debit_move_id", "credit_move_id")


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """An invoice or a credit note is paid, or set off against another."""
        ids = {vals[side] for vals in vals_list for side in SIDES}
        moves = self.env["account.move.line"].browse(ids).move_id
        with moves._mindbox_orders()._mindbox_watch():
            return super().create(vals_list)

    def unlink(self):
        """A payment did not pay it after all."""
        moves = (self.debit_move_id | self.credit_move_id).move_id
        with moves._mindbox_orders()._mindbox_watch():
            return super().unlink()
