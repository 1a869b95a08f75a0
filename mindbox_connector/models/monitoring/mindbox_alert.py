# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is responsible is told once when something is wrong, and when it is over."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from markupsafe import escape

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import LazyTranslate

from ...wording import in_words
from ..endpoint.mindbox_route import LIVE_STATES

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# A share says nothing where hardly anything was sent.
LEAST_JUDGED = 20


class Alert(NamedTuple):
    """What is wrong with an integration point, and when.

    * ``measure``: takes the measures of ``mindbox.endpoint``, returns a number
    * ``ends_at``: the alert begins above the threshold and ends at this share of it,
      so that what hovers around the threshold is told once
    * ``covered_by``: alerts that say more about the same trouble
    """

    label: str
    measure: Callable
    summary: str
    note: str
    ends_at: float = 0.5
    covered_by: tuple = ()


def _get_refused_percent(measures):
    hour = measures["hour"]
    if hour["sent"] + hour["rejected"] < LEAST_JUDGED:
        return 0
    return 100 * (1 - hour["success_rate"])


# Each has an activity type of its own, and a threshold in the settings; 0 is never.
ALERTS = {
    "paused": Alert(
        _lt("Paused by a fault"),
        # Who pauses by hand knows it; a threshold of one half asks for yes.
        lambda measures: int(
            measures["status"] == "paused" and measures["reason"] != "other"
        ),
        _lt("Nothing leaves for Mindbox until this is mended"),
        _lt("%(reason)s"),
    ),
    "stuck": Alert(
        _lt("Consents wait"),
        lambda measures: measures["oldest_consent_seconds"] / 60,
        _lt("Decisions of customers do not reach Mindbox"),
        _lt(
            "A decision of a customer on what to hear from us waits for %(consent)s. "
            "Whoever has withdrawn a consent may still get messages. %(reason)s"
        ),
    ),
    "held": Alert(
        _lt("Mindbox does not answer"),
        lambda measures: measures["held_seconds"] / 60,
        _lt("Mindbox has taken nothing for a long time"),
        _lt(
            "Nothing has come through for %(held)s; %(waiting)s requests wait. They "
            "are kept and leave by themselves as soon as Mindbox answers. %(reason)s"
        ),
        covered_by=("paused",),
    ),
    "backlog": Alert(
        _lt("Requests wait"),
        lambda measures: measures["oldest_seconds"] / 60,
        _lt("Requests wait for too long"),
        _lt(
            "%(waiting)s requests wait for Mindbox, the oldest for %(oldest)s. "
            "%(reason)s"
        ),
        covered_by=("paused", "held"),
    ),
    "refused": Alert(
        _lt("A large share is refused"),
        _get_refused_percent,
        _lt("Mindbox refuses a large share of the requests"),
        _lt(
            "Within an hour Mindbox has refused %(rejected)s of %(judged)s requests. "
            "Look at their reasons, correct the operation or the data, then resend."
        ),
    ),
    "rejected": Alert(
        _lt("Many are refused"),
        lambda measures: measures["hour"]["rejected"],
        _lt("More and more requests are rejected"),
        _lt(
            "Within an hour %(rejected)s requests were rejected, %(all)s in all wait "
            "for somebody to look at them."
        ),
        covered_by=("refused",),
    ),
    "differences": Alert(
        _lt("Odoo and Mindbox differ"),
        lambda measures: measures["differences"],
        _lt("Mindbox does not know what it should"),
        _lt(
            "The comparison has found %(differences)s differences. Open them at the "
            "integration point, see why, and send what is missing."
        ),
    ),
}


class MindboxAlert(models.Model):
    """Something that was wrong for a while; the open one of a kind has no end yet."""

    _name = "mindbox.alert"
    _description = "Mindbox Alert"
    _order = "started_at desc, id desc"
    _rec_name = "kind"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection="_get_kinds",
        required=True,
        readonly=True,
    )
    started_at = fields.Datetime(
        string="Began", required=True, readonly=True, default=fields.Datetime.now
    )
    ended_at = fields.Datetime(string="Ended", readonly=True)

    _open_uniq = models.UniqueIndex("(endpoint_id, kind) WHERE ended_at IS NULL")

    @api.model
    def _get_kinds(self):
        return [(code, self.env._(alert.label)) for code, alert in ALERTS.items()]

    @api.autovacuum
    def _gc_alerts(self):
        """Forget what has been over for a year."""
        old = fields.Datetime.now() - timedelta(days=365)
        self.search([("ended_at", "<", old)], limit=10_000).unlink()


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

    @api.model
    def _cron_watch(self):
        """Note how all integration points do; begin and end their alerts."""
        everything = self.search([("active", "in", (True, False))])
        measured = everything._measure()
        everything._sample(measured)
        for endpoint, measures in measured.items():
            endpoint._watch(measures)

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
        if code == "paused":
            return 0.5
        if code == "differences":
            return max(self.difference_alert - 0.5, 0)
        get_param = self.env["ir.config_parameter"].sudo().get_param
        return max(0, int(get_param(f"mindbox_connector.alert_{code}") or 0))

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
            "reason": in_words(self.env, reasons.get(measures["status"])),
            "consent": self._format_seconds(measures["oldest_consent_seconds"]),
            "held": self._format_seconds(measures["held_seconds"]),
            "oldest": self._format_seconds(measures["oldest_seconds"]),
            "waiting": measures["waiting"],
            "rejected": hour["rejected"],
            "judged": hour["sent"] + hour["rejected"],
            "all": measures["rejected"],
            "differences": measures["differences"],
        }
