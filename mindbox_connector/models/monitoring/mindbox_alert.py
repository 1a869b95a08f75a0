# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is responsible is told once when something is wrong, and when it is over."""

from datetime import timedelta

from odoo import api, fields, models

from .alerts import ALERTS


class MindboxAlert(models.Model):
    """Something that was wrong for a while; the open one of a kind has no end yet."""

    _name = "mindbox.alert"
    _description = "Mindbox Alert"
    _order = "started_at desc, id desc"
    _rec_name = "kind"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection="_get_kinds",
        required=True,
        readonly=True,
    )
    started_at = fields.Datetime(
        string="Began", required=True, readonly=True, default=fields.Datetime.now
    )
    ended_at = fields.Datetime(string="Ended", readonly=True)

    _open_uniq = models.UniqueIndex("(endpoint_id, kind) WHERE ended_at IS NULL")

    @api.model
    def _get_kinds(self):
        return [(code, self.env._(alert.label)) for code, alert in ALERTS.items()]

    @api.autovacuum
    def _gc_alerts(self):
        """Forget what has been over for a year."""
        old = fields.Datetime.now() - timedelta(days=365)
        self.search([("ended_at", "<", old)], limit=10_000).unlink()
