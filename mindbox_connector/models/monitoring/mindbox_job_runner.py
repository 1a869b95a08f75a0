# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether anybody does the jobs of an integration point, and what helps where not."""

from markupsafe import Markup

from odoo import api, fields, models

from ..outbox.shares import FIRST
from .facts import Facts
from .job_runner import BEGINS_WITHIN, WORDS, find_faults


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    job_runner_advice = fields.Html(
        compute="_compute_job_runner_advice",
        help="What keeps the jobs of this server from being done, and the line of "
        "odoo.conf that helps.",
    )

    @api.depends_context("lang")
    @api.depends("state")
    def _compute_job_runner_advice(self):
        running = self.filtered(lambda endpoint: endpoint.state == "running")
        (self - running).job_runner_advice = False
        faults = running and list(find_faults(self._get_delivery_channel()))
        waiting = Facts(running._origin).get_job_seconds()
        for endpoint in running:
            seconds = waiting.get(endpoint._origin.id, 0)
            parts = [*endpoint._tell_of_late_job(seconds), *self._tell_faults(faults)]
            endpoint.job_runner_advice = Markup("").join(parts)

    @api.model
    def _get_delivery_channel(self):
        functions = self.env["queue.job.function"]
        name = functions.job_function_name("mindbox.endpoint", FIRST.method)
        return functions.job_config(name).channel

    def _tell_of_late_job(self, seconds):
        if seconds > BEGINS_WITHIN:
            yield Markup("<p class='mb-1'>%s</p>") % self.env._(
                "Nobody has begun the delivery for %s: the job runner of Odoo is dead, "
                "or its channel is full. Restart Odoo and look at its log.",
                self._format_seconds(seconds),
            )

    @api.model
    def _tell_faults(self, faults):
        for fault in faults:
            words = self.env._(WORDS[fault.code])
            yield Markup("<p class='mb-1'>%s<br/><code>%s</code></p>") % (
                words,
                fault.line,
            )
