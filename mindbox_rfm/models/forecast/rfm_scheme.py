# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from odoo.addons.mindbox_connector.models.job.mindbox_job import Job

from ..run.run import RUN
from .buying import is_available

# No run writes to profiles meanwhile.
FORECAST = Job("_job_forecast", "rfm.forecast.", lock=RUN.lock, look_again=30)


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    forecast_ids = fields.One2many(
        "rfm.forecast", "scheme_id", string="Forecasts", readonly=True
    )
    last_forecast_id = fields.Many2one(
        "rfm.forecast", compute="_compute_last_forecast_id"
    )
    forecast_text = fields.Char(
        compute="_compute_forecast_text", string="Forecast", compute_sudo=True
    )

    @api.depends("forecast_ids")
    def _compute_last_forecast_id(self):
        for scheme in self:
            scheme.last_forecast_id = scheme.forecast_ids[:1]

    @api.depends("forecast_ids")
    @api.depends_context("lang")
    def _compute_forecast_text(self):
        for scheme in self:
            scheme.forecast_text = scheme._describe_forecast()

    def _describe_forecast(self):
        if not is_available():
            return self.env._(
                "No forecast: the Python package “scipy” is not installed on the "
                "server. All else works without it."
            )
        return self.last_forecast_id.verdict or self.env._(
            "The next run that counts everybody is followed by a forecast."
        )

    def action_forecast(self):
        """Queue a forecast.

        :raise AccessError: the user is no Mindbox manager of the company
        :raise UserError: SciPy is missing, or the scheme has not computed yet
        """
        self.ensure_one()
        self.check_access("write")
        if not is_available() or self.state != "active" or not self.last_run_id:
            raise UserError(
                self.env._(
                    "A forecast takes the Python package “scipy” on the server, and a "
                    "scheme that is active and has computed."
                )
            )
        self.sudo()._queue_forecast()
        return True

    def action_view_forecasts(self):
        """Open how right forecasts were."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_forecast_action"
        )
        return action | {"domain": [("scheme_id", "=", self.id)], "context": {}}

    @api.model
    @ormcache("company_id")
    def _get_forecast_shown(self, company_id):
        """Return whether a company's customers show a forecast, and of revenue."""
        active = self.sudo().browse(self._get_active_id(company_id) or [])
        forecast = active.last_forecast_id
        return forecast.is_shown, forecast.is_revenue_shown

    # === THE JOB === #

    def _after_run(self, run):
        """A forecast takes as long as counting everybody, and follows that only."""
        result = super()._after_run(run)
        if run.scope == "all" and self.state == "active" and is_available():
            self._queue_forecast()
        return result

    def _queue_forecast(self):
        description = self.env._("RFM forecast: %s", self.name)
        self._put_job(FORECAST, description)

    def _job_forecast(self):
        """Forecast what each customer will order."""
        if self.state != "active" or not is_available():
            return self.env._("The scheme is not active.")
        if not self._lock_job(FORECAST):
            self._look_again(FORECAST)
        return self.env["rfm.forecast"]._make(self).verdict
