# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of the event sources share."""

import json

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase


class SourceCase(TransactionCase):
    """A shop with a running integration point; nothing is ever sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, no_reset_password=True)
        )
        cls.company = cls.env.company
        cls.company.country_id = cls.env.ref("base.ru")
        cls.env["product.pricelist"].search([]).active = False
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "Shop",
                "url": "https://mindbox.invalid",
                "endpoint_code": "Shop.Website",
                "secret_key": "key",
            }
        )
        cls.env["mindbox.endpoint"].search([("state", "!=", "draft")]).action_pause()
        cls.endpoint.action_start()
        cls.website = cls.env["website"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Anna Ivanova",
                "email": "Anna@Example.com",
                "phone": "8 999 123-45-67",
            }
        )
        cls.product = cls._make_product("Lamp", 100)
        cls.other_product = cls._make_product("Chair", 33.33)
        cls.env.cr.flush()
        cls.env.cr.postcommit.clear()
        cls.env["mindbox.request"].search([]).unlink()

    @classmethod
    def _make_product(cls, name, price, taxes=(), **vals):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "taxes_id": [Command.set([tax.id for tax in taxes])],
                **vals,
            }
        )

    def recorded(self, event=None):
        """Flush what is marked and return the rows recorded since the last call."""
        self.env.cr.flush()
        # As after a commit: what is recorded next is another transaction's.
        self.env.cr.postcommit.clear()
        known = getattr(self, "_known", self.env["mindbox.request"])
        rows = self.env["mindbox.request"].search([], order="id") - known
        self._known = known | rows
        return rows.filtered(lambda row: row.event == event) if event else rows

    def body(self, event):
        """Return the body of the one new row of an event, as it would leave."""
        row = self.recorded(event)
        self.assertEqual(len(row), 1, f"one {event} expected")
        return self.build(row)

    def build(self, row):
        """Freeze and return the body of a row; None where there is nothing to send."""
        if not row.payload:
            # As the delivery does before it builds anything.
            concerned = row.partner_id.ids
            self.env["mindbox.contact"]._settle(self.endpoint, concerned, concerned)
            values = self.endpoint._build_values(
                self.endpoint._with_sender(
                    self.env[row.res_model].browse(row.res_id)
                ).exists(),
                row.event,
                row.occurred_at,
            )
            names = ("state", "reason_code", "reason_details", "payload")
            row.write({name: values[name] for name in names})
            self.env.invalidate_all()
            if values.get("event"):
                row.event = values["event"]
        return json.loads(row.payload) if row.payload else None

    def know(self, partner):
        """Let Mindbox have been told of a customer."""
        self.env["mindbox.ledger"].create(
            {
                "endpoint_id": self.endpoint.id,
                "kind": "customers",
                "res_id": partner.id,
                "partner_id": partner.id,
                "acknowledged_at": fields.Datetime.now(),
                "known_from": "processed",
                "origin": "request",
            }
        )

    def make_order(self, *lines, partner=None, **vals):
        """Create a quotation of (product, quantity[, values]) lines."""
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            **(extra[0] if extra else {}),
                        }
                    )
                    for product, quantity, *extra in lines
                ],
                **vals,
            }
        )

    def make_cart(self, *lines, **vals):
        """Create a cart of the website."""
        return self.make_order(*lines, website_id=self.website.id, **vals)

    def assertAddsUp(self, order_body):
        """Lines that are kept and the delivery make the total, to the last cent."""
        prices = [
            line["discountedPricePerLine"]
            for line in order_body["lines"]
            if line.get("status") not in ("Returned", "Cancelled")
        ]
        lines = sum(round(price * 100) for price in prices)
        delivery = round(order_body["deliveryCost"] * 100)
        self.assertEqual(lines + delivery, round(order_body["totalPrice"] * 100))
