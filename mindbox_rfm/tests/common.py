# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from odoo import Command
from odoo.tests import TransactionCase

TODAY = date(2025, 6, 15)


class RfmCase(TransactionCase):
    """A company of the test's own: whatever else is in the database is not seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Cosmetics"})
        cls.company.partner_id.tz = "Europe/Moscow"
        context = {"tracking_disable": True, "allowed_company_ids": cls.company.ids}
        cls.env = cls.env(context={**cls.env.context, **context})
        cls.product = cls.env["product.product"].create(
            {"name": "Cream", "type": "consu", "taxes_id": False, "list_price": 100}
        )

    @classmethod
    def let_admin_in(cls):
        """Let the administrator work in the company, in a browser."""
        cls.env.ref("base.user_admin").write(
            {
                "lang": "en_US",
                "tz": "UTC",
                "company_ids": [Command.link(cls.company.id)],
                "company_id": cls.company.id,
            }
        )
        # See the connector's tours: an error in the console fails a tour.
        cls.env["ir.asset"].create(
            {
                "name": "No blurred video calls in tours",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )

    @classmethod
    def open_books(cls):
        """Let the company write invoices."""
        chart = cls.env["account.chart.template"]
        chart.try_loading("generic_coa", company=cls.company, install_demo=False)

    @classmethod
    def make_scheme(cls, preset="article", active=True, **values):
        values = {
            "customer_domain": "[('ref', '=like', 'rfm-%')]",
            "lookback_months": 0,
            **values,
        }
        scheme = cls.env["rfm.scheme"]._create_from_preset(preset, **values)
        if active:
            scheme.state = "active"
        return scheme

    @classmethod
    def make_custom(cls, rules, active=True, **values):
        """Create a scheme of rules: (segment code, condition text, more values)."""
        codes = list(dict.fromkeys(rule[0] for rule in rules))
        scheme = cls.env["rfm.scheme"].create(
            {
                "name": "Test",
                "customer_domain": "[('ref', '=like', 'rfm-%')]",
                "lookback_months": 0,
                "segment_ids": [
                    Command.create({"name": code, "code": code}) for code in codes
                ],
                **values,
            }
        )
        ids = {segment.code: segment.id for segment in scheme.segment_ids}
        scheme.rule_ids = [
            Command.create(
                {
                    "segment_id": ids[code],
                    "sequence": position,
                    "condition_ids": cls.conditions(text),
                    **(more[0] if more else {}),
                }
            )
            for position, (code, text, *more) in enumerate(rules)
        ]
        if active:
            scheme.state = "active"
        return scheme

    @classmethod
    def conditions(cls, text):
        commands = []
        for part in filter(None, text.split(",")):
            measure, operator, value = part.split()
            commands.append(
                Command.create(
                    {"measure": measure, "operator": operator, "value": float(value)}
                )
            )
        return commands

    @classmethod
    def make_customer(cls, name="Anna", **values):
        return cls.env["res.partner"].create(
            {"name": name, "ref": f"rfm-{name}", "lang": False, **values}
        )

    @classmethod
    def make_point(cls):
        """Create an integration point of the company that is not started."""
        return cls.env["mindbox.endpoint"].create(
            {
                "name": "Cosmetics",
                "url": "http://127.0.0.1:9",
                "endpoint_code": "Cosmetics.Website",
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def make_order(
        cls, partner, days_ago=0, amount=100, moment=None, state="sale", **v
    ):
        """Create a confirmed order of one line, so many days before TODAY."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                            "tax_ids": False,
                        }
                    )
                ],
                **v,
            }
        )
        if state == "sale":
            order.action_confirm()
        order.write(
            {
                "date_order": moment or f"{TODAY - timedelta(days=days_ago)} 09:00:00",
                **({} if state == "sale" else {"state": state}),
            }
        )
        return order

    @classmethod
    def run_scheme(cls, scheme, today=TODAY):
        run = scheme._compute(today=today)
        cls.env.invalidate_all()
        return run

    def profile(self, partner, scheme=None):
        domain = [("partner_id", "=", partner.id)]
        if scheme:
            domain.append(("scheme_id", "=", scheme.id))
        return self.env["rfm.profile"].search(domain)

    def facts(self, partner):
        """Return (days, orders, amount) of a customer's profile."""
        profile = self.profile(partner).ensure_one()
        days = (TODAY - profile.last_order_date).days
        return days, profile.order_count, profile.amount
