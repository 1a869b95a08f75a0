# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A contact that is left is another one's, once Mindbox has heard of it."""

from types import SimpleNamespace

from odoo import Command
from odoo.tests import tagged

from ..sources import SourceCase

PHONE = "79991234567"


@tagged("post_install", "-at_install")
class TestLeft(SourceCase):
    def make_olga(self):
        values = {"name": "Olga", "email": "olga@example.com", "phone": f"+{PHONE}"}
        return self.env["res.partner"].create(values)

    def send(self, row):
        """Let Mindbox accept a request, as the delivery does."""
        self.env.flush_all()
        call = SimpleNamespace(operation=row.operation_id.name, mode="async")
        self.endpoint._after_sent([SimpleNamespace(id=row.id, call=call)])
        self.env.invalidate_all()

    def test_who_has_what_another_one_has_left_is_told_once_that_is_told(self):
        self.know(self.customer)
        self.customer.phone = "+7 999 000-00-00"
        row = self.recorded("customer_edit")
        self.assertEqual(row.left_contacts, f"phone:{PHONE}")
        olga = self.make_olga()
        self.recorded("customer_register")
        self.send(row)
        again = self.env["mindbox.request"].search([("res_id", "=", olga.id)], limit=1)
        self.assertEqual(again.event, "customer_edit")
        self.assertEqual(again.customer_key, f"partner-{self.customer.id}")
        self.assertFalse(row.left_contacts, "needed once")

    def order(self, customer):
        """Return whom the body of a new order names, as built now."""
        line = Command.create({"product_id": self.product.id})
        values = {"partner_id": customer.id, "order_line": [line]}
        self.env["sale.order"].create(values).action_confirm()
        return self.build(self.recorded("order_create"))["customer"]

    def test_an_order_names_no_contact_that_another_one_is_known_by_still(self):
        """Mindbox could not tell whose it is: the order would be refused."""
        self.know(self.customer)
        self.customer.phone = False
        row = self.recorded("customer_edit")
        olga = self.make_olga()
        self.assertNotIn("mobilePhone", self.order(olga))
        self.send(row)
        row.state = "sent"
        self.assertIn("mobilePhone", self.order(olga))

    def test_an_order_that_waits_before_a_merge_names_none_of_the_merged(self):
        olga, anna = self.make_olga(), self.env["res.partner"].create({"name": "A"})
        self.know(olga)
        self.know(anna)
        self.env["base.partner.merge.automatic.wizard"]._merge([olga.id, anna.id], anna)
        self.env.invalidate_all()
        self.assertEqual(anna.email, "olga@example.com")
        merge = self.recorded("customer_merge")
        buyer = self.order(anna)
        self.assertEqual(buyer["ids"], {"websiteID": str(anna.id)})
        self.assertFalse({"mobilePhone", "email"} & buyer.keys())
        merge.state = "sent"
        self.assertIn("email", self.order(anna))

    def test_what_nobody_has_who_was_left_it_is_told_to_nobody(self):
        self.know(self.customer)
        self.customer.phone = False
        row = self.recorded("customer_edit")
        before = self.env["mindbox.request"].search_count([])
        self.send(row)
        self.assertEqual(self.env["mindbox.request"].search_count([]), before)

    def test_what_is_left_is_forgotten_with_who_has_it_now(self):
        self.know(self.customer)
        self.customer.phone = False
        row = self.recorded("customer_edit")
        olga = self.make_olga()
        olga._mindbox_erase()
        self.env.invalidate_all()
        self.assertFalse(row.left_contacts)
        self.assertEqual(row.state, "pending")
