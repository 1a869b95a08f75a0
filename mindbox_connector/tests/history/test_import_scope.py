# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An import takes what belongs to Mindbox, and adds what it was not told yet."""

import json
from contextlib import closing

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tests import tagged

from ..common import Reply
from ..comparison.test_ledger import REJECTED, LedgerCase
from .common import ImportCase, read_file

UNAVAILABLE = Reply(503)


@tagged("post_install", "-at_install")
class TestErasedCustomers(ImportCase):
    def test_an_erased_customer_is_in_no_file_of_an_import(self):
        anna, berta = self.make_customers("Anna", "Berta")
        for customer in (anna, berta):
            self.make_order(customer)
            self.make_card(customer)
        self.env["mindbox.source"]._mindbox_flush()
        berta.action_mindbox_erase()
        for kind in ("customers", "cards", "orders"):
            self.work(self.start(kind, more_columns=False))
        text = "".join(str(rows) for _operation, _key, rows in self.files())
        for told in (str(anna.id), anna.email, anna.sale_order_ids.name):
            self.assertIn(repr(told), text)
        for secret in (str(berta.id), berta.email, berta.sale_order_ids.name, "B-4711"):
            self.assertNotIn(repr(secret), text)

    def test_an_address_of_an_erased_customer_takes_its_orders_along(self):
        (anna,) = self.make_customers("Anna")
        address = self.env["res.partner"].create(
            {"name": "Dacha", "type": "delivery", "parent_id": anna.id}
        )
        order = self.make_order(address)
        anna.action_mindbox_erase()
        self.work(self.start("orders"))
        self.assertNotIn(order.name, str(self.files()))

    def test_an_order_of_a_website_with_its_own_integration_point_goes_there(self):
        (anna,) = self.make_customers("Anna")
        website = self.env["website"].create({"name": "Own"})
        values = {"website_id": website.id, "secret_key": "key", "state": "running"}
        self.endpoint.copy({**values, "endpoint_code": "Own"})
        order = self.make_order(anna, website_id=website.id)
        self.work(self.start("orders"))
        self.assertNotIn(order.name, str(self.files()))

    def make_order(self, customer, **values):
        product = self.env["product.product"].create({"name": "Lamp"})
        line = Command.create({"product_id": product.id})
        order = self.env["sale.order"].create(
            {"partner_id": customer.id, "order_line": [line], **values}
        )
        order.action_confirm()
        return order

    def make_card(self, customer):
        values = {"name": "Club", "program_type": "loyalty"}
        program = self.env["loyalty.program"].create(values)
        code = f"{customer.name[0]}-4711"
        return self.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "partner_id": customer.id,
                "code": code,
                "points": 5,
            }
        )


@tagged("post_install", "-at_install")
class TestToldPoints(LedgerCase):
    """Points count once, by whatever way Mindbox is told of them."""

    def setUp(self):
        super().setUp()
        partner_id = self.make_partner()
        self.card_id = self.make_card(partner_id, 50)
        self.deliver()
        self.assertEqual(self.count(), 50)

    def count(self):
        """Return the balance that Mindbox has counted: each transaction ID once."""
        counted = {}
        for call in self.mindbox.calls:
            key = call["query"].get("transactionId")
            operation = call["query"]["operation"]
            if operation == "DirectCrm.CreateCustomerBalanceChangeOperation":
                counted[key] = sum(float(row[1]) for row in read_file(call)[1:])
            elif not operation.startswith("DirectCrm."):
                changes = json.loads(call["body"]).get("balanceChanges", ())
                counted[key] = sum(change["changeAmount"] for change in changes)
        return sum(counted.values())

    def resend(self):
        with self.transaction() as env:
            domain = [("event", "=", "card_balance"), ("res_id", "=", self.card_id)]
            env["mindbox.request"].search(domain).action_resend()

    def import_cards(self, way="bulk"):
        with self.transaction() as env:
            values = {"endpoint_id": self.endpoint_id, "kind": "cards", "way": way}
            run = env["mindbox.import"].create(values)
            run.action_start()
            run_id = run.id
        with closing(self.registry.cursor()) as cr:
            run = api.Environment(cr, SUPERUSER_ID, {})["mindbox.import"].browse(run_id)
            run._work()

    def told(self):
        return [row["amount"] for row in self.ledger("cards")]

    def test_an_import_takes_nothing_off_a_change_that_is_sent_again(self):
        self.resend()
        self.import_cards()
        self.assertEqual(self.count(), 50)
        self.assertEqual(self.told(), [50])
        self.deliver()
        self.assertEqual((self.count(), self.told()), (50, [50]))

    def test_an_import_takes_nothing_off_while_a_change_is_sent_again_in_vain(self):
        self.resend()
        self.mindbox.answer = UNAVAILABLE
        self.deliver()
        self.mindbox.answer = Reply()
        self.set_endpoint(held_until=False)
        self.import_cards()
        self.assertEqual((self.count(), self.told()), (50, [50]))

    def test_a_refused_change_that_is_sent_again_counts_once(self):
        self.mindbox.answer = REJECTED
        self.change("loyalty.card", self.card_id, points=80)
        self.deliver()
        self.mindbox.calls.clear()
        self.mindbox.answer = Reply()
        self.resend()
        self.import_cards()
        self.deliver()
        self.assertEqual(self.count(), 80)
        self.assertEqual(self.told(), [80])
