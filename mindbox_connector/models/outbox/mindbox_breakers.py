# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run learns of operations is kept for the next one, and for people to see."""

from odoo import fields, models
from odoo.tools import SQL

from .breakers import Breakers
from .mindbox_request import WAITS


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _get_failing_operations(self):
        """Return the operations that have failed and not recovered, as of now."""
        failing = (
            self.env["mindbox.operation"]
            .sudo()
            .search([("endpoint_id", "in", self.ids), ("failures", ">", 0)])
        )
        failing.invalidate_recordset(["failures", "held_until"])
        return failing

    def _get_held_operations(self):
        """Return the operations by which nothing leaves now."""
        return self._get_failing_operations().filtered(lambda o: o._is_held())

    def _get_breakers(self):
        """Return the breakers of a run, as the runs before have left them."""
        failing = self._get_failing_operations()
        held = failing.filtered(lambda operation: operation._is_held())
        return Breakers(
            held.mapped("name"),
            (failing - held).mapped("name"),
            # Where a single operation has failed, that one is probed, and not all.
            probing=bool(self.failures) and not self.held_operation,
        )

    def _keep_breakers(self, breakers, spent):
        """Write down which operations are held from now on, and which no longer.

        :param float spent: seconds since the job has begun
        """
        failing = self._get_failing_operations()
        recovered = breakers.find(lambda breaker: breaker.recovered)
        failing.filtered(lambda o: o.name in recovered)._release()
        tripped = breakers.find(lambda b: b.is_open and b.failure)
        for name, breaker in tripped.items():
            operations = self.operation_ids.filtered(lambda o, n=name: o.name == n)
            operations._hold(breaker.failure, spent)

    def _get_only_failing(self, breakers):
        """Return the name of the operation that fails alone, None if several do."""
        failing = breakers.failing
        if self.failures and not breakers.whole.recovered:
            # Nothing has come through since the runs before.
            failing = failing | {self.held_operation}
        return next(iter(failing)) if len(failing) == 1 else None

    def _forget_waits(self):
        """Whoever has put right why calls were held means those of operations, too."""
        result = super()._forget_waits()
        self.operation_ids._release()
        return result

    def _get_next_due_delay(self):
        """What waits for an operation is due when that is probed."""
        delays = [super()._get_next_due_delay()]
        if held := self._get_held_operations():
            delays.append(self._get_operation_delay(held))
        return min((delay for delay in delays if delay is not None), default=None)

    def _get_operation_delay(self, held):
        """Return in how many seconds an operation is probed by which something waits.

        :param held: operations
        """
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT operation.id FROM mindbox_operation operation
                 WHERE operation.id = ANY(%s) AND EXISTS (
                     SELECT 1 FROM mindbox_request
                      WHERE endpoint_id = %s AND operation_id = operation.id AND %s
                 )
                """,
                held.ids,
                self.id,
                SQL(WAITS),
            )
        )
        moments = held.browse(o for (o,) in waiting).mapped("held_until")
        if not moments:
            return None
        return max(1, (min(moments) - fields.Datetime.now()).total_seconds())
