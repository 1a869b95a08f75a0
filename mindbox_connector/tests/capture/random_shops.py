# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random shops: of two companies, a branch and three websites, with all that is odd."""

import os

from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import SQL

EXAMPLES = int(os.environ.get("SCOPE_EXAMPLES", 30))
PARTNERS, ORDERS, CARDS = 12, 20, 16
DOMAINS = (
    "[('email', '!=', False)]",
    "[('category_id.name', '=', 'VIP')]",
    "['|', ('is_company', '=', True), ('user_ids.login', 'like', 'scope')]",
    "[('parent_id.email', '=', False)]",
)
rarely = st.sampled_from([False] * 9 + [True])


def several(strategy, count):
    return st.lists(strategy, min_size=count, max_size=count)


def numbers(count):
    """A place in a list of records, or none."""
    return st.none() | st.integers(0, count - 1)


some_partners = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["contact", "contact", "contact", "invoice", "delivery", "other", None]
        ),
        "parent": numbers(PARTNERS),
        "company": st.none() | numbers(3),
        "made_in": numbers(3),
        "website": st.none() | st.none() | numbers(3),
        "active": st.booleans(),
        "is_company": st.booleans(),
        "erased": rarely,
        "employee": rarely,
        "email": st.booleans(),
        "vip": st.booleans(),
    }
)
some_orders = st.fixed_dictionaries(
    {
        "partner": st.integers(0, PARTNERS),
        "state": st.sampled_from(["draft", "sent", "sale", "cancel"]),
        "company": st.integers(0, 2),
        "website": numbers(3),
    }
)
some_cards = st.fixed_dictionaries(
    {
        "partner": numbers(PARTNERS),
        "program": st.integers(0, 4),
        "order": st.integers(0, ORDERS - 1) | numbers(ORDERS),
        "points": st.sampled_from([0, 0, 0, -5, 0.01]),
        "active": st.booleans(),
        "known": st.sampled_from([True, True, False]),
    }
)
some_users = st.fixed_dictionaries(
    {"partner": st.integers(0, PARTNERS - 1), "active": st.booleans()}
)
some_endpoints = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["draft", "running", "running", "paused"]),
        "domain": st.sampled_from(["[]", "[]", *DOMAINS]),
    }
)

some_shops = st.fixed_dictionaries(
    {
        "partners": several(some_partners, PARTNERS),
        "users": several(some_users, 3),
        "orders": several(some_orders, ORDERS),
        "cards": several(some_cards, CARDS),
        "endpoints": several(some_endpoints, 7),
    }
)


class ScopeCase(TransactionCase):
    """A shop of two companies, a branch and three websites; each example fills it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, mindbox_skip=True, no_reset_password=True)
        )
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.companies = cls.make_companies()
        one, two, _branch = cls.companies
        cls.websites = cls.env["website"].search(
            [("company_id", "=", one.id)], limit=1
        ) | cls.env["website"].create(
            [{"name": "Scope", "company_id": company.id} for company in (one, two)]
        )
        cls.vip = cls.env["res.partner.category"].create({"name": "VIP"})
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Scope {number}"} for number in range(PARTNERS)]
        )
        cls.users = cls.make_users()
        cls.orders = cls.env["sale.order"].create(
            [{"partner_id": cls.partners[0].id} for _number in range(ORDERS)]
        )
        cls.programs = cls.make_programs()
        cls.cards = cls.env["loyalty.card"].create(
            [{"program_id": cls.programs[0].id} for _number in range(CARDS)]
        )
        cls.endpoints = cls.make_endpoints()

    @classmethod
    def make_companies(cls):
        one = cls.env.company
        others = [{"name": "Two"}, {"name": "Branch", "parent_id": one.id}]
        return one | cls.env["res.company"].create(others)

    @classmethod
    def make_users(cls):
        portal = cls.env.ref("base.group_portal").ids
        return cls.env["res.users"].create(
            [
                {
                    "name": f"Scope {number}",
                    "login": f"scope-{number}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.set(portal)],
                }
                for number, company in enumerate(cls.companies)
            ]
        )

    @classmethod
    def make_programs(cls):
        types = ("loyalty", "loyalty", "ewallet", "gift_card", "coupons")
        programs = cls.env["loyalty.program"].create(
            [{"name": "Scope", "program_type": type_} for type_ in types]
        )
        one, two, _branch = cls.companies.ids
        cls.update(programs[0], company_id=one)
        cls.update(programs[1], company_id=None, website_id=cls.websites[1].id)
        cls.update(programs[2], company_id=two)
        cls.update(programs[3], company_id=None)
        return programs

    @classmethod
    def make_endpoints(cls):
        one, two, branch = cls.companies
        shops = [
            (one, None),
            (one, cls.websites[0]),
            (one, cls.websites[1]),
            (two, None),
            (two, cls.websites[2]),
            (branch, None),
            (one, None),
        ]
        return cls.env["mindbox.endpoint"].create(
            [
                {
                    "name": f"Scope {number}",
                    "endpoint_code": "Scope",
                    "secret_key": "key",
                    "company_id": company.id,
                    "website_id": website and website.id,
                }
                for number, (company, website) in enumerate(shops)
            ]
        )

    # === FILLING THE SHOP === #

    def fill(self, partners, users, orders, cards, endpoints):
        """Make the shop what an example says, whatever it was before."""
        self.env.flush_all()
        self.fill_endpoints(endpoints)
        for partner, values in zip(self.partners, partners, strict=True):
            self.fill_partner(partner, values)
        for user, values in zip(self.users, users, strict=True):
            owner = self.partners[values["partner"]].id
            self.update(user, partner_id=owner, active=values["active"])
        for order, values in zip(self.orders, orders, strict=True):
            self.fill_order(order, values)
        for card, values in zip(self.cards, cards, strict=True):
            self.fill_card(card, values)
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def fill_endpoints(self, endpoints):
        for endpoint, values in zip(self.endpoints, endpoints, strict=True):
            domain, state = values["domain"], values["state"]
            # Two that serve the same cannot run; one of them may be paused.
            twin = endpoint == self.endpoints[-1] and state == "running"
            state = "paused" if twin else state
            self.update(endpoint, state=state, customer_domain=domain)

    def fill_partner(self, partner, values):
        parent = self.pick(self.partners, values["parent"])
        self.update(
            partner,
            type=values["type"],
            # Nobody is above himself.
            parent_id=parent if parent and parent < partner.id else None,
            company_id=self.pick(self.companies, values["company"]),
            mindbox_company_id=self.pick(self.companies, values["made_in"]),
            website_id=self.pick(self.websites, values["website"]),
            active=values["active"],
            is_company=values["is_company"],
            mindbox_erased_at="2026-01-01" if values["erased"] else None,
            partner_share=not values["employee"],
            email="scope@example.com" if values["email"] else None,
        )
        tags = self.vip if values["vip"] else self.vip.browse()
        partner.category_id = tags
        partner.flush_recordset()

    def fill_order(self, order, values):
        visitor = self.websites[0].user_id.partner_id
        number = values["partner"]
        partner = visitor if number == PARTNERS else self.partners[number]
        self.update(
            order,
            partner_id=partner.id,
            state=values["state"],
            company_id=self.companies[values["company"]].id,
            website_id=self.pick(self.websites, values["website"]),
        )

    def fill_card(self, card, values):
        program = self.programs[values["program"]]
        self.update(
            card,
            partner_id=self.pick(self.partners, values["partner"]),
            program_id=program.id,
            company_id=program.company_id.id or None,
            order_id=self.pick(self.orders, values["order"]),
            points=values["points"],
            active=values["active"],
        )
        self.env.cr.execute(
            "DELETE FROM mindbox_ledger WHERE kind = 'cards' AND res_id = %s",
            (card.id,),
        )
        if values["known"]:
            self.env["mindbox.ledger"]._acknowledge(
                self.endpoints[0], "cards", [{"res_id": card.id, "amount": 5}]
            )

    def pick(self, records, number):
        return None if number is None else records[number].id

    @classmethod
    def update(cls, record, **values):
        """Write past the ORM: a shop of some years holds what no form lets through."""
        columns = [
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in values.items()
        ]
        table = SQL.identifier(record._table)
        columns = SQL(", ").join(columns)
        query = SQL("UPDATE %s SET %s WHERE id = %s", table, columns, record.id)
        cls.env.cr.execute(query)

    # === ASKING === #

    def found(self, endpoint, relation, records):
        """Return {record ID: customer ID} of a relation."""
        query = getattr(self.env["mindbox.scope"], relation)(endpoint)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, mindbox_customer_id FROM (%s) AS belongs"
                " WHERE id = ANY(%s)",
                query,
                records.ids,
            )
        )
        ids = [record_id for record_id, _customer in rows]
        self.assertEqual(len(ids), len(set(ids)), "a record is found once")
        return dict(rows)

    def asked(self, endpoint, relation, records):
        """Return the same by asking each record, as live events do."""
        scope = self.env["mindbox.scope"]
        records = records.with_env(scope.env(context={}))
        kind = {"_get_orders": "_mindbox_is_placed", "_get_carts": "_mindbox_is_cart"}
        return {
            record.id: record._mindbox_customer().id
            for record in records
            if scope._has(endpoint, record)
            and getattr(record, kind.get(relation, "_mindbox_is_relevant"))()
        }
