# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, api, fields, models

from ..models.run.preview import Preview


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def action_preview(self):
        """Show how many customers would move, from where to where."""
        self.ensure_one()
        preview = self.env["rfm.preview"].create({"scheme_id": self.id})
        return preview._action_open()


class RfmPreview(models.TransientModel):
    """What activating or computing a scheme would do: who moves, and where to."""

    _name = "rfm.preview"
    _description = "RFM Preview"

    scheme_id = fields.Many2one("rfm.scheme", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    headline = fields.Char(readonly=True)
    moved = fields.Integer(readonly=True)
    moved_revenue = fields.Monetary(string="Their Revenue", readonly=True)
    counted_at = fields.Datetime(
        string="Orders Counted At",
        readonly=True,
        help="By the last run; empty where they were counted just now.",
    )
    check_html = fields.Html(related="scheme_id.check_html", sanitize=False)
    line_ids = fields.One2many("rfm.preview.line", "preview_id", readonly=True)
    size_ids = fields.One2many("rfm.preview.size", "preview_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        previews = super().create(vals_list)
        for preview in previews:
            preview.write(preview._prepare_values())
        return previews

    def _prepare_values(self):
        summary = Preview(self.scheme_id).summarize()
        moves = summary["moves"]
        return {
            "headline": summary["headline"],
            "moved": sum(move[2] for move in moves),
            "moved_revenue": sum(move[3] for move in moves),
            "counted_at": summary["counted_at"],
            "line_ids": [
                Command.create(
                    {
                        "from_segment_id": old.id,
                        "to_segment_id": new.id,
                        "customers": customers,
                        "revenue": revenue,
                    }
                )
                for old, new, customers, revenue in moves
            ],
            "size_ids": [
                Command.create(
                    {
                        "rule_id": rule.id,
                        "segment_id": rule.segment_id.id,
                        "summary": rule.summary,
                        "customers": summary["caught"].get(rule, 0),
                    }
                )
                for rule in self.scheme_id.rule_ids.sorted()
            ],
        }

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview: %s", self.scheme_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_apply(self):
        """Activate the scheme, or compute it where it is active already."""
        scheme = self.scheme_id
        if scheme.state == "active":
            return scheme.action_compute()
        return scheme.action_activate()


class RfmPreviewLine(models.TransientModel):
    _name = "rfm.preview.line"
    _description = "RFM Preview: Customers Who Move"
    _order = "customers desc, id"

    preview_id = fields.Many2one("rfm.preview", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="preview_id.currency_id")
    from_segment_id = fields.Many2one("rfm.segment", string="From", ondelete="cascade")
    to_segment_id = fields.Many2one("rfm.segment", string="To", ondelete="cascade")
    customers = fields.Integer()
    revenue = fields.Monetary()


class RfmPreviewSize(models.TransientModel):
    _name = "rfm.preview.size"
    _description = "RFM Preview: Customers of a Rule"
    _order = "id"

    preview_id = fields.Many2one("rfm.preview", required=True, ondelete="cascade")
    rule_id = fields.Many2one("rfm.rule", ondelete="cascade")
    segment_id = fields.Many2one("rfm.segment", ondelete="cascade")
    summary = fields.Char()
    customers = fields.Integer()
