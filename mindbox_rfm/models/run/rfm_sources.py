# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What facts are counted from: runs and previews ask what of it was written lately.

The index holds one entry for some hundred pages of a table: writing an order costs no
more than before, and an edit of an old one is found without reading all of them.

What leaves where it was, as an order of somebody else's now, is not found there any
more: then the contact is stamped who had it.
"""

from odoo import api, models
from odoo.tools import SQL

# Tables that facts depend on.
SOURCES = ("sale_order", "sale_order_line", "account_move", "res_partner")
WRITTEN = "USING brin (write_date)"
STAMP = "UPDATE res_partner SET write_date = %s WHERE id = ANY(%s)"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    _rfm_write_date_idx = models.Index(WRITTEN)

    def write(self, vals):
        if "partner_id" in vals:
            # A cart that changes hands has never counted.
            sold = self.sudo().filtered(lambda order: order.state == "sale")
            sold.partner_id._stamp_for_rfm()
        return super().write(vals)

    def unlink(self):
        self.sudo().partner_id._stamp_for_rfm()
        return super().unlink()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _rfm_write_date_idx = models.Index(WRITTEN)
    # Few lines are rewards; those of gift cards are looked for in each run.
    _rfm_reward_idx = models.Index("(order_id, reward_id) WHERE reward_id IS NOT NULL")


class AccountMove(models.Model):
    _inherit = "account.move"

    _rfm_write_date_idx = models.Index(WRITTEN)

    def unlink(self):
        given = self.sudo().filtered(lambda move: move.move_type == "out_refund")
        (given | given.reversed_entry_id).line_ids._stamp_buyers_for_rfm()
        return super().unlink()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        if "sale_line_ids" in vals:
            self._stamp_buyers_for_rfm()
        return super().write(vals)

    def unlink(self):
        given = self.sudo().filtered(lambda line: line.move_type == "out_refund")
        given._stamp_buyers_for_rfm()
        return super().unlink()

    def _stamp_buyers_for_rfm(self):
        """Stamp those whose orders the lines invoice or give back."""
        self.sudo().sale_line_ids.order_id.partner_id._stamp_for_rfm()


class MindboxContact(models.Model):
    _name = "mindbox.contact"
    _inherit = ["mindbox.contact"]

    def unlink(self):
        # Whoever has the contact alone now counts without the others.
        self.sudo().claimant_ids._stamp_for_rfm()
        return super().unlink()


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    _rfm_write_date_idx = models.Index(WRITTEN)

    def write(self, vals):
        if {"parent_id", "is_company"} & set(vals):
            self.sudo().commercial_partner_id._stamp_for_rfm()
        return super().write(vals)

    def unlink(self):
        heads = self.sudo().with_context(active_test=False).commercial_partner_id
        family = [("commercial_partner_id", "in", heads.ids)]
        heads.search(family)._stamp_for_rfm()
        return super().unlink()

    @api.private
    def _stamp_for_rfm(self):
        """Have the next run count the orders of these contacts."""
        # Who stands for all visitors is no customer, and a row that many would write.
        customers = self.browse(set(self.ids) - set(self._mindbox_public_ids()))
        if customers:
            self.env.cr.execute(SQL(STAMP, self.env.cr.now(), customers.ids))
            customers.invalidate_recordset(["write_date"], flush=False)
