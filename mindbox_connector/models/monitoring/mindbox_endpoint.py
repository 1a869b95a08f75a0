# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an integration point does: its measures, and its alerts."""

from functools import partial

from markupsafe import escape

from odoo import SUPERUSER_ID, api, fields, models

from ...parameters import get_number
from ..endpoint.mindbox_route import LIVE_STATES
from .alerts import ALERTS
from .dashboard import Dashboard
from .measures import Measures


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    alert_ids = fields.One2many(
        "mindbox.alert",
        "endpoint_id",
        string="Alerts",
        domain=[("ended_at", "=", False)],
        readonly=True,
    )

    def _measure(self):
        """Return {endpoint: measures}, see :meth:`Measures.take`."""
        return Measures(self).take()

    @api.model
    def _get_gauges(self):
        """Hook: return what monitoring tells beside the measures of these.

        :return: list of :class:`~.prometheus.Family`, no personal data
        """
        return []

    @api.model
    @api.readonly
    def get_dashboard(self, period="day", endpoint_id=False):
        """Return what the dashboard shows, of the companies the user has chosen.

        :param str period: ``hour``, ``day`` or ``week``
        :param endpoint_id: show only this one in the pictures
        :return: dict of ``points`` (how each one does), ``slots`` [{start, sent,
            rejected, other, half_seconds, p95_seconds, waiting}] from the first to
            the one that goes on, ``step`` (seconds of a slot) and ``reasons``
            [{code, text, example, count}] of what was rejected
        :raise AccessError: the user is no Mindbox user
        """
        everything = self.search([("company_id", "in", self.env.companies.ids)])
        return Dashboard(everything, period, endpoint_id).get()

    # === BUTTONS === #

    def action_view_waiting(self):
        """Open the requests that wait."""
        return self._action_view_requests("pending")

    def action_view_rejected(self):
        """Open the requests that somebody has to look at."""
        action = self._action_view_requests("rejected")
        # As the number that leads here counts them.
        seen = ["|", ("issue_id", "=", False), ("issue_id.state", "!=", "ignored")]
        return action | {"domain": action["domain"] + seen}

    def _action_view_requests(self, state):
        self.check_access("read")
        self.env["mindbox.request"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        action["domain"] = [("endpoint_id", "in", self.ids), ("state", "=", state)]
        action["context"] = {}
        return action

    # === ALERTS === #

    @api.model
    def _cron_watch(self):
        """Note how all integration points do; begin and end their alerts."""
        everything = self.search([("active", "in", (True, False))])
        measured = everything._measure()
        samples = self.env["mindbox.sample"]
        self._guard("Samples", partial(samples._take, measured))
        for endpoint, measures in measured.items():
            # What goes wrong with one keeps nobody from looking at the others.
            self._guard(f"Alerts of {endpoint}", partial(endpoint._watch, measures))

    def _on_start(self):
        result = super()._on_start()
        for endpoint in self:
            endpoint._end_alert("paused")
        return result

    def _on_pause(self):
        result = super()._on_pause()
        self._begin_alert("paused")
        return result

    def _after_comparison(self):
        """Tell of differences at once, not when it is looked at again."""
        result = super()._after_comparison()
        self._watch(self._measure()[self])
        return result

    def _watch(self, measures):
        for code, alert in ALERTS.items():
            threshold = self._get_threshold(code)
            value = alert.measure(measures) if threshold and self._is_live() else 0
            if value > threshold and not self._is_covered(alert):
                self._begin_alert(code, measures)
            elif value <= threshold * alert.ends_at:
                self._end_alert(code)

    def _is_live(self):
        return self.active and self.state in LIVE_STATES

    def _get_threshold(self, code):
        if code in ("paused", "idle", "errors", "erasures"):
            return 0.5
        if code == "differences":
            return max(self.difference_alert - 0.5, 0)
        return get_number(self.env, f"alert_{code}", 0)

    def _is_covered(self, alert):
        return not {*alert.covered_by}.isdisjoint(self.alert_ids.mapped("kind"))

    def _find_alert(self, code):
        return self.alert_ids.filtered(lambda alert: alert.kind == code)

    def _begin_alert(self, code, measures=None):
        """Give the responsible person one activity, unless there was one already."""
        if self._find_alert(code):
            return
        self.env["mindbox.alert"].sudo().create({"endpoint_id": self.id, "kind": code})
        self.invalidate_recordset(["alert_ids"])
        user = self.user_id or self.env["res.users"].browse(SUPERUSER_ID)
        endpoint = self.with_context(lang=user.lang)
        facts = endpoint._tell(measures or self._measure()[self])
        note = endpoint.env._(ALERTS[code].note)
        endpoint.activity_schedule(
            f"mindbox_connector.activity_type_{code}",
            summary=endpoint.env._(ALERTS[code].summary),
            # What Mindbox says may hold anything.
            note=escape(note % facts),
            user_id=user.id,
        )

    def _end_alert(self, code):
        """Tell that it is over; who has done the activity already is left alone."""
        alert = self._find_alert(code)
        if not alert:
            return
        alert.sudo().ended_at = fields.Datetime.now()
        self.invalidate_recordset(["alert_ids"])
        feedback = self.with_context(lang=self.user_id.lang).env._("It is over.")
        self.activity_feedback(
            [f"mindbox_connector.activity_type_{code}"], feedback=feedback
        )

    def _tell(self, measures):
        """Return the measures in words, for a note."""
        reasons = {"held": self.hold_reason, "paused": self.pause_reason}
        hour = measures["hour"]
        return {
            "reason": reasons.get(measures["status"]) or "",
            "consent": self._format_seconds(measures["oldest_consent_seconds"]),
            "held": self._format_seconds(measures["held_seconds"]),
            "job": self._format_seconds(measures["job_seconds"]),
            "oldest": self._format_seconds(measures["oldest_seconds"]),
            "waiting": measures["waiting"],
            "rejected": hour["rejected"],
            "judged": hour["sent"] + hour["rejected"],
            "all": measures["rejected"],
            "differences": measures["differences"],
            "erasures": measures["erasures"],
            "calls": measures["calls"],
            "erroneous": measures["erroneous"],
        }
