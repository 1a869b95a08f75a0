# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people see of an import: how far it is, when it ends, what it waits for."""

from datetime import timedelta

from odoo import api, fields, models

from ...labels import get_labels


class MindboxImport(models.Model):
    _name = "mindbox.import"
    _inherit = ["mindbox.import"]

    @api.depends("kind", "endpoint_id", "date_from", "date_to")
    def _compute_display_name(self):
        kinds = get_labels(self, "kind")
        for run in self:
            days = [day for day in (run.date_from, run.date_to) if day]
            dates = " – ".join(map(str, days))
            parts = (kinds.get(run.kind), run.endpoint_id.name, dates)
            run.display_name = ", ".join(filter(None, parts))

    @api.depends("state")
    def _compute_progress(self):
        counts = self.env["mindbox.import.chunk"]._count_records(self.ids)
        for run in self:
            done, rejected, skipped, files = counts.get(run.id, (0, 0, 0, 0))
            worked_off = done + rejected + skipped
            finished = run.state == "done"
            run.done, run.rejected, run.skipped = done, rejected, skipped
            run.file_count = files
            # Records may have gone since the start: the end counts what there was.
            run.total = worked_off if finished else max(run.scope_total, worked_off)
            run.progress = 100 * worked_off / run.total if run.total else 100 * finished

    @api.depends("state")
    def _compute_eta(self):
        now = fields.Datetime.now()
        for run in self:
            run.rate, run.eta, run.time_left = 0, False, False
            if not run.resumed_at:
                continue
            worked_off = run.done + run.rejected + run.skipped
            until = run.finished_at or now
            seconds = max((until - run.resumed_at).total_seconds(), 1)
            run.rate = (worked_off - run.resumed_with) / seconds
            if run.state == "running" and run.rate > 0:
                left = (run.total - worked_off) / run.rate
                run.eta = now + timedelta(seconds=min(left, 10**8))
                run.time_left = run._format_duration(left)

    def _format_duration(self, seconds):
        minutes = round(seconds / 60)
        if minutes < 1:
            return self.env._("less than a minute")
        if minutes < 120:
            return self.env._("%s min", minutes)
        return self.env._("%s h", round(minutes / 60))

    @api.depends_context("lang")
    @api.depends("state", "pause_reason", "held_until", "endpoint_id.state")
    def _compute_status(self):
        for run in self:
            run.status = run._get_status()

    def _get_status(self):
        """Say in one sentence what the import does, or what it waits for."""
        if self.state == "paused":
            return self.pause_reason
        if self.state != "running":
            return ""
        if self.endpoint_id.state != "running":
            return self.env._("Waits: the integration point is paused.")
        wait, reason = self._get_rest()
        if wait:
            return self.env._("Waits: %s", self.env["mindbox.reason"]._say(*reason))
        if before := self._find_before():
            return self.env._("Waits for another import: %s", before.display_name)
        return self.env._("At work.")
