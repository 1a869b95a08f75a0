# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the last test has said of each operation."""

from odoo import fields, models

# What a test was about: with another one it says nothing any more.
TESTED = frozenset({"name", "mode"})
FORGOTTEN = {"test_outcome": False, "tested_at": False}


class MindboxOperation(models.Model):
    _name = "mindbox.operation"
    _inherit = ["mindbox.operation"]

    test_outcome = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("known", "Known, wants data"),
            ("unknown", "Unknown"),
            ("failed", "Failed"),
        ],
        string="Last Test",
        readonly=True,
        copy=False,
        help="What Mindbox has answered when the connection was tested.",
    )
    tested_at = fields.Datetime(string="Tested", readonly=True, copy=False)

    def write(self, vals):
        changed = self.filtered(
            lambda one: any(one[name] != vals[name] for name in TESTED & vals.keys())
        )
        result = super().write(vals)
        if changed.filtered("tested_at"):
            changed.sudo().write(FORGOTTEN)
        return result

    def _note_test(self, outcome):
        """Write down what the test of the connection has found."""
        now = fields.Datetime.now()
        self.sudo().write({"test_outcome": outcome, "tested_at": now})
