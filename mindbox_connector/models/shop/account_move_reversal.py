# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """What is invoiced anew at once was never given back."""
        with self.move_ids._mindbox_orders()._mindbox_watch():
            return super().reverse_moves(is_modify)
