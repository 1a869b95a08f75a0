# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The painted matrix: cells of the scores, each in the colour of its segment."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...measures import DIGITS, MAX_BINS, MIN_BINS, expand_cells


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    matrix = fields.Json(
        compute="_compute_matrix",
        inverse="_inverse_matrix",
        help="Painted cells of the score matrix: {cell: segment}.",
    )

    painted_bins = fields.Integer(
        compute="_compute_painted_bins",
        help="To which number the scores ran for which the cells are painted.",
    )

    # === OTHER SCORES === #

    def _compute_painted_bins(self):
        for scheme in self:
            scheme.painted_bins = scheme._origin.bins

    @api.onchange("bins")
    def _onchange_bins(self):
        """The painted cells follow; where that is not possible, the scores stay."""
        before = self.painted_bins
        if not before or not MIN_BINS <= self.bins <= MAX_BINS:
            return None
        try:
            self._carry({rule: rule.cells for rule in self.rule_ids}, before)
        except UserError as error:
            self.bins = before
            return {"warning": {"title": self.env._("Scores"), "message": str(error)}}
        self.painted_bins = self.bins
        return None

    def write(self, vals):
        """Carry the painted cells over to other scores, unless they are stated anew.

        :raise UserError: a rule would have no cell any more
        """
        if "bins" not in vals or "matrix" in vals:
            return super().write(vals)
        commands = vals.get("rule_ids") or ()
        stated = {c[1] for c in commands if c[0] == Command.UPDATE and "cells" in c[2]}
        painted = [
            (scheme, scheme.bins, {r: r.cells for r in scheme.rule_ids if r.cells})
            for scheme in self
        ]
        result = super().write(vals)
        for scheme, before, cells in painted:
            kept = {r: c for r, c in cells.items() if r.exists() and r.id not in stated}
            scheme._carry(kept, before)
        return result

    def _carry(self, cells, before):
        """Give rules the cells that lie where theirs lay.

        :param cells: {rule: cells} of scores that ran to ``before``
        :raise UserError: a rule would have none any more, and catch everybody
        """
        if self.bins == before:
            return
        for rule, text in cells.items():
            carried = carry_cells((text or "").split(), before, self.bins)
            if text and not carried:
                raise UserError(
                    self.env._(
                        "%(segment)s: with scores from 1 to %(bins)s nothing is left "
                        "of the cells of this rule. Paint them larger first, or "
                        "delete the rule.",
                        segment=rule.segment_id.name,
                        bins=self.bins,
                    )
                )
            if text:
                rule.cells = " ".join(carried)

    # === PAINTED === #

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


def carry_cells(cells, before, after):
    """Return the cells of scores to ``after`` that lie in cells of ``before``."""
    known = set(cells)
    old = {
        DIGITS[i]: DIGITS[-(-(2 * i - 1) * before // (2 * after))]
        for i in range(1, after + 1)
    }
    return [
        cell
        for cell in expand_cells("***", after)
        if "".join(old[digit] for digit in cell) in known
    ]
