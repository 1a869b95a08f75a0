# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tell the responsible person of a segment that grows or shrinks, and of runs that
failed or never came; tell monitoring of the same runs."""

from datetime import timedelta
from functools import partial

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.mindbox_connector.models.monitoring.prometheus import Family

FAILURE = "mindbox_rfm.activity_type_failure"
# From when the nightly run was due until somebody should look why none has ended.
OVERDUE_AFTER = timedelta(hours=6)


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _after_run(self, run):
        result = super()._after_run(run)
        self.activity_unlink([FAILURE])
        if jumps := list(self._get_jumps(run)):
            self.activity_schedule(
                "mindbox_rfm.activity_type_jump",
                note=Markup("<br/>").join(jumps),
                user_id=self.user_id.id or self.env.uid,
            )
        return result

    def _get_jumps(self, run):
        """Yield what to tell of segments that grew or shrank by more than allowed."""
        before = {
            line.segment_id: line.customers for line in run._get_previous().line_ids
        }
        if not before or not self.alert_share:
            return
        now = {line.segment_id: line.customers for line in run.line_ids}
        for segment in self.segment_ids:
            old, new = before.get(segment, 0), now.get(segment, 0)
            if abs(new - old) * 100 > self.alert_share * max(old, 10):
                yield self.env._(
                    "%(segment)s: %(old)s → %(new)s customers",
                    segment=segment.name,
                    old=old,
                    new=new,
                )

    # === RUNS THAT DO NOT COME === #

    def _find_run(self, order):
        """Return the first run in an order, without reading a year of the others."""
        mine = [("scheme_id", "=", self.id)]
        return self.env["rfm.run"].search(mine, order=order, limit=1)

    def _get_due_moment(self):
        """Return since when a run is due that has not ended, None where it has."""
        self.ensure_one()
        first = self._find_run("id").started_at or self.create_date
        done = self.last_run_id.started_at
        if self.frequency == "hour":
            return (done or first) + timedelta(hours=1)
        night = self._get_night()
        return None if done and done >= night else max(night, first)

    def _get_overdue_seconds(self):
        """Return for how long a run should have ended by now, 0 where none should."""
        due = self._get_due_moment()
        late = due and fields.Datetime.now() - due - OVERDUE_AFTER
        return max(0, late.total_seconds()) if late else 0

    def _watch_runs(self):
        """Tell once of a run that is overdue; the next one that ends takes it back."""
        if not self._get_overdue_seconds() or self.activity_search([FAILURE]):
            return
        user = self.user_id or self.env.user
        scheme = self.with_context(lang=user.lang)
        note = scheme.env._(
            "A run has been due since %s and none has ended: Odoo's scheduled actions "
            "or the job runner do not work. The segments stay as they were.",
            format_datetime(scheme.env, self._get_due_moment(), tz=self.tz),
        )
        scheme.activity_schedule(FAILURE, note=note, user_id=user.id)

    def _get_gauge_labels(self):
        return {"scheme": str(self.id), "company": self.company_id.name}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    @api.model
    def _cron_watch(self):
        result = super()._cron_watch()
        for scheme in self.env["rfm.scheme"].sudo()._find_active():
            self._guard(f"Runs of {scheme}", partial(scheme._watch_runs))
        return result

    @api.model
    def _get_gauges(self):
        """Return how old the segments are, and whether they should be newer."""
        # Of all companies, as of the integration points: there is no user.
        schemes = self.env["rfm.scheme"].sudo()._find_active()
        now = fields.Datetime.now()
        labels = {scheme: scheme._get_gauge_labels() for scheme in schemes}
        ages = [
            (labels[scheme], (now - scheme.last_run_id.started_at).total_seconds())
            for scheme in schemes
            if scheme.last_run_id
        ]
        overdue = [(labels[s], s._get_overdue_seconds()) for s in schemes]
        failed = [
            (labels[s], int(s._find_run("id desc").state == "failed")) for s in schemes
        ]
        return [
            *super()._get_gauges(),
            Family("mindbox_rfm_run_age_seconds", "Age of the segments.", ages),
            Family(
                "mindbox_rfm_run_overdue_seconds",
                "For how long a run over all customers should have ended.",
                overdue,
            ),
            Family("mindbox_rfm_run_failed", "1 while the last run failed.", failed),
        ]


class RfmRun(models.Model):
    _name = "rfm.run"
    _inherit = ["rfm.run"]

    def _on_failure(self):
        """Tell it once, until a run succeeds."""
        result = super()._on_failure()
        scheme = self.scheme_id
        if not scheme.activity_search([FAILURE]):
            user = scheme.user_id or self.env.user
            lang = self.with_context(lang=user.lang)
            scheme.activity_schedule(FAILURE, note=lang.error, user_id=user.id)
        return result
