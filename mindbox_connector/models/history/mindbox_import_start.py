# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before an import starts: what keeps it from that, and what it would send."""

from odoo import models
from odoo.exceptions import UserError

from .mindbox_import import UNFINISHED

PREVIEWED_RECORDS = 2000
SHOWN_ROWS = 5


class MindboxImport(models.Model):
    _name = "mindbox.import"
    _inherit = ["mindbox.import"]

    def _check_startable(self):
        """Check that the import can start.

        :raise UserError: it cannot; the message tells everything that is wrong
        """
        if problems := self._find_problems():
            raise UserError("\n\n".join(problems))

    def _find_problems(self):
        """Return sentences about what keeps the import from starting."""
        self.ensure_one()
        endpoint = self.endpoint_id.sudo()
        if endpoint.state == "draft":
            return [self.env._("Start the integration point first.")]
        problems = []
        if endpoint.state == "paused" and self.way != "files":
            reason = endpoint.pause_reason
            problems.append(self.env._("The integration point is paused: %s", reason))
        if self._find_same():
            problems.append(
                self.env._(
                    "An import of this kind is running already. Wait for its end, or "
                    "cancel it."
                )
            )
        if not self._has_dates_in_order():
            return [
                self.env._("The import would end before it starts: check the dates.")
            ]
        if not self.accept_problems:
            problems += self._get_reader()._find_problems(self)
        return problems

    def _find_same(self):
        return self.sudo().search(
            [
                ("endpoint_id", "=", self.endpoint_id.id),
                ("kind", "=", self.kind),
                ("state", "in", UNFINISHED),
                ("id", "not in", self._origin.ids),
            ],
            limit=1,
        )

    def _preview(self):
        """Return what would go, without sending anything.

        :return: dict with ``total``; ``looked_at``: how many of them were looked at;
            ``fits``: how many of those go; ``reasons``: {reason: number of those that
            do not}; ``losses``: {what gets lost on the way: of how many}; ``header``
            and ``rows`` of the beginning of the first file
        """
        reader = self._get_reader()
        total, last_id = reader._count(self)
        file = reader._files[0]
        ids = reader._find_ids(self, 0, last_id, PREVIEWED_RECORDS)
        items = reader._read(self, file, ids)
        reasons = {}
        for item in items:
            if item.state:
                reason = self.env["mindbox.reason"]._say(*item.reason)
                reasons[reason] = reasons.get(reason, 0) + 1
        rows = [row for item in items[:100] for row in item.rows]
        return {
            "total": total,
            "looked_at": len(items),
            "fits": len(items) - sum(reasons.values()),
            "reasons": reasons,
            "losses": self._count_losses(reader, ids),
            "header": reader._get_header(self, file),
            "rows": rows[:SHOWN_ROWS],
        }

    def _count_losses(self, reader, ids):
        """Return {what gets lost on the way, in words: of how many records}."""
        return {
            self.env["mindbox.reason"]._say(*reason): count
            for reason, count in reader._find_losses(self, ids)
        }
