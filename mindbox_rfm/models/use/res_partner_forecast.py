# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is to be expected of a contact, where such forecasts were right."""

from odoo import api, fields, models

from .res_partner import AMOUNTS, of_profile

REVENUE = "rfm_expected_revenue"
FORECASTS = (
    "rfm_buy_probability",
    "rfm_expected_orders",
    REVENUE,
    "rfm_next_order_date",
    "rfm_next_order_from",
    "rfm_next_order_to",
)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    rfm_buy_probability = fields.Float(
        string="RFM: Order in 90 Days",
        aggregator="avg",
        help="How likely there is an order in the next 90 days.",
        **of_profile("rfm_buy_probability", "buy_probability", AMOUNTS),
    )
    rfm_expected_orders = fields.Float(
        string="RFM: Expected Orders",
        help="Orders that are expected in the next 90 days.",
        **of_profile("rfm_expected_orders", "expected_orders", AMOUNTS),
    )
    rfm_expected_revenue = fields.Monetary(
        string="RFM: Expected Revenue",
        currency_field="rfm_currency_id",
        aggregator="sum",
        help="Revenue that is expected in the next 90 days.",
        **of_profile("rfm_expected_revenue", "expected_revenue", AMOUNTS),
    )
    rfm_next_order_date = fields.Date(
        string="RFM: Next Order",
        help="By this day half of such customers have ordered again, of those who do.",
        **of_profile("rfm_next_order_date", "next_order_date", AMOUNTS),
    )
    rfm_next_order_from = fields.Date(
        string="RFM: Next Order, Early",
        help="By this day one in ten of such customers has ordered again.",
        **of_profile("rfm_next_order_from", "next_order_from", AMOUNTS),
    )
    rfm_next_order_to = fields.Date(
        string="RFM: Next Order, Late",
        help="By this day nine in ten of such customers have ordered again.",
        **of_profile("rfm_next_order_to", "next_order_to", AMOUNTS),
    )

    # === COLUMNS THAT HIDE THEMSELVES === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._get_rfm_forecast_shown())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Leave out what was not right in the shop's own past."""
        arch, view = super()._get_view(view_id, view_type, **options)
        is_shown, is_revenue_shown = self._get_rfm_forecast_shown()
        hidden = () if is_shown else FORECASTS
        hidden += () if is_revenue_shown else (REVENUE,)
        for name in hidden:
            for node in arch.xpath(f"//field[@name='{name}']"):
                node.getparent().remove(node)
        return arch, view

    def _get_rfm_forecast_shown(self):
        return self.env["rfm.scheme"]._get_forecast_shown(self.env.company.id)
