# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mapped field shown with a real record, while it is chosen."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..outbox.json_text import to_text
from .mindbox_field_map import MODELS
from .path import read


class MindboxFieldMap(models.Model):
    _name = "mindbox.field.map"
    _inherit = ["mindbox.field.map"]

    example_ref = fields.Reference(
        MODELS,
        string="Try It With",
        compute="_compute_example_ref",
        readonly=False,
        store=False,
        help="Any record: below stands what Mindbox would be told of it.",
    )
    example = fields.Char(string="Mindbox Is Told", compute="_compute_example")

    @api.depends_context("uid")
    @api.depends("model", "path")
    def _compute_example_ref(self):
        """The newest record that has a value."""
        for record in self:
            record.example_ref = record._find_example() or False

    @api.onchange("model")
    def _onchange_model(self):
        self.path = False
        self.when_empty = "omit"

    def _find_example(self):
        along = self._expand()
        if not along or self._find_problem():
            return None
        way = ".".join(field.name for field in along)
        source = self.env[self.model]
        filled = source.search([(way, "!=", False)], order="id DESC", limit=1)
        return filled or source.search([], order="id DESC", limit=1)

    @api.depends_context("uid", "lang")
    @api.depends("example_ref", "endpoint_id", "name", "value_type", "when_empty")
    def _compute_example(self):
        for record in self:
            record.example = record.path and (
                record._find_problem() or record._describe_example()
            )

    def _describe_example(self):
        """Return what Mindbox would be told of the example, as far as the user may
        read it."""
        example = self.example_ref
        if not example or example._name != self.model or not self.endpoint_id:
            return self.env._("There is no record to try it with.")
        along = self._expand()
        try:
            example.check_access("read")
            read(example, along)
        except AccessError:
            return self.env._("You may not read this record.")
        endpoint = self.endpoint_id._origin.sudo()
        told = endpoint._tell_field(endpoint._with_sender(example), self._get_values())
        if not told:
            return self.env._("Nothing: it is empty there.")
        return to_text(told)
