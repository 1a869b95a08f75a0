# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tell the responsible person when a segment grows or shrinks by a lot."""

from markupsafe import Markup

from odoo import models


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _after_run(self, run):
        result = super()._after_run(run)
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
