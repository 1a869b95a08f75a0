# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

FIGURES = ("total", "looked_at", "fits", "reasons")


class MindboxImportWizard(models.TransientModel):
    """Shows what an import would send before it is started."""

    _name = "mindbox.import.wizard"
    _description = "New Historical Import"
    _inherit = "mindbox.import.options"

    problems = fields.Text(compute="_compute_preview")
    mends_itself = fields.Boolean(compute="_compute_preview")
    total = fields.Integer(compute="_compute_preview", string="Records")
    looked_at = fields.Integer(compute="_compute_preview")
    fits = fields.Integer(compute="_compute_preview", string="Would Go")
    reasons = fields.Json(compute="_compute_preview", string="Would Be Skipped")
    table = fields.Json(compute="_compute_preview", string="First Rows")
    preview_html = fields.Html(compute="_compute_preview", string="Preview")

    @api.depends(lambda self: self._get_options())
    def _compute_preview(self):
        for wizard in self:
            wizard.update(wizard._get_preview())

    def _get_preview(self):
        empty = {"total": 0, "looked_at": 0, "fits": 0, "reasons": {}, "table": {}}
        empty |= {"mends_itself": False, "preview_html": False, "problems": False}
        if not self.endpoint_id or not self.kind:
            return empty
        run = self.env["mindbox.import"].new(self._get_values())
        problems = run._find_problems()
        product_problems = not self.accept_problems and bool(
            problems and run._get_reader()._find_problems(run)
        )
        values = empty | {"problems": "\n".join(problems) or False}
        values["mends_itself"] = product_problems
        if self.endpoint_id.state == "draft" or not run._has_dates_in_order():
            return values
        preview = run._preview()
        values |= {name: preview[name] for name in FIGURES}
        values["table"] = {"header": preview["header"], "rows": preview["rows"]}
        values["preview_html"] = self.env["ir.qweb"]._render(
            "mindbox_connector.mindbox_import_preview", preview
        )
        return values

    def _get_values(self):
        return {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in self._get_options()
        }

    def action_start(self):
        """Start the import and open it.

        :raise UserError: something must be mended first
        """
        run = self.env["mindbox.import"].create(self._get_values())
        if not run._get_reader()._count(run)[0]:
            raise UserError(self.env._("There is nothing to import."))
        run.action_start()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mindbox.import",
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
