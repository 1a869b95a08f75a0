# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from types import MappingProxyType

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache
from odoo.tools.sql import table_exists

from ...fields import SystemName

# The models whose records have additional fields in Mindbox.
MODELS = [
    ("res.partner", "Customer"),
    ("sale.order", "Order"),
    ("sale.order.line", "Order line"),
    ("loyalty.card", "Card"),
    ("product.product", "Product"),
]


class MindboxFieldMap(models.Model):
    """A field of Odoo that fills an additional field of a Mindbox project."""

    _name = "mindbox.field.map"
    _description = "Mapped Field of Mindbox"
    _inherit = ["mindbox.owned", "mindbox.setting", "mindbox.path"]
    _order = "endpoint_id, model, name"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._get_only_endpoint(),
    )
    model = fields.Selection(
        MODELS,
        string="Kind of Record",
        required=True,
        default="res.partner",
        help="What has the field: in Odoo, and in Mindbox.",
    )
    path = fields.Char(
        required=True,
        help="Any stored field, or one of a related record. Not fields that you may "
        "not read, and no secrets.",
    )
    name = SystemName(
        string="Field in Mindbox",
        required=True,
        help="System name of the additional field. It must exist in your Mindbox "
        "project: what Mindbox does not know it leaves out.",
    )
    when_empty = fields.Selection(
        [("omit", "Leave as it is"), ("clear", "Empty it")],
        required=True,
        default="omit",
        help="What becomes of the field in Mindbox when it is empty in Odoo. Only "
        "fields of customers can be emptied there.",
    )
    active = fields.Boolean(default=True)
    problem = fields.Char(compute="_compute_problem")

    _name_uniq = models.UniqueIndex(
        "(endpoint_id, model, lower(name))",
        "Two fields of Odoo cannot fill the same field of Mindbox.",
    )

    def _get_only_endpoint(self):
        endpoints = self.env["mindbox.endpoint"].search([], limit=2)
        return endpoints if len(endpoints) == 1 else False

    @api.depends("name", "path")
    def _compute_display_name(self):
        for record in self:
            parts = filter(None, (record.path, record.name))
            record.display_name = " → ".join(parts)

    @api.depends_context("lang")
    @api.depends("model", "path", "value_type")
    def _compute_problem(self):
        for record in self:
            record.problem = record.path and record._find_gone() or False

    def _get_path_model(self):
        return self.model

    def _find_gone(self):
        """Changes of what is not stored are nobody's to hear of."""
        return super()._find_gone() or self._find_unstored()

    # === WHAT MAY BE MAPPED === #

    @api.constrains("model", "path", "value_type", "when_empty")
    def _check_path(self):
        """Judged as whoever writes it, since the sender may read everything."""
        for record in self.sudo(False):
            if problem := record._find_problem():
                raise ValidationError(problem)

    def _find_problem(self):
        problem = super()._find_problem()
        if not problem and self.when_empty == "clear" and self.model != "res.partner":
            return self.env._("Mindbox can empty fields of customers only.")
        return problem

    def _find_unstored(self):
        """Return that a field is computed whenever it is read, None where none is."""
        for field in self._expand():
            if not field.store:
                return self.env._(
                    "“%s” is not stored: nobody hears of its changes. Choose the "
                    "fields that it is computed from.",
                    field.name,
                )
        return None

    @api.constrains("endpoint_id", "model", "name")
    def _check_name(self):
        for record in self:
            taken = record.endpoint_id.sudo()._get_taken_names(record.model)
            if record.name.lower() in {name.lower() for name in taken if name}:
                raise ValidationError(
                    self.env._(
                        "“%s” is filled by the connector itself already.", record.name
                    )
                )

    # === WHICH CHANGES MATTER === #

    @api.model
    @ormcache()
    def _get_watched(self):
        """Return {model: {field: ((mapped model, path from it to here or ""), …)}}.

        Asked at each write in Odoo, also while the add-on comes or goes.
        """
        tables = (self._table, "mindbox_endpoint")
        if not all(table_exists(self.env.cr, table) for table in tables):
            return MappingProxyType({})
        watched = {}
        routes = self.env["mindbox.endpoint"]._get_routes()
        for record in self.sudo().search(
            [("endpoint_id", "in", [r[0] for r in routes])]
        ):
            if record.problem:
                continue
            way = []
            for field in record._expand():
                of_model = watched.setdefault(field.model_name, {})
                of_model.setdefault(field.name, set()).add(
                    (record.model, ".".join(way))
                )
                way.append(field.name)
        return MappingProxyType(watched)
