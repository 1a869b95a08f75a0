# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was told of somebody as another customer follows, when that changes."""

import json

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestMoves(SourceCase):
    def setUp(self):
        super().setUp()
        self.know(self.customer)
        values = {"name": "Olga", "email": self.customer.email}
        self.twin = self.env["res.partner"].create(values)
        self.card = self.make_card(50)
        self.settle()
        self.recorded()

    def make_card(self, points):
        program = self.env["loyalty.program"].create(
            {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
        )
        values = {"program_id": program.id, "partner_id": self.twin.id}
        card = self.env["loyalty.card"].create({**values, "points": points})
        for row in self.recorded("card_balance"):
            # As the delivery writes down what Mindbox has accepted.
            row.state = "sent"
            self.env.flush_all()
            self.env["mindbox.ledger"]._acknowledge_requests(row.ids)
        return card

    def settle(self):
        self.env.flush_all()
        ids = self.twin.ids
        self.env["mindbox.contact"]._settle(self.endpoint, ids, ids)
        self.env.invalidate_all()

    def known_as(self):
        return self.env["mindbox.person"]._find(self.endpoint, self.twin)

    def changes(self):
        """Return [(customer ID, change)] of the points that come and go."""
        bodies = [json.loads(row.payload) for row in self.recorded("card_balance")]
        return [
            (body["customer"]["ids"]["websiteID"], part["changeAmount"])
            for body in bodies
            for part in body["balanceChanges"]
        ]

    def test_who_is_known_as_another_is_written_down(self):
        self.assertEqual(self.known_as(), self.customer)
        self.twin.email = "olga@example.com"
        self.settle()
        self.assertEqual(self.known_as(), self.twin)
        self.assertFalse(self.env["mindbox.person"].search([]))

    def test_points_go_from_the_one_to_the_other(self):
        self.twin.email = "olga@example.com"
        self.settle()
        anna, olga = str(self.customer.id), str(self.twin.id)
        self.assertEqual(sorted(self.changes()), [(anna, -50), (olga, 50)])

    def test_points_at_somebody_erased_are_told_anew(self):
        self.customer._mindbox_erase()
        self.recorded()
        self.settle()
        self.assertEqual(self.changes(), [(str(self.twin.id), 50)])
        [known] = self.env["mindbox.ledger"].search([("kind", "=", "cards")])
        self.assertEqual(known.amount, 0, "until that is accepted")

    def test_what_another_has_agreed_to_is_taken_back(self):
        self.env["mindbox.consent"]._decide(self.twin, {("email", ""): True})
        self.twin.email = "olga@example.com"
        self.settle()
        taken_back = self.customer.mindbox_consent_ids
        self.assertEqual(taken_back.mapped("is_subscribed"), [False])
        self.assertEqual(taken_back.source, "shared")
        self.assertEqual(self.twin.mindbox_consent_ids.mapped("is_subscribed"), [True])

    def test_what_the_other_has_decided_himself_is_told_again(self):
        self.env["mindbox.consent"]._decide(self.customer, {("email", ""): True})
        self.env["mindbox.consent"]._decide(self.twin, {("email", ""): False})
        self.recorded()
        self.twin.email = "olga@example.com"
        self.settle()
        told = self.recorded().filtered(lambda r: r.res_model == "mindbox.consent")
        self.assertEqual(told.partner_id, self.customer | self.twin)
        self.assertEqual(len(self.customer.mindbox_consent_ids), 1)

    def test_at_somebody_new_nothing_has_to_be_moved(self):
        other = self.env["res.partner"].create(
            {"name": "Ivan", "email": self.customer.email}
        )
        self.recorded()
        self.env.flush_all()
        self.env["mindbox.contact"]._settle(self.endpoint, other.ids, other.ids)
        self.env.invalidate_all()
        self.assertEqual(
            self.env["mindbox.person"]._find(self.endpoint, other), self.customer
        )
        self.assertFalse(self.recorded("card_balance"))

    def lists(self, event):
        """Return {customer ID: products} as they would be told now."""
        rows = self.recorded(event)
        bodies = [self.build(row) for row in rows if row.event == event]
        return {
            body["customer"]["ids"]["websiteID"]: [
                item["product"]["ids"]["website"] for item in body["productList"]
            ]
            for body in bodies
        }

    def test_who_is_known_as_another_waits_for_products_as_that_one(self):
        own, twins = self.make_awaited(self.customer), self.make_awaited(self.twin)
        told = self.lists("restock_set")
        self.assertEqual(told, {str(self.customer.id): [str(own.id), str(twins.id)]})

    def test_what_somebody_waits_for_goes_along(self):
        own, twins = self.make_awaited(self.customer), self.make_awaited(self.twin)
        self.recorded()
        self.twin.email = "olga@example.com"
        self.settle()
        anna, olga = str(self.customer.id), str(self.twin.id)
        told = self.lists("restock_set")
        self.assertEqual(told, {anna: [str(own.id)], olga: [str(twins.id)]})

    def test_wishes_go_along(self):
        own, twins = self.make_wish(self.customer), self.make_wish(self.twin)
        self.recorded()
        self.twin.email = "olga@example.com"
        self.settle()
        anna, olga = str(self.customer.id), str(self.twin.id)
        told = self.lists("wishlist_set")
        self.assertEqual(told, {anna: [str(own.id)], olga: [str(twins.id)]})

    def test_who_is_merged_brings_along_what_he_waits_for(self):
        self.twin.email = "olga@example.com"
        self.settle()
        twins = self.make_awaited(self.twin)
        self.recorded()
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge([self.customer.id, self.twin.id], self.customer)
        told = self.lists("restock_set")
        self.assertEqual(told[str(self.customer.id)], [str(twins.id)])

    def make_awaited(self, partner):
        product = self.env["product.product"].create({"name": "Lamp"})
        product.stock_notification_partner_ids = partner
        return product

    def make_wish(self, partner):
        product = self.env["product.product"].create({"name": "Wish"})
        website = self.endpoint._get_websites()[:1]
        self.env["product.wishlist"].create(
            {
                "partner_id": partner.id,
                "product_id": product.id,
                "website_id": website.id,
                "currency_id": website.company_id.currency_id.id,
                "pricelist_id": False,
                "price": 1,
            }
        )
        return product
