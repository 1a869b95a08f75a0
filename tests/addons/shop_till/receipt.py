"""Receipts of a till, counted beside sale orders."""

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.mindbox_rfm.models.run.sources import Source

BOUGHT = """
    SELECT partner_id, moment, amount, order_id FROM shop_receipt
     WHERE company_id = ANY(%s)
"""
WRITTEN = "SELECT partner_id FROM shop_receipt WHERE write_date >= %s"


class ShopReceipt(models.Model):
    _name = "shop.receipt"
    _description = "Till Receipt"

    partner_id = fields.Many2one("res.partner", index=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    moment = fields.Datetime(required=True, default=fields.Datetime.now)
    amount = fields.Float(required=True)
    order_id = fields.Many2one("sale.order", help="The order that it settles.")

    def write(self, vals):
        if "partner_id" in vals:
            self.partner_id._stamp_for_rfm()
        return super().write(vals)

    def unlink(self):
        self.partner_id._stamp_for_rfm()
        return super().unlink()


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _get_sources(self):
        bought = SQL(BOUGHT, self._get_companies().ids)
        receipts = Source(bought, lambda since: SQL(WRITTEN, since))
        return [*super()._get_sources(), receipts]
