# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

SETTINGS = (
    "endpoint_id",
    "kind",
    "way",
    "date_from",
    "date_to",
    "website_id",
    "include_archived",
    "include_cancelled",
    "more_columns",
    "accept_problems",
    "chunk_rows",
)


class MindboxImportWizard(models.TransientModel):
    """Shows what an import would send before it is started."""

    _name = "mindbox.import.wizard"
    _description = "New Historical Import"

    @api.model
    def _get_import(self):
        return self.env["mindbox.import"]

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        domain=[("state", "!=", "draft")],
        default=lambda self: self._get_import()._default_endpoint(),
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    kind = fields.Selection(
        lambda self: self._get_import()
        ._fields["kind"]
        ._description_selection(self.env),
        required=True,
        default="customers",
        help="Recommended order: customers, cards, orders. Imports of one integration "
        "point wait for each other.",
    )
    way = fields.Selection(
        lambda self: self._get_import()._fields["way"]._description_selection(self.env),
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
        help="Also send columns that many projects have, but Mindbox does not "
        "document: line ID, base price and delivery of orders, time zone of customers. "
        "Switch it off where Mindbox refuses the file for an unknown column.",
    )
    accept_problems = fields.Boolean(
        string="Import the Rest Anyway",
        help="Start although some products have no reference or share one.",
    )
    chunk_rows = fields.Integer(
        string="Rows per File",
        default=50_000,
        help="Mindbox takes 60 files an hour, of at most 200 MB each.",
    )
    problems = fields.Text(compute="_compute_preview")
    mends_itself = fields.Boolean(compute="_compute_preview")
    total = fields.Integer(compute="_compute_preview", string="Records")
    read = fields.Integer(compute="_compute_preview", string="Looked At")
    fits = fields.Integer(compute="_compute_preview", string="Would Go")
    reasons = fields.Json(compute="_compute_preview", string="Would Be Skipped")
    table = fields.Json(compute="_compute_preview", string="First Rows")
    preview_html = fields.Html(compute="_compute_preview", string="Preview")

    @api.depends(*SETTINGS)
    def _compute_preview(self):
        for wizard in self:
            wizard.update(wizard._get_preview())

    def _get_preview(self):
        empty = {"total": 0, "read": 0, "fits": 0, "reasons": {}, "table": {}}
        empty |= {"mends_itself": False, "preview_html": False, "problems": False}
        if not self.endpoint_id or not self.kind:
            return empty
        run = self._get_import().new(self._get_values())
        problems = run._find_problems()
        product_problems = not self.accept_problems and bool(
            problems and run._get_reader()._find_problems(run)
        )
        values = empty | {"problems": "\n".join(problems) or False}
        values["mends_itself"] = product_problems
        if self.endpoint_id.state == "draft" or not run._has_dates_in_order():
            return values
        preview = run._preview()
        values |= {name: preview[name] for name in ("total", "read", "fits", "reasons")}
        values["table"] = {"header": preview["header"], "rows": preview["rows"]}
        values["preview_html"] = self.env["ir.qweb"]._render(
            "mindbox_connector.mindbox_import_preview", preview
        )
        return values

    def _get_values(self):
        return {
            name: self[name].id
            if isinstance(self[name], models.BaseModel)
            else self[name]
            for name in SETTINGS
        }

    def action_start(self):
        """Start the import and open it.

        :raise UserError: something must be mended first
        """
        run = self._get_import().create(self._get_values())
        if not run._get_reader()._count(run)[0]:
            raise UserError(self.env._("There is nothing to import."))
        run.action_start()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mindbox.import",
            "res_id": run.id,
            "view_mode": "form",
        }
