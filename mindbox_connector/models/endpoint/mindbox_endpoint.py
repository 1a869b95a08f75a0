# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...fields import SystemName
from ...reasons import NO_REASON

# Calls a minute: Mindbox's own limit per operation and integration point.
DEFAULT_RATE_LIMIT = 8000
# Connections of one integration point, at most.
MAX_CONCURRENCY = 64


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _description = "Mindbox Integration Point"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "mindbox.customer.filter",
        "mindbox.owned",
        "mindbox.setting",
        "mindbox.stoppable",
    ]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    website_id = fields.Many2one(
        "website",
        domain="[('company_id', '=', company_id)]",
        ondelete="restrict",
        help="Leave empty to serve all websites and the back office of the company.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Gets an activity when somebody has to act.",
    )

    customer_id_name = SystemName(
        string="Customer ID",
        required=True,
        default="websiteID",
        help="System name of the customer identifier that holds Odoo's contact ID.",
    )
    order_id_name = SystemName(string="Order ID", required=True, default="websiteID")
    order_ref = fields.Selection(
        [("name", "Order number (S00042)"), ("id", "Database ID")],
        string="Order Reference",
        required=True,
        default="name",
    )
    product_id_name = SystemName(
        string="Product ID",
        required=True,
        default="website",
        help="External system of the products, as in the product feed.",
    )
    category_id_name = SystemName(
        string="Category ID", required=True, default="website"
    )
    product_ref = fields.Selection(
        [
            ("id", "Database ID"),
            ("default_code", "Internal reference"),
            ("barcode", "Barcode"),
        ],
        string="Product Reference",
        required=True,
        default="id",
        help="Which field of the product variant goes to Mindbox as its ID. Use the "
        "same one in the product feed.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="All amounts are converted to this currency: Mindbox knows only one.",
    )
    date_format = fields.Selection(
        [
            ("%d.%m.%Y %H:%M:%S", "31.12.2026 23:59:59.000"),
            ("%Y-%m-%d %H:%M:%S", "2026-12-31 23:59:59.000"),
        ],
        required=True,
        default="%d.%m.%Y %H:%M:%S",
        help="How moments are written; they are always in UTC.",
    )
    delivery_in_total = fields.Boolean(
        string="Total Includes Delivery",
        default=True,
        help="Whether totalPrice of an order includes deliveryCost.",
    )
    discount_style = fields.Selection(
        [
            ("none", "Only in the price of the line"),
            ("promo_code", "Promo codes listed"),
            ("all", "Promo codes and promotions listed"),
        ],
        string="Discounts",
        required=True,
        default="promo_code",
        help="The price of a line is always the final one. Promotions can be listed "
        "only when they were created in Mindbox before.",
    )
    list_prices = fields.Boolean(
        string="Prices in Lists",
        default=True,
        help="Whether carts and wish lists carry pricePerItem.",
    )
    wrap_views = fields.Boolean(
        default=True,
        help="Views are sent as viewProduct and viewProductCategory. Switch it off "
        "where your project wants the bare product and category.",
    )
    withdraw_by_edit = fields.Boolean(
        string="Withdraw Consent by Edit",
        default=True,
        help="A step that subscribes cannot unsubscribe: a withdrawn consent leaves by "
        "the operation of Customer changed. Switch it off where the operation of the "
        "consent can do both.",
    )
    payment_type = fields.Char(
        help="External ID of the payment type for money that goes back. Leave empty "
        "to send the amount alone.",
    )
    customer_domain = fields.Char(
        help="Only these customers reach Mindbox. Employees never do.",
    )
    brand = SystemName(help="System name; only for projects with several brands.")

    concurrency = fields.Integer(
        string="Connections",
        default=4,
        required=True,
        help="How many calls may be on their way at once.",
    )
    rate_limit = fields.Integer(
        string="Calls per Minute",
        default=DEFAULT_RATE_LIMIT,
        required=True,
        help="Never more than this. Mindbox allows 8,000 per operation.",
    )
    timeout = fields.Integer(
        string="Timeout (s)",
        default=30,
        required=True,
        help="How long to wait for an answer.",
    )

    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("paused", "Paused")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
        help="Draft: nothing is recorded. Running: recorded and sent. Paused: "
        "recorded, and sent when started again.",
    )
    failing_since = fields.Datetime(readonly=True, copy=False)
    failures = fields.Integer(readonly=True, copy=False)

    operation_ids = fields.One2many(
        "mindbox.operation",
        "endpoint_id",
        default=lambda self: self.env["mindbox.operation"]._default_commands(),
    )
    status_ids = fields.One2many(
        "mindbox.order.status",
        "endpoint_id",
        default=lambda self: self.env["mindbox.order.status"]._default_commands(),
    )

    _concurrency_check = models.Constraint(
        f"CHECK(concurrency BETWEEN 1 AND {MAX_CONCURRENCY})",
        "Connections must be between 1 and 64.",
    )
    _rate_limit_check = models.Constraint(
        "CHECK(rate_limit >= 1)",
        "Calls per minute must be 1 or more. Pause the integration point to stop it.",
    )
    _timeout_check = models.Constraint(
        "CHECK(timeout BETWEEN 1 AND 60)",
        "The timeout must be between 1 and 60 seconds.",
    )
    _running_uniq = models.UniqueIndex(
        "(company_id, COALESCE(website_id, 0)) WHERE state = 'running'",
        "Another integration point is running for the same website or company. "
        "Pause it first.",
    )

    # === CONSTRAINTS === #

    @api.constrains("website_id", "company_id")
    def _check_website_company(self):
        for endpoint in self:
            website = endpoint.website_id
            if website and website.company_id != endpoint.company_id:
                raise ValidationError(
                    self.env._(
                        "The website %(website)s belongs to another company.",
                        website=website.name,
                    )
                )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for endpoint in self:
            endpoint.currency_id = endpoint.company_id.currency_id

    # === CHANGES === #

    def write(self, vals):
        if not vals.get("active", True):
            # What nobody sees any more must not go on sending.
            self.filtered(lambda endpoint: endpoint.state == "running").action_pause()
        if vals.get("state") == "running":
            # What was running until now must make room in the database first.
            self.flush_model(["state"])
        return super().write(vals)

    def _is_at_work(self):
        return self.state == "running"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live(self):
        if any(endpoint.state == "running" for endpoint in self):
            raise UserError(
                self.env._("Pause the integration point before you delete it.")
            )

    # === BUTTONS === #

    def action_start(self):
        """Record and send from now on; go on with what waits.

        :raise AccessError: the user may not change integration points
        :raise ValidationError: credentials are missing, or another one is running
        """
        self.check_access("write")
        started = self.sudo()
        for endpoint in started:
            endpoint._check_complete()
        started.write({"state": "running", **NO_REASON.get_values("pause_")})
        started._on_start()
        return True

    def _on_start(self):
        """Hook: from now on is recorded and sent; what waits may go on."""

    def action_pause(self):
        """Stop sending; what happens in the shop is still recorded.

        :raise AccessError: the user may not change integration points
        """
        self.check_access("write")
        self.sudo()._pause_by_hand()
        return True
