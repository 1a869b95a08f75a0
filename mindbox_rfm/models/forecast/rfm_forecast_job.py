# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from .forecast import MIN_BUYERS, MIN_DAYS, NOW, Forecast


class RfmForecast(models.Model):
    _name = "rfm.forecast"
    _inherit = ["rfm.forecast"]

    @api.model
    def _make(self, scheme, today=None):
        """Forecast, and show it as far as the same was right ninety days ago.

        :return: the record of how right it was
        """
        work = Forecast(scheme, today)
        buyers, days = work.load()
        rows = []
        if buyers >= MIN_BUYERS and days >= MIN_DAYS:
            rows = work.look_back()
        forecast = self.create(
            {
                "scheme_id": scheme.id,
                "date": work.today,
                "buyers": buyers,
                "history_days": days,
                "is_enough": bool(rows),
                **self._get_judged(rows),
            }
        )
        expected = work.expect(NOW) if forecast.is_shown else None
        self.env["rfm.profile"]._write_forecast(
            scheme, work.today, expected, forecast.is_revenue_shown
        )
        # Lists show the columns, or do not.
        self.env.registry.clear_cache()
        return forecast

    @api.model
    def _get_judged(self, rows):
        """Return the values of forecast and actual from the rows of each tenth."""
        if not rows:
            return {}
        orders, came, revenue, spent = (
            sum(column) for column in list(zip(*rows, strict=True))[4:]
        )
        return {
            "expected_buyers": sum(row[1] * row[2] for row in rows),
            "actual_buyers": round(sum(row[1] * row[3] for row in rows)),
            "expected_orders": orders,
            "actual_orders": came,
            "expected_revenue": revenue,
            "actual_revenue": spent,
            "calibration": [list(row[1:4]) for row in rows],
        }
