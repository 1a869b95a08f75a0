# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MindboxImportLine(models.Model):
    _name = "mindbox.import.line"
    _description = "Record That Was Not Imported"
    _inherit = ["mindbox.reasoned"]
    _order = "id"
    _log_access = False

    import_id = fields.Many2one(
        "mindbox.import", required=True, readonly=True, index=True, ondelete="cascade"
    )
    chunk_id = fields.Many2one(
        "mindbox.import.chunk",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="import_id.company_id")
    file = fields.Char(readonly=True)
    res_model = fields.Char(string="Record Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
    state = fields.Selection(
        [("rejected", "Rejected"), ("skipped", "Skipped")], readonly=True
    )
    reason = fields.Text(related="error", string="In Words")

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for model, lines in self.grouped("res_model").items():
            records = self.env[model].browse(lines.mapped("res_id")).exists()
            records = records._filtered_access("read")
            names = {record.id: record.display_name for record in records}
            for line in lines:
                line.res_name = names.get(line.res_id, "")

    def action_open_record(self):
        """Open the record, to mend it."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
