# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An operation that is out of order is held; what leaves by others goes on.

Mindbox counts calls by operation, and one that is set up wrongly fails by itself.
"""

from odoo import fields, models

from .mindbox_hold import HOLD_LIMIT, HOLD_MAX_UNTRIED, NOT_HELD, make_hold


class MindboxOperation(models.Model):
    _name = "mindbox.operation"
    _inherit = ["mindbox.operation", "mindbox.stoppable"]

    failures = fields.Integer(readonly=True, copy=False)
    failing_since = fields.Datetime(readonly=True, copy=False)
    held_at = fields.Datetime(readonly=True, copy=False)

    def _hold(self, error, spent):
        """Hold operations that have failed.

        :param MindboxUnavailable error: how
        :param float spent: seconds since the failed call left
        """
        for operation in self:
            operation.write(make_hold(operation, error, spent, HOLD_MAX_UNTRIED))

    def _release(self):
        """Hold them no longer: a call has come through."""
        self.filtered("failures").write(NOT_HELD)

    def _is_held(self):
        """Whether it is held now; what is held for longer has a wrong clock."""
        if not self.held_until:
            return False
        rest = (self.held_until - fields.Datetime.now()).total_seconds()
        return 0 < rest < HOLD_LIMIT
