# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests that belong to an import: its files, and its records one by one."""

from odoo import api, fields, models

from .mindbox_catalogue import IMPORT_EVENT


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    import_chunk_id = fields.Many2one(
        "mindbox.import.chunk",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _explain_unsendable(self):
        """A file is not kept: what it told is told by a new import."""
        reasons = super()._explain_unsendable()
        reasons["file"] = self.env._(
            "Files are not sent again: start a new import instead."
        )
        return reasons

    @api.model
    def _find_unsendable(self, ids):
        files = self.search([("id", "in", ids), ("event", "=", IMPORT_EVENT)]).ids
        problems = {"file": files} if files else {}
        return problems | super()._find_unsendable(set(ids) - set(files))
