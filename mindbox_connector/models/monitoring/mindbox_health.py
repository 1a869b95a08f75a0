# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The health of an integration point, for people: its state, and why in words."""

from odoo import api, fields, models
from odoo.tools import LazyTranslate, format_datetime

from .facts import NOTHING_REJECTED, NOTHING_WAITS, Facts
from .health import STATES, judge

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# What is said of a finding, by its kind; ``reason`` and ages are in words already.
WORDS = {
    "draft": _lt("not started: nothing is recorded"),
    "no_runner": _lt("nobody has begun the delivery for %(job)s"),
    "paused": _lt("paused: %(reason)s"),
    "held": _lt("held: %(reason)s"),
    "held_until": _lt("held until %(until)s: %(reason)s"),
    "operation": _lt("operation %(operation)s held until %(until)s: %(reason)s"),
    "failing": _lt(
        "calls that fail %(failing)s (customers %(failing_customers)s, attempts up to "
        "%(most_failures)s): %(reason)s"
    ),
    "unrecorded": _lt("not recorded %(unrecorded)s"),
    "rejected": _lt("rejected %(rejected)s, mostly: %(reason)s"),
    "differences": _lt("differences to mend %(differences)s"),
    "erasures": _lt("customers to delete in Mindbox %(erasures)s"),
    "waiting": _lt("waiting %(waiting)s, oldest %(oldest)s"),
    "nothing_waits": _lt("nothing waits"),
    "quiet": _lt("nothing was sent within a day"),
}
NOTHING_KNOWN = {
    "status": "draft",
    **NOTHING_WAITS,
    **NOTHING_REJECTED,
}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    waiting_count = fields.Integer(compute="_compute_health", string="Waiting")
    rejected_count = fields.Integer(compute="_compute_health", string="Rejected")
    health_state = fields.Selection(
        selection="_get_health_states",
        string="Health",
        compute="_compute_health",
        help="How the integration point does, all told: the worst of what is the case.",
    )
    health_level = fields.Char(compute="_compute_health")
    health = fields.Char(
        string="Why",
        compute="_compute_health",
        help="Why it does so, the worst first.",
    )
    health_advice = fields.Char(string="What Helps", compute="_compute_health")

    @api.model
    def _get_health_states(self):
        return [(code, self.env._(state.label)) for code, state in STATES.items()]

    @api.depends_context("lang")
    @api.depends("state", "pause_reason", "held_until", "hold_reason", "failing_since")
    def _compute_health(self):
        facts = Facts(self._origin).take_facts()
        for endpoint in self:
            # In the settings they are shown before anything is saved.
            measures = facts.get(endpoint._origin, NOTHING_KNOWN)
            endpoint.waiting_count = measures["waiting"]
            endpoint.rejected_count = measures["rejected"]
            findings = measures.get("findings") or judge(measures)
            endpoint.health_state = findings[0].state
            endpoint.health_level = STATES[findings[0].state].level
            endpoint.health = ", ".join(endpoint._say_findings(measures, findings))
            advice = STATES[findings[0].state].advice
            endpoint.health_advice = advice and endpoint.env._(advice)

    def _say_findings(self, measures, findings):
        """Yield the findings of :func:`judge` in the reader's language."""
        for finding in findings:
            kind, values = finding.kind, self._tell_finding(measures, finding)
            if kind == "held" and values["until"]:
                kind = "held_until"
            words = self.env._(WORDS[kind])
            yield words % values

    def _tell_finding(self, measures, finding):
        """Return what the words of a finding name."""
        stopped = self
        if finding.kind == "operation":
            held = self._get_held_operations()
            name = finding.values["operation"]
            stopped = held.filtered(lambda operation: operation.name == name)[:1]
        until = stopped.held_until
        goes_on = until and until > fields.Datetime.now()
        return finding.values | {
            "reason": self._say_cause(finding, stopped),
            "until": goes_on and self._format_time_of_day(until),
            "job": self._format_seconds(measures.get("job_seconds", 0)),
            "oldest": self._format_seconds(measures["oldest_seconds"]),
        }

    def _say_cause(self, finding, stopped):
        """Return the reason of a finding; of what is stopped with its details.

        :param stopped: the integration point or the operation that is
        """
        if finding.kind == "paused":
            return (self.pause_reason or self.env._("by hand")).rstrip(".")
        if finding.kind in ("held", "operation") and stopped.hold_reason:
            return stopped.hold_reason.rstrip(".")
        reasons = dict(self.env["mindbox.reason"]._get_selection())
        said = reasons.get(finding.reason) or self.env._("no reason given")
        return said.rstrip(".")

    def _format_time_of_day(self, moment):
        return format_datetime(self.env, moment, dt_format="HH:mm:ss")

    def _format_seconds(self, seconds):
        minutes = int(seconds // 60)
        if minutes < 1:
            return self.env._("less than a minute")
        if minutes < 120:
            return self.env._("%s min", minutes)
        if minutes < 48 * 60:
            return self.env._("%s h", minutes // 60)
        return self.env._("%s days", minutes // (24 * 60))
