# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from .forecast import DAYS, MIN_BUYERS, MIN_DAYS

# How far the sum of a forecast may be off for it to be shown.
MAX_ERROR = 0.2


class RfmForecast(models.Model):
    """How right a forecast of the last ninety days would have been."""

    _name = "rfm.forecast"
    _description = "RFM Forecast"
    _order = "id desc"
    _rec_name = "date"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True)
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    date = fields.Date(readonly=True, help="The last day whose orders were looked at.")
    buyers = fields.Integer(readonly=True, help="Customers who have ordered.")
    history_days = fields.Integer(
        string="Days of Orders", readonly=True, help="Since the first order of all."
    )
    expected_buyers = fields.Float(readonly=True, digits=(16, 1))
    actual_buyers = fields.Integer(readonly=True)
    expected_orders = fields.Float(readonly=True, digits=(16, 1))
    actual_orders = fields.Integer(
        readonly=True, help="Orders of one day count as one."
    )
    expected_revenue = fields.Monetary(readonly=True)
    actual_revenue = fields.Monetary(readonly=True)
    orders_error = fields.Float(
        string="Orders Off by", compute="_compute_errors", aggregator=False
    )
    revenue_error = fields.Float(
        string="Revenue Off by", compute="_compute_errors", aggregator=False
    )
    calibration = fields.Json(
        readonly=True,
        help="Customers by how likely they were to order: customers, forecast, actual",
    )
    calibration_html = fields.Html(compute="_compute_calibration_html", sanitize=False)
    is_enough = fields.Boolean(readonly=True)
    is_shown = fields.Boolean(
        string="Shown",
        compute="_compute_shown",
        store=True,
        help="Whether customers show what is expected of them.",
    )
    is_revenue_shown = fields.Boolean(
        string="Revenue Shown", compute="_compute_shown", store=True
    )
    verdict = fields.Char(compute="_compute_verdict")

    @api.depends(
        "expected_orders", "actual_orders", "expected_revenue", "actual_revenue"
    )
    def _compute_errors(self):
        for forecast in self:
            forecast.orders_error = _get_error(
                forecast.expected_orders, forecast.actual_orders
            )
            forecast.revenue_error = _get_error(
                forecast.expected_revenue, forecast.actual_revenue
            )

    @api.depends("is_enough", "orders_error", "revenue_error")
    def _compute_shown(self):
        for forecast in self:
            orders, revenue = forecast.orders_error, forecast.revenue_error
            forecast.is_shown = forecast.is_enough and abs(orders) <= MAX_ERROR
            forecast.is_revenue_shown = forecast.is_shown and abs(revenue) <= MAX_ERROR

    @api.depends("is_shown", "is_revenue_shown")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for forecast in self:
            forecast.verdict = forecast._describe()

    def _describe(self):
        """Return in a sentence whether the forecast is shown, and why not."""
        if not self.is_enough:
            return self.env._(
                "Too little to forecast from: %(buyers)s customers have ordered in "
                "%(days)s days; it takes %(least)s and %(least_days)s.",
                buyers=self.buyers,
                days=self.history_days,
                least=MIN_BUYERS,
                least_days=MIN_DAYS,
            )
        values = {
            "days": DAYS,
            "expected": round(self.expected_orders),
            "actual": self.actual_orders,
            "error": f"{100 * self.orders_error:+.1f}",
        }
        if not self.is_shown:
            return self.env._(
                "Not shown: of the last %(days)s days it would have said %(expected)s "
                "orders, and %(actual)s came (%(error)s %%).",
                **values,
            )
        return self.env._(
            "Of the last %(days)s days it would have said %(expected)s orders, and "
            "%(actual)s came (%(error)s %%).",
            **values,
        )

    @api.depends("calibration")
    @api.depends_context("lang")
    def _compute_calibration_html(self):
        render = self.env["ir.qweb"]._render
        for forecast in self:
            rows = [
                (number, count, f"{100 * said:.1f} %", f"{100 * came:.1f} %")
                for number, (count, said, came) in enumerate(
                    forecast.calibration or (), 1
                )
            ]
            values = {"rows": rows}
            forecast.calibration_html = (
                render("mindbox_rfm.forecast_calibration", values) if rows else ""
            )


def _get_error(expected, actual):
    """Return by which share of what came a forecast was off; 1 where nothing came."""
    return expected / actual - 1 if actual > 0 else 1.0
