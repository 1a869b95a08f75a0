# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Products that a segment's customers order, for those of the segment only."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.mindbox_connector.models.recommendation import mindbox_recommendation

from .common import SiteCase


@tagged("post_install", "-at_install")
class TestFavourites(SiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Milk", "Soap", "Bread")
        cls.milk, cls.soap, cls.bread = cls.env["product.product"].create(
            [{"name": name, "is_published": True} for name in names]
        )
        buyers = cls.customers[:3]
        for product, count in ((cls.milk, 1), (cls.soap, 3), (cls.bread, 2)):
            for buyer in buyers[:count]:
                cls.order(buyer, product)
        # Who has no segment orders milk, and a lot of it.
        for _order in range(5):
            cls.order(cls.make_customer("Nobody", ref=False), cls.milk)

    @classmethod
    def order(cls, customer, product):
        order = cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": cls.company.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()

    def setUp(self):
        super().setUp()
        mindbox_recommendation.OF_SHOP.clear()

    def rank(self, login):
        user = self.env["res.users"].search([("login", "=", login)])
        recommendation = self.env["mindbox.recommendation"].with_user(user)
        no_template = self.env["product.template"]
        ids = recommendation._rank_segment(self.website, no_template)
        wanted = self.milk | self.soap | self.bread
        return [p.name for p in wanted.browse(ids) if p in wanted]

    def test_most_customers_of_the_segment_come_first(self):
        with self.visited_by():
            self.assertEqual(self.rank("bought, in test"), ["Soap", "Bread", "Milk"])

    def test_nobody_else_is_shown_them(self):
        with self.visited_by():
            self.assertFalse(self.rank("no orders, in test"))
            self.assertFalse(self.rank("employee"))

    def test_categories_that_were_seen_last_come_first(self):
        category = self.env["product.public.category"].create({"name": "Food"})
        (self.milk | self.bread).public_categ_ids = category
        partner = self.env["res.users"].search([("login", "=", "bought, in test")])
        visitor = self.env["website.visitor"].create(
            {"access_token": str(partner.partner_id.id), "website_id": self.website.id}
        )
        self.env["website.track"].create(
            {
                "visitor_id": visitor.id,
                "product_id": self.milk.id,
                "visit_datetime": fields.Datetime.now() - timedelta(hours=1),
            }
        )
        with self.visited_by(visitor):
            self.assertEqual(self.rank("bought, in test"), ["Bread", "Milk", "Soap"])

    def visited_by(self, visitor=None):
        """Look at the shop as this visitor, or as one who has seen nothing."""
        visitors = self.registry["website.visitor"]
        found = visitor or self.env["website.visitor"]
        return patch.object(visitors, "_get_visitor_from_request", lambda self: found)
