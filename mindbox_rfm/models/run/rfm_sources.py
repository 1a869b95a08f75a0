# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What facts are counted from: a preview asks whether any of it was written lately.

The index holds one entry for some hundred pages of a table: writing an order costs no
more than before, and an edit of an old one is found without reading all of them.
"""

from odoo import models

# Tables that facts depend on.
SOURCES = ("sale_order", "sale_order_line", "account_move", "res_partner")
WRITTEN = "USING brin (write_date)"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    _rfm_write_date_idx = models.Index(WRITTEN)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _rfm_write_date_idx = models.Index(WRITTEN)


class AccountMove(models.Model):
    _inherit = "account.move"

    _rfm_write_date_idx = models.Index(WRITTEN)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    _rfm_write_date_idx = models.Index(WRITTEN)
