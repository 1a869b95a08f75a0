# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import ipaddress
import os
import re
import socket
from ast import literal_eval
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import config, format_datetime, ormcache

from ...client import MindboxClient
from ...exceptions import MindboxRejected
from ...wording import in_words

# Mindbox's own limit: 8,000 calls a minute per operation and integration point.
DEFAULT_RATE_LIMIT = 8000
MAX_CONCURRENCY = 64
SYSTEM_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
# Writing one of these changes what is captured, and where it goes.
ROUTE_FIELDS = frozenset({"state", "active", "company_id", "website_id", "sequence"})
KEY_GOES_TO = frozenset({"url", "endpoint_code"})
LIVE_STATES = ("running", "paused")
NOTHING_WAITS = {"waiting": 0, "oldest_seconds": 0, "oldest_consent_seconds": 0}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _description = "Mindbox Integration Point"
    _inherit = ["mail.thread", "mail.activity.mixin", "mindbox.setting"]
    _mindbox_cached_fields = ROUTE_FIELDS
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

    url = fields.Char(
        string="URL",
        required=True,
        default="https://api.mindbox.ru",
        tracking=True,
        help="Address of the API without a path. Copy it from your project: "
        "Campaigns, Operations, any operation, View description.",
    )
    endpoint_code = fields.Char(
        string="Endpoint ID",
        tracking=True,
        help="Mindbox's endpointId of the integration point, e.g. Shop.Website.",
    )
    secret_key = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Goes into the Authorization header, nowhere else. An environment "
        "variable or odoo.conf entry, where set, wins.",
    )
    secret_key_source = fields.Char(
        compute="_compute_secret_key_source", groups="base.group_system"
    )
    auth_scheme = fields.Selection(
        [
            ("secret_key", "SecretKey …"),
            ("mindbox", 'Mindbox secretKey="…"'),
        ],
        string="Authorization",
        required=True,
        default="secret_key",
        help="SecretKey is the current scheme; the other one is for old projects.",
    )

    customer_id_name = fields.Char(
        string="Customer ID",
        required=True,
        default="websiteID",
        help="System name of the customer identifier that holds Odoo's contact ID.",
    )
    order_id_name = fields.Char(string="Order ID", required=True, default="websiteID")
    order_ref = fields.Selection(
        [("name", "Order number (S00042)"), ("id", "Database ID")],
        string="Order Reference",
        required=True,
        default="name",
    )
    product_id_name = fields.Char(
        string="Product ID",
        required=True,
        default="website",
        help="External system of the products, as in the product feed.",
    )
    category_id_name = fields.Char(
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
        default=lambda self: self.env.company.currency_id,
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
    name_format = fields.Selection(
        [
            ("first_last", "First name, last name"),
            ("last_first", "Last name, first name"),
            ("full", "Full name, Mindbox takes it apart"),
        ],
        string="Names Are Written As",
        required=True,
        default="first_last",
        help="Odoo keeps the name in one field, Mindbox in several.",
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
        string="Customers",
        default="[]",
        help="Only these customers reach Mindbox. Employees never do.",
    )
    brand = fields.Char(help="System name; only for projects with several brands.")

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
    pause_reason = fields.Char(readonly=True, copy=False)
    held_until = fields.Datetime(readonly=True, copy=False)
    hold_reason = fields.Char(readonly=True, copy=False)
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
    feed_ids = fields.One2many("mindbox.feed", "endpoint_id")
    waiting_count = fields.Integer(compute="_compute_health", string="Waiting")
    rejected_count = fields.Integer(compute="_compute_health", string="Rejected")
    health = fields.Char(compute="_compute_health")

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

    @api.constrains("url")
    def _check_url(self):
        for endpoint in self:
            problem = endpoint._url_problem(endpoint.url or "")
            if problem:
                raise ValidationError(problem)

    def _url_problem(self, url):
        """Say in plain words what is wrong with an address, or return None."""
        if url != url.strip() or re.search(r"\s", url):
            return self.env._("The URL must not contain spaces.")
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError:
            return self.env._("This is not a URL: %s", url)
        if parts.scheme not in ("https", "http") or not host:
            return self.env._(
                "The URL must start with https:// and a host, like "
                "https://api.mindbox.ru"
            )
        if parts.username or parts.password:
            return self.env._("The URL must not contain a user name or password.")
        if parts.path.strip("/") or parts.query or parts.fragment:
            return self.env._(
                "The URL must end after the host: the connector adds the path "
                "/v3/operations by itself."
            )
        if _is_inner(host):
            return self.env._(
                "%s leads into an inner network, and Mindbox is not there. Enter the "
                "host name that Mindbox has given you.",
                host,
            )
        if parts.scheme == "http" and not _is_local(host):
            return self.env._(
                "http:// sends the key unencrypted. Use https:// for any host but "
                "this computer."
            )
        return None

    @api.constrains("endpoint_code", "secret_key", "state")
    def _check_credentials(self):
        for endpoint in self.sudo():
            code, key = endpoint.endpoint_code, endpoint.secret_key
            if code and not SYSTEM_NAME.fullmatch(code):
                raise ValidationError(
                    self.env._(
                        "The endpoint ID may contain only Latin letters, digits, "
                        "dots, hyphens and underscores."
                    )
                )
            if key and not re.fullmatch(r"[\x21\x23-\x7e]+", key):
                raise ValidationError(
                    self.env._(
                        "The secret key may not contain spaces, quotes or letters "
                        "other than Latin. Copy it again from Mindbox."
                    )
                )
            if endpoint.state == "running":
                endpoint._check_complete()

    def _check_complete(self):
        if not self.endpoint_code:
            raise ValidationError(
                self.env._("Fill in the endpoint ID of the integration point first.")
            )
        if not self._get_secret_key():
            raise ValidationError(
                self.env._("Fill in the secret key of the integration point first.")
            )

    @api.constrains(
        "customer_id_name", "order_id_name", "product_id_name", "category_id_name"
    )
    def _check_id_names(self):
        names = (
            "customer_id_name",
            "order_id_name",
            "product_id_name",
            "category_id_name",
        )
        for endpoint in self:
            for name in names:
                if not SYSTEM_NAME.fullmatch(endpoint[name]):
                    raise ValidationError(
                        self.env._(
                            "%(field)s is a system name in Mindbox: Latin letters, "
                            "digits, dots, hyphens and underscores only.",
                            field=endpoint._fields[name]._description_string(self.env),
                        )
                    )

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

    @api.constrains("customer_domain")
    def _check_customer_domain(self):
        for endpoint in self:
            try:
                self.env["res.partner"].search(endpoint._get_customer_domain(), limit=1)
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._("The filter of customers is not valid.")
                ) from error

    def _get_customer_domain(self):
        return literal_eval(self.customer_domain or "[]")

    # === CREDENTIALS === #

    @api.depends("endpoint_code", "secret_key")
    def _compute_secret_key_source(self):
        for endpoint in self:
            outside = endpoint._get_outside_secret_key()
            endpoint.secret_key_source = outside and self.env._(
                "The key comes from the environment or odoo.conf."
            )

    def _get_outside_secret_key(self):
        """Return the key that the server's environment or odoo.conf gives."""
        suffix = re.sub(r"\W", "_", self.endpoint_code or "")
        return (
            os.environ.get(f"MINDBOX_SECRET_KEY_{suffix.upper()}")
            or config.get(f"mindbox_secret_key_{suffix.lower()}")
            or ""
        )

    def _get_secret_key(self):
        self.ensure_one()
        # Delivery runs without a person; nobody reads the key through this.
        return self._get_outside_secret_key() or self.sudo().secret_key or ""

    def _get_client(self, timeout=None):
        """Return a :class:`MindboxClient` of this integration point."""
        self.ensure_one()
        return MindboxClient(
            self.url,
            self.endpoint_code,
            self._get_secret_key(),
            self.auth_scheme,
            timeout=timeout or self.timeout,
            width=self.concurrency,
        )

    # === ROUTES: which integration point a record's events leave by === #

    def write(self, vals):
        self._check_address_access(vals)
        if vals.get("state") == "running":
            # What was running until now must make room in the database first.
            self.flush_model(["state"])
        return super().write(vals)

    def _check_address_access(self, vals):
        """Who sets the address gets to know the key: it is sent there."""
        if self.env.su or self.env.user.has_group("base.group_system"):
            return
        for name in KEY_GOES_TO & vals.keys():
            if any(endpoint[name] != vals[name] for endpoint in self):
                raise AccessError(
                    self.env._(
                        "Only system administrators may change where the secret key "
                        "is sent to."
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live(self):
        if any(endpoint.state == "running" for endpoint in self):
            raise UserError(
                self.env._("Pause the integration point before you delete it.")
            )

    @api.model
    @ormcache()
    def _get_routes(self):
        """Return (endpoint, website, company) IDs of all that record events.

        Running ones come first: where two serve the same website, the running one
        gets the events.
        """
        live = self.sudo().search([("state", "in", LIVE_STATES)])
        live = live.sorted(lambda endpoint: endpoint.state == "paused")
        return tuple(
            (endpoint.id, endpoint.website_id.id, endpoint.company_id.id)
            for endpoint in live
        )

    @api.model
    def _get_route(self, website_id, company_id):
        """Return the ID of the endpoint for a website, else for its company.

        :param website_id: ID or False for what did not happen on a website
        :param company_id: ID or False for records shared by all companies
        :return: ID or False
        """
        routes = self._get_routes()
        own = next((e for e, site, _c in routes if site and site == website_id), False)
        if own:
            return own
        if website_id and not company_id:
            company_id = self.env["website"].sudo().browse(website_id).company_id.id
        shared = [
            e for e, site, company in routes if not site and company == company_id
        ]
        if shared or website_id:
            return shared[0] if shared else False
        # Not bound to a website: the only one there is must be meant.
        possible = [e for e, _site, owner in routes if company_id in (False, owner)]
        return possible[0] if len(possible) == 1 else False

    def _get_websites(self):
        """Return the websites whose events leave by this integration point."""
        self.ensure_one()
        websites = (
            self.env["website"].sudo().search([("company_id", "=", self.company_id.id)])
        )
        return websites.filtered(
            lambda website: website._mindbox_get_endpoint() == self
        )

    @ormcache("self.id")
    def _get_operations(self):
        """Return {(event, for guests): operation values} of the active operations."""
        # Not through the field: its value may be from before one was switched on.
        domain = [("endpoint_id", "=", self.id), ("active", "=", True)]
        operations = self.env["mindbox.operation"].sudo().search(domain)
        return {
            (operation.event, operation.for_guests): operation._get_route_values()
            for operation in operations
        }

    @api.model
    def _listens_to(self, event):
        """Whether anybody wants to hear of an event that is switched off at most."""
        return any(
            self.browse(endpoint_id)._get_operation(event)
            for endpoint_id, _website, _company in self._get_routes()
        )

    @ormcache("self.id")
    def _get_statuses(self):
        """Return {milestone: status} of the Mindbox project."""
        return {status.milestone: status.status for status in self.sudo().status_ids}

    def _get_operation(self, event, for_guests=False):
        """Return the active operation's values for an event, or None."""
        operations = self._get_operations()
        return (
            for_guests
            and operations.get((event, True))
            or operations.get((event, False))
        )

    # === BUTTONS === #

    def action_start(self):
        """Record and send from now on; go on with what waits.

        :raise ValidationError: credentials are missing, or another one is running
        """
        for endpoint in self:
            endpoint._check_complete()
        self.write({"state": "running", "pause_reason": False})
        self._forget_waits()
        for endpoint in self:
            endpoint._end_alert("paused")
        self._kick_after_commit()
        self._kick_imports()
        return True

    def action_pause(self):
        """Stop sending; what happens in the shop is still recorded."""
        self._pause(self.env._("Paused by %s", self.env.user.name))
        return True

    def _pause(self, reason):
        self.write({"state": "paused", "pause_reason": reason, "held_until": False})

    def action_view_waiting(self):
        """Open the requests that wait."""
        return self._action_view_requests("pending")

    def action_view_rejected(self):
        """Open the requests that somebody has to look at."""
        return self._action_view_requests("rejected")

    def _action_view_requests(self, state):
        self.env["mindbox.request"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        action["domain"] = [("endpoint_id", "in", self.ids), ("state", "=", state)]
        action["context"] = {}
        return action

    def action_test_connection(self):
        """Prove address, TLS, credentials and endpoint, and try each operation.

        Opens the report of what Mindbox answered.
        """
        self.ensure_one()
        self._check_complete()
        test = self.env["mindbox.connection.test"].create({"endpoint_id": self.id})
        test._run()
        return test._action_open()

    # === HEALTH === #

    @api.depends_context("lang")
    @api.depends("state", "pause_reason", "held_until", "hold_reason")
    def _compute_health(self):
        waiting = self._measure_waiting(fields.Datetime.now())
        rejected = self._measure_rejected()
        for endpoint in self:
            # In the settings they are shown before anything is saved.
            measures = waiting.get(endpoint._origin.id, NOTHING_WAITS)
            endpoint.waiting_count = measures["waiting"]
            endpoint.rejected_count = rejected.get(endpoint._origin.id, 0)
            endpoint.health = ", ".join(endpoint._get_health(measures))

    def _get_health(self, waits):
        """Yield the parts of one sentence on how the integration point does."""
        if self.state == "draft":
            yield self.env._("not started: nothing is recorded")
            return
        if waits["waiting"]:
            yield self.env._("waiting %s", waits["waiting"])
            yield self.env._("oldest %s", self._format_seconds(waits["oldest_seconds"]))
        else:
            yield self.env._("nothing waits")
        if self.state == "paused":
            reason = in_words(self.env, self.pause_reason)
            yield self.env._("paused: %s", reason or self.env._("by hand"))
        elif self.held_until and self.held_until > fields.Datetime.now():
            until = format_datetime(self.env, self.held_until, dt_format="HH:mm:ss")
            reason = in_words(self.env, self.hold_reason)
            yield self.env._(
                "held until %(until)s: %(reason)s", until=until, reason=reason
            )

    def _format_seconds(self, seconds):
        minutes = int(seconds // 60)
        if minutes < 1:
            return self.env._("less than a minute")
        if minutes < 120:
            return self.env._("%s min", minutes)
        if minutes < 48 * 60:
            return self.env._("%s h", minutes // 60)
        return self.env._("%s days", minutes // (24 * 60))

    # === WHAT BODIES NEED TO KNOW === #

    def _with_sender(self, records):
        """Return records as the sender sees them, whoever made the event.

        Language, company and time zone come from the integration point, so that a
        body does not depend on who the user was.
        """
        self.ensure_one()
        company = self.company_id
        env = self.env(
            user=SUPERUSER_ID,
            su=True,
            context={
                "lang": company.partner_id.lang or "en_US",
                "tz": "UTC",
                "allowed_company_ids": company.ids,
                "active_test": False,
            },
        )
        return records.with_env(env)

    def _format_moment(self, moment):
        """Write a naive UTC datetime as Mindbox reads it, to the millisecond."""
        millisecond = moment.microsecond // 1000
        return f"{moment.strftime(self.date_format)}.{millisecond:03d}"

    def _get_product_ids(self, product):
        """Return the ``ids`` of a product variant, {} where the reference is empty."""
        value = product[self.product_ref]
        return {self.product_id_name: str(value)} if value else {}

    def _check_product_ids(self, product):
        """Check that a product has an ID by the chosen reference.

        :raise MindboxRejected: it has none, and somebody must fill it in
        """
        if not self._get_product_ids(product):
            selection = self._fields["product_ref"]._description_selection(self.env)
            raise MindboxRejected(
                self.env._(
                    "The product “%(product)s” has no %(reference)s: fill it in, then "
                    "send again.",
                    product=product.name,
                    reference=dict(selection)[self.product_ref],
                )
            )

    def action_set_up_feeds(self):
        """Make a product feed for each website, and have it built.

        :raise UserError: the company has no website
        """
        self.ensure_one()
        websites = self.website_id or self.env["website"].search(
            [("company_id", "=", self.company_id.id)]
        )
        if not websites:
            raise UserError(self.env._("The company has no website."))
        feeds = self.env["mindbox.feed"].create(
            [
                {"endpoint_id": self.id, "website_id": website.id}
                for website in websites - self.feed_ids.website_id
            ]
        )
        feeds._queue_build()
        return True

    def _get_feed(self, website):
        """Return the feed that says what a product is like, set up or not.

        :param website: the product's own one, or an empty recordset
        """
        # Bodies are built without a person.
        endpoint = self.sudo()
        feeds = endpoint.feed_ids
        if website:
            feeds = feeds.filtered(lambda feed: feed.website_id == website)
        if feeds:
            return feeds[0]
        domain = [("company_id", "=", endpoint.company_id.id)]
        website = website or endpoint.website_id or website.search(domain, limit=1)
        return feeds.new({"endpoint_id": endpoint.id, "website_id": website.id})

    def _get_category_ids(self, category):
        """Return the ``ids`` of a category of the shop."""
        return {self.category_id_name: str(category.id)}

    def _get_view_body(self, wrapper, entity, ids, customer):
        """Return the body of a view; projects differ in whether it is wrapped."""
        viewed = {entity: {"ids": ids}}
        body = {wrapper: viewed} if self.wrap_views else viewed
        return body | customer._mindbox_customer_part(self)

    def _convert(self, amount, currency, company):
        """Return an amount in the endpoint's currency, rounded to the cent."""
        today = fields.Date.today()
        return round(currency._convert(amount, self.currency_id, company, today), 2)

    def _get_order_ids(self, order):
        """Return the ``ids`` of an order."""
        return {self.order_id_name: str(order[self.order_ref])}


def _is_local(host):
    """Tell whether a host is this computer, or a single label of its network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "." not in host


def _is_inner(host):
    """Tell whether a host is a number of a network that is not the internet's.

    This computer is none of them: the sandbox may run here. Any other way to write a
    number (0x7f.1, 2852039166) has no use but to hide where it leads.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _is_number(host)
    address = getattr(address, "ipv4_mapped", None) or address
    return not (address.is_global or address.is_loopback) or address.is_multicast


def _is_number(host):
    try:
        return bool(socket.inet_aton(host))
    except OSError:
        return False
