# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheme at work: active or not, queued, computed."""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.queue_job.exception import RetryableJobError

from .run import RUN, Run


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme", "mindbox.job"]

    # === BUTTONS === #

    def action_activate(self):
        """Let this scheme give the company's customers their segments from now on."""
        self.ensure_one()
        if not self.rule_ids:
            raise UserError(
                self.env._("A scheme without rules cannot tell customers apart.")
            )
        self._check_catch_all()
        self.search(
            [("company_id", "=", self.company_id.id), ("state", "=", "active")]
        ).state = "draft"
        self.state = "active"
        return self.action_compute()

    def action_deactivate(self):
        """Stop: the segments stay as they are until another scheme is active."""
        self.state = "draft"
        return True

    def action_compute(self):
        """Queue a run; its log opens.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: the scheme is not active
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(
                self.env._(
                    "Activate the scheme first. Preview shows what would happen."
                )
            )
        run = self._queue_run()
        return {
            "type": "ir.actions.act_window",
            "res_model": "rfm.run",
            "res_id": run.id,
            "view_mode": "form",
        }

    def action_refreeze(self):
        """Measure the shares again, in the next run."""
        self.frozen_on = False
        return True

    # === THE JOB === #

    @api.model
    def _cron_compute(self):
        """Queue a run of every active scheme."""
        for scheme in self.search([("state", "=", "active")]):
            scheme._queue_run()

    def _queue_run(self):
        """Return the log of a new run; one that still waits is not doubled."""
        waiting = self.env["rfm.run"].search(
            [("scheme_id", "=", self.id), ("state", "=", "queued")], limit=1
        )
        run = waiting or self.env["rfm.run"].sudo().create({"scheme_id": self.id})
        description = self.env._("RFM segments: %s", self.name)
        self.sudo().with_user(SUPERUSER_ID)._put_job(RUN, description, run.id)
        return run

    def _job_compute(self, run_id):
        """Compute the segments of all customers."""
        run = self.env["rfm.run"].browse(run_id).exists()
        if self.state != "active" or not run:
            return self.env._("The scheme is not active.")
        # The log shows at once that it runs.
        self._committed(run._start)
        try:
            self._compute(run)
        except (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:
            self.env.cr.rollback()
            run._fail(error)
            raise
        return self.env._("%s customers moved.", run.changed)

    def _compute(self, run=None, today=None):
        """Give every customer scores and a segment; return the log.

        :param run: the log to fill, a new one by default
        :param today: the last day whose orders count, today by default
        """
        self.ensure_one()
        return Run(self, today, run).perform()

    def _after_run(self, run):
        """What follows a run within its transaction; other rooms add to it."""
