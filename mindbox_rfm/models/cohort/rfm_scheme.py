# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.mindbox_connector.models.job.mindbox_job import Job

COHORTS = Job("_job_cohorts", "rfm.cohorts.")


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    cohort_ids = fields.One2many("rfm.cohort", "scheme_id", readonly=True)

    def action_view_cohorts(self):
        """Open who came back, by the month of the first order.

        :raise AccessError: the scheme is closed to the user
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_cohort_action"
        )
        return action | {"domain": [("scheme_id", "=", self.id)]}

    def _after_run(self, run):
        """Cohorts take as long as counting everybody, and follow that only."""
        result = super()._after_run(run)
        if run.scope == "all" and self.state == "active":
            description = self.env._("RFM cohorts: %s", self.name)
            self._put_job(COHORTS, description)
        return result

    def _job_cohorts(self):
        """Count who came back, by the month of the first order."""
        self.env["rfm.cohort"]._fill(self)
