# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models

# States of an export that is not over.
OPEN_STATES = ("making", "reading")
# Days for which exports are kept, to be looked at.
EXPORTS_KEPT = 30


class MindboxExport(models.Model):
    """What Mindbox was asked for, and how far it was read.

    It keeps where the reading has come to, and nothing of what stands in the files.
    """

    _name = "mindbox.export"
    _description = "Mindbox Export"
    _inherit = ["mindbox.reasoned"]
    _order = "id desc"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    kind = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_export_selection(),
        required=True,
        readonly=True,
    )
    subject = fields.Char(
        string="About",
        readonly=True,
        help="The segmentation that it is about; empty for other kinds.",
    )
    since = fields.Datetime(
        string="From", required=True, readonly=True, help="Of the first row in it."
    )
    till = fields.Datetime(
        string="To", required=True, readonly=True, help="Not included itself."
    )
    state = fields.Selection(
        [
            ("making", "Mindbox makes it"),
            ("reading", "Being read"),
            ("done", "Read"),
            ("cancelled", "Given up by Mindbox"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="making",
    )
    export_id = fields.Char(
        string="Export ID", readonly=True, help="By it Mindbox knows the export."
    )
    asked_at = fields.Datetime(
        string="Asked For", readonly=True, default=fields.Datetime.now
    )
    polls = fields.Integer(
        string="Times Asked", readonly=True, help="How often Mindbox was not ready yet."
    )
    # Whoever knows them may read the log: they are forgotten with the last row.
    urls = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    file_count = fields.Integer(string="Files", readonly=True)
    file_number = fields.Integer(string="Files Read", readonly=True)
    row_number = fields.Integer(
        readonly=True, help="Rows of the current file that were read."
    )
    rows_read = fields.Integer(readonly=True)
    rows_matched = fields.Integer(
        string="News",
        readonly=True,
        help="What was not known here and was told by this export: outcomes of "
        "requests, consents, segments, mailings.",
    )
    finished_at = fields.Datetime(string="Over", readonly=True)

    _newest_idx = models.Index("(endpoint_id, kind, id)")

    def _get_kind(self):
        """Return the entry of the catalogue."""
        return self.env["mindbox.catalogue"]._get_export_kinds()[self.kind]

    @api.depends("since", "till")
    def _compute_display_name(self):
        for export in self:
            moments = [export.since, export.till]
            local = [fields.Datetime.context_timestamp(self, m) for m in moments if m]
            export.display_name = " – ".join(f"{m:%Y-%m-%d %H:%M}" for m in local)

    def _end(self, state, reason=None):
        """Write down how it has ended, and forget where its files are."""
        self.write(
            {
                "state": state,
                "urls": None,
                "finished_at": fields.Datetime.now(),
                **(reason.get_values() if reason else {}),
            }
        )

    @api.autovacuum
    def _gc_exports(self):
        """Forget exports that nobody asks about any more."""
        old = fields.Datetime.now() - timedelta(days=EXPORTS_KEPT)
        self.search([("finished_at", "<", old)], limit=10_000).unlink()
