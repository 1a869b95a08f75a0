# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, fields, models
from odoo.exceptions import AccessError

from ..models.run.preview import Preview


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def action_preview(self, changes=None):
        """Show how many customers would move, from where to where.

        :param dict changes: the form's values that are not saved; they stay so
        :raise AccessError: changes are previewed by who may not save them
        :raise ValidationError: they could not be saved
        """
        self.ensure_one()
        self.check_access("write" if changes else "read")
        draft = self._get_draft(changes) if changes else self
        previews = self.env["rfm.preview"]
        preview = previews.create({"scheme_id": self.id, "unsaved": bool(changes)})
        preview.sudo().write(preview._prepare_values(draft))
        return preview._action_open()

    def _get_draft(self, changes):
        """Return the scheme as it would be, in memory, judged like what is saved."""
        draft = self.new(changes, origin=self)
        if draft.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))
        draft._check_customer_domain()
        draft._check_cuts()
        draft._check_catch_all()
        for rule in draft.rule_ids:
            rule._check_cells()
            rule._check_domain()
        return draft

    def action_apply(self):
        """Activate the scheme, or compute it where it is active already.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.ensure_one()
        if self.state == "active":
            return self.action_compute()
        return self.action_activate()


class RfmPreview(models.TransientModel):
    """What activating or computing a scheme would do: who moves, and where to."""

    _name = "rfm.preview"
    _description = "RFM Preview"
    _inherit = "mindbox.guarded"

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
    check_html = fields.Html(readonly=True, sanitize=False)
    unsaved = fields.Boolean(
        help="Whether it is of values in a form that nobody has saved."
    )
    line_ids = fields.One2many("rfm.preview.line", "preview_id", readonly=True)
    size_ids = fields.One2many("rfm.preview.size", "preview_id", readonly=True)

    def _prepare_values(self, scheme):
        """Return what would come of a scheme, be it in the database or in memory."""
        summary = Preview(scheme).summarize()
        moves = summary["moves"]
        return {
            "headline": summary["headline"],
            "moved": sum(move[2] for move in moves),
            "moved_revenue": sum(move[3] for move in moves),
            "counted_at": summary["counted_at"],
            "check_html": scheme.check_html,
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
                        "rule_id": rule._origin.id,
                        "segment_id": rule.segment_id._origin.id,
                        "summary": rule.summary,
                        "customers": summary["caught"].get(rule, 0),
                    }
                )
                for rule in scheme.rule_ids.sorted()
            ],
        }

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview: %s", self.scheme_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_apply(self):
        """Activate the scheme, or compute it where it is active already.

        What is not saved is saved first: by the form, which holds it.
        """
        if self.unsaved:
            return {
                "type": "ir.actions.act_window_close",
                "infos": {"apply": True},
            }
        return self.scheme_id.action_apply()


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
