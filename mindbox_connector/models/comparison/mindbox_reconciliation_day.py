# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MindboxReconciliationDay(models.Model):
    _name = "mindbox.reconciliation.day"
    _description = "Day of a Mindbox Reconciliation"
    _order = "date desc, kind"
    _log_access = False

    run_id = fields.Many2one(
        "mindbox.reconciliation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    kind = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_kind_selection(),
        required=True,
    )
    date = fields.Date(
        string="Day",
        help="When the customer or the card was created, or the order placed (UTC).",
    )
    expected = fields.Integer(
        string="In Odoo", help="So many records of the day belong into Mindbox."
    )
    told = fields.Integer(
        string="In Mindbox", help="So many of them Mindbox has accepted."
    )
    difference = fields.Integer(string="Differences")
    amount = fields.Float(
        string="Amount in Odoo",
        digits=(16, 2),
        help="Order totals in the currency of the integration point, or balances.",
    )
    told_amount = fields.Float(string="Amount in Mindbox", digits=(16, 2))
