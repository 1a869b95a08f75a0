# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MindboxImportOptions(models.AbstractModel):
    """What an import takes and how it goes: asked by the wizard, kept by the import."""

    _name = "mindbox.import.options"
    _description = "Options of a Historical Import"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        ondelete="cascade",
        domain=[("state", "!=", "draft")],
        default=lambda self: self._default_endpoint(),
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    kind = fields.Selection(
        [("customers", "Customers"), ("cards", "Cards"), ("orders", "Orders")],
        required=True,
        default="customers",
        help="Recommended order: customers, cards, orders. Imports of one integration "
        "point wait for each other.",
    )
    way = fields.Selection(
        [
            ("bulk", "Bulk imports"),
            ("records", "One by one"),
            ("files", "Files to download"),
        ],
        string="How",
        required=True,
        default="bulk",
        help="Bulk imports: files of many records, the way for history. One by one: "
        "the usual operations, for projects without rights to bulk imports; behind all "
        "that happens in the shop. Files: the same files, to be uploaded by hand.",
    )
    date_from = fields.Date(
        string="From",
        help="Customers and cards by the date of their creation, orders by their order "
        "date. Empty: from the beginning.",
    )
    date_to = fields.Date(string="To", help="This day included. Empty: until now.")
    website_id = fields.Many2one(
        "website",
        domain="[('company_id', '=', company_id)]",
        help="Only what happened on this website. Empty: all that leaves by the "
        "integration point.",
    )
    include_archived = fields.Boolean(
        string="Archived Customers", help="Import archived customers, too."
    )
    include_cancelled = fields.Boolean(
        string="Cancelled Orders",
        default=True,
        help="Import cancelled orders that had been placed: on a website, or with a "
        "transfer.",
    )
    more_columns = fields.Boolean(
        string="All Columns",
        default=True,
        help="Also send columns that a project need not have: line ID and base price "
        "of orders. Switch it off where Mindbox refuses the file for an unknown "
        "column.",
    )
    accept_problems = fields.Boolean(
        string="Import the Rest Anyway",
        help="Start although some products have no reference or share one.",
    )
    chunk_rows = fields.Integer(
        string="Rows per File",
        default=50_000,
        required=True,
        help="Mindbox takes 60 files an hour, of at most 200 MB each.",
    )

    @api.model
    def _default_endpoint(self):
        return self.env["mindbox.endpoint"].search(
            [("state", "=", "running"), ("company_id", "=", self.env.company.id)],
            limit=1,
        )

    @api.model
    def _get_options(self):
        """Return the names of the fields that say what an import takes."""
        options = self.env["mindbox.import.options"]._fields.items()
        return [name for name, field in options if name != "id" and not field.compute]
