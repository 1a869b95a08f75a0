# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tell the responsible person of a segment that grows or shrinks, or a failed run."""

from markupsafe import Markup

from odoo import models

FAILURE = "mindbox_rfm.activity_type_failure"


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
