# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The painted matrix: cells of the scores, each in the colour of its segment."""

from odoo import Command, api, fields, models


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    matrix = fields.Json(
        compute="_compute_matrix",
        inverse="_inverse_matrix",
        help="Painted cells of the score matrix: {cell: segment}.",
    )

    @api.depends("rule_ids.cells", "rule_ids.segment_id", "rule_ids.sequence")
    def _compute_matrix(self):
        for scheme in self:
            matrix = {}
            for rule in scheme.rule_ids.sorted():
                for cell in rule._get_cells():
                    matrix.setdefault(cell, rule.segment_id._origin.id)
            scheme.matrix = matrix

    @api.onchange("matrix")
    def _onchange_matrix(self):
        """Painting shows at once in the rules, and in what they would do."""
        self._inverse_matrix()

    def _inverse_matrix(self):
        """Give each segment's first painted rule the cells it has now."""
        for scheme in self:
            cells = {}
            for cell, segment_id in sorted((scheme.matrix or {}).items()):
                cells.setdefault(segment_id, []).append(cell)
            painted = scheme.rule_ids.sorted().filtered("cells")
            for segment in scheme.segment_ids:
                # In a form that is being edited, a rule names the stored segment,
                # and the scheme's segments are copies of them.
                stored = segment._origin
                rules = painted.filtered(lambda r, s=stored: r.segment_id._origin == s)
                scheme._paint(stored, rules[:1], cells.get(stored.id, []))

    def _paint(self, segment, rule, cells):
        if set(rule._get_cells()) == set(cells):
            return
        if rule and cells:
            rule.cells = " ".join(cells)
        elif rule:
            self.rule_ids = [Command.delete(rule.id)]
        else:
            values = {
                "segment_id": segment.id,
                "cells": " ".join(cells),
                "sequence": min(self.rule_ids.mapped("sequence"), default=10),
            }
            self.rule_ids = [Command.create(values)]
