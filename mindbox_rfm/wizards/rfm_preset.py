# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ..models.scheme.presets import PRESET_SELECTION, PRESETS, SEGMENTS


class RfmPreset(models.TransientModel):
    """Choose what a new scheme starts from."""

    _name = "rfm.preset"
    _description = "RFM Preset"

    preset = fields.Selection(PRESET_SELECTION, required=True, default="cells")
    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    description = fields.Text(compute="_compute_preset")
    segments_html = fields.Html(compute="_compute_preset", sanitize=False)

    @api.depends("preset")
    def _compute_name(self):
        for wizard in self:
            wizard.name = self.env._(PRESETS[wizard.preset].name)

    @api.depends("preset")
    @api.depends_context("lang")
    def _compute_preset(self):
        for wizard in self:
            preset = PRESETS[wizard.preset]
            segments = [SEGMENTS[code] for code in preset.segment_codes()]
            wizard.description = self.env._(preset.description)
            wizard.segments_html = self.env["ir.qweb"]._render(
                "mindbox_rfm.preset_segments",
                {
                    "segments": [
                        (self.env._(s.name), s.color, self.env._(s.strategy))
                        for s in segments
                    ]
                },
            )

    def action_create(self):
        """Create the scheme and open it."""
        self.ensure_one()
        scheme = self.env["rfm.scheme"]._create_from_preset(self.preset)
        scheme.name = self.name
        return {
            "type": "ir.actions.act_window",
            "res_model": "rfm.scheme",
            "res_id": scheme.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
