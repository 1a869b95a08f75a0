# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.mindbox_connector.models.job.mindbox_job import Job

MEASURE = Job("_job_measure", "rfm.experiment.")


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    experiment_ids = fields.One2many("rfm.experiment", "scheme_id")
    experiment_count = fields.Integer(compute="_compute_experiment_count")

    @api.depends("experiment_ids")
    def _compute_experiment_count(self):
        for scheme in self:
            scheme.experiment_count = len(scheme.experiment_ids)

    def action_view_experiments(self):
        """Open the experiments with the scheme's segments."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_experiment_action"
        )
        domain = [("scheme_id", "=", self.id)]
        return action | {"domain": domain, "context": {"default_scheme_id": self.id}}

    def _cron_compute(self):
        """Measure what is running, each once a day, whatever becomes of the runs."""
        result = super()._cron_compute()
        for experiment in self.env["rfm.experiment"].search(
            [("state", "=", "running")]
        ):
            today = experiment.scheme_id._get_today()
            if experiment._is_due(today):
                experiment._queue_measure()
        return result


class RfmExperiment(models.Model):
    _name = "rfm.experiment"
    _inherit = ["rfm.experiment", "mindbox.job"]

    def _is_due(self, today):
        """Whether a day has passed that is not measured, or the last one is over."""
        if today < self.start_date:
            return False
        return not self.measured_until or self.measured_until < today

    def _queue_measure(self):
        description = self.env._("RFM experiment: %s", self.name)
        self._put_job(MEASURE, description)

    def _job_measure(self):
        """Count what both groups have bought until now."""
        self._measure()
