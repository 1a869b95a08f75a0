# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import format_date

from ...answers import clean
from ..capture.visitor import get_website

# What a body tells; address, language and archiving are nothing that Mindbox hears of.
TRACKED = frozenset("name is_company email phone birthday sex country_id".split())
# The contacts by their fields in Odoo and in Mindbox.
CONTACT_FIELDS = {"phone": "mobilePhone", "email": "email"}
# Context key of a merge: who is deleted at the end of it is nobody to forget.
MERGING_KEY = "mindbox_merging"
# Contacts of one person, at most: each purchase without an account makes one in Odoo.
MAX_GUESTS = 20


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "mindbox.source"]
    _mindbox_link = "partner_id"

    # Whoever logs in for a company reads all contacts of it: what is theirs alone, not.
    birthday = fields.Date(groups="base.group_user")
    sex = fields.Selection(
        [("male", "Male"), ("female", "Female")], groups="base.group_user"
    )
    mindbox_company_id = fields.Many2one(
        "res.company",
        string="Made In",
        default=lambda self: self.env.company,
        copy=False,
        readonly=True,
        help="The company in which the contact was made: a contact that all companies "
        "share goes to its Mindbox until it buys or signs up somewhere.",
    )
    mindbox_request_ids = fields.One2many(
        "mindbox.request",
        "partner_id",
        groups="mindbox_connector.group_mindbox_user",
    )
    _mindbox_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    def _init_column(self, column_name):
        """Contacts that were there before: as far as it is known who made them."""
        if column_name != "mindbox_company_id":
            return super()._init_column(column_name)
        return self.env.cr.execute(
            """
            UPDATE res_partner SET mindbox_company_id = maker.company_id
              FROM res_users maker WHERE maker.id = res_partner.create_uid
            """
        )

    @api.model
    def _get_frontend_writable_fields(self):
        return super()._get_frontend_writable_fields() | {"birthday", "sex"}

    def _mindbox_requests_domain(self):
        return [("partner_id", "in", self.ids)]

    # === MARKS === #

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create([_clean(vals) for vals in vals_list])
        partners._mindbox_mark("customer_edit", new={True})
        return partners

    def write(self, vals):
        vals = _clean(vals)
        if self.env.context.get(MERGING_KEY):
            guarded = self._get_guarded()
            vals = {name: vals[name] for name in vals if name not in guarded}
        with_zone = self.env["mindbox.endpoint"]._sends_time_zones()
        told = (TRACKED | {"tz"} if with_zone else TRACKED) & vals.keys()
        before = {p: _get_told(p, told) for p in self.sudo()} if told else {}
        cleared = self._mindbox_get_cleared(vals)
        result = super().write(vals)
        for partner, values in before.items():
            # A form writes all it shows, changed or not.
            if values != _get_told(partner, told):
                partner._mindbox_mark("customer_edit")
        for partner, names in cleared.items():
            partner._mindbox_mark("customer_edit", cleared=names)
        return result

    def _mindbox_get_cleared(self, vals):
        """Return {partner: Mindbox fields} of the contacts that a write removes."""
        removed = [name for name in CONTACT_FIELDS if name in vals and not vals[name]]
        return {
            partner: {CONTACT_FIELDS[name] for name in removed if partner[name]}
            for partner in self
            if any(partner[name] for name in removed)
        }

    def unlink(self):
        """A customer who is deleted here must be deleted in Mindbox too."""
        self._mindbox_drop_prepared()
        # Who is merged is merged in Mindbox, too, and lives on there.
        if not self.env.context.get(MERGING_KEY):
            self._mindbox_known()._mindbox_erase()
        return super().unlink()

    def _mindbox_known(self):
        """Return those of these contacts of whom Mindbox may have been told."""
        knowers = self.sudo()._get_mindbox_knowers()
        return self.filtered(lambda partner: knowers[partner])

    def action_mindbox_erase(self):
        """Forget the bodies of these customers and list them for deletion.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("write")
        self._mindbox_erase()
        return True

    def _mindbox_erase(self):
        # Whoever may delete a customer may not know of Mindbox at all.
        self = self.sudo()
        # An employee or an address may have been a customer before.
        known = self._mindbox_known()
        persons = known | self.filtered(lambda p: p._mindbox_customer() == p)
        if persons:
            persons._on_erase()
            persons.mindbox_erased_at = fields.Datetime.now()

    def _get_mindbox_words(self):
        """Customers give names to their favourite orders, too."""
        orders = self.env["sale.order"].browse(
            self._get_mindbox_records()["sale.order"]
        )
        return super()._get_mindbox_words() | set(orders.mapped("favorite_name"))

    def action_mindbox_restore(self):
        """Tell Mindbox of customers again who were erased.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("write")
        self.sudo().mindbox_erased_at = False
        self._mindbox_mark("customer_edit")
        return True

    def _mindbox_join_guests(self):
        """Who signs up may have bought as a guest before: one identity in Mindbox.

        Nothing is merged in Odoo: nobody has proved yet whose e-mail it is.
        """
        if not (self.email_normalized and self._mindbox_listens()):
            return
        domain = [
            ("id", "!=", self.id),
            ("user_ids", "=", False),
            ("sale_order_ids.website_id", "!=", False),
        ]
        guests = self._mindbox_find_by_email(domain, limit=MAX_GUESTS).filtered(
            lambda guest: all(
                guest._mindbox_person(endpoint) == guest
                for endpoint in guest._mindbox_endpoints(False)
            )
        )
        if guests:
            self.env["mindbox.request"].sudo()._join_lane(guests.ids, self.id)
            website = get_website()
            endpoints = self._mindbox_endpoints(website and website.id or False)
            self.env["mindbox.person"].sudo()._join(endpoints, guests, self)
            self._mindbox_mark_merge(guests, website=website)

    def _mindbox_mark_merge(self, merged, website=None):
        """Have Mindbox merge customers into this one, and hand on no contact of theirs.

        :param merged: customers, who are about to be deleted or not
        """
        cleared, left = merged._mindbox_get_handed_on()
        self._mindbox_mark(
            "customer_merge",
            website=website,
            merged_ids=merged.ids,
            cleared=cleared,
            left=left,
        )

    def _mindbox_find_by_email(self, domain, limit=None):
        """Return customers with one of these e-mails."""
        emails = self.mapped("email_normalized")
        domain = [("email_normalized", "in", emails), *domain]
        partners = self.sudo().search(domain, limit=limit)
        return partners.filtered(lambda partner: partner._mindbox_customer() == partner)

    # === SOURCE === #

    def _mindbox_customer(self):
        """Addresses belong to their contact; employees and visitors are none.

        Neither are those who wanted to be forgotten.
        """
        customer = self._mindbox_contact()
        if not customer.partner_share or customer.mindbox_erased_at:
            return self.browse()
        if customer.id in self._mindbox_public_ids():
            return self.browse()
        return customer

    def _mindbox_events(self):
        """A customer's timeline shows cards and orders, too; goods are nobody's.

        What is off unless the shop wants it is not missed.
        """
        events = self.env["mindbox.catalogue"]._get_events()
        return [
            code for code, event in events.items() if event.operation and event.active
        ]

    def _mindbox_explain_no_customer(self):
        contact = self._mindbox_contact()
        if contact.mindbox_erased_at:
            return self.env._(
                "Erased from Mindbox on %s: nothing is recorded any more.",
                format_date(self.env, contact.mindbox_erased_at),
            )
        if contact.id in self._mindbox_public_ids():
            return self.env._(
                "An unknown visitor: recorded once the customer is known."
            )
        return self.env._("An employee: not recorded for Mindbox.")

    @api.model
    def _mindbox_public_ids(self):
        """Return the partners that stand for all visitors of a website."""
        return self.env["mindbox.scope"]._get_visitor_ids()

    def _mindbox_is_relevant(self):
        """Addresses are part of their contact, not customers of their own."""
        return self._mindbox_customer() == self

    def _mindbox_concerns(self, event, customer, visitor):
        return customer == self

    def _mindbox_shop(self):
        return self.website_id, self.company_id

    def _mindbox_endpoints(self, website_id):
        """A contact shared by companies goes wherever it has bought or signed up.

        Until then it goes to the company that has made it. Besides it goes wherever it
        holds a card of a program that is for one website only.
        """
        endpoint = self.env["mindbox.endpoint"]
        routes = endpoint._get_routes()
        if len(routes) < 2 or self.website_id or self.company_id:
            return super()._mindbox_endpoints(website_id)
        shops = {(website_id, False)} if website_id else set()
        shops |= {(o.website_id.id, o.company_id.id) for o in self.sale_order_ids}
        # Archived ones are among them where bodies are built.
        users = self.user_ids.filtered("active")
        shops |= {(user.website_id.id, user.company_id.id) for user in users}
        ids = {endpoint._get_route(*shop) for shop in shops} - {False}
        endpoints = endpoint.browse(
            ids or endpoint._get_home(self.mindbox_company_id.id)
        )
        return endpoints | self._mindbox_holds_cards_of()

    def _mindbox_is_guest(self):
        return not self.user_ids


def _get_told(partner, names):
    """Return what a body tells of some fields: of the country only the phone's code."""
    return [partner[name] for name in names if name != "country_id" or partner.phone]


def _clean(vals):
    """Return values without what no database keeps: programs write names, too."""
    return {
        name: clean(value) if isinstance(value, str) else value
        for name, value in vals.items()
    }
