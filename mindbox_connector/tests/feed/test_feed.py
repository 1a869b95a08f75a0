# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the catalogue says of the products of a shop."""

import os

from odoo.fields import Command
from odoo.tests import tagged

from . import big_catalogue
from .common import FeedCase

# A long form by hand: MINDBOX_FEED_PRODUCTS=100000.
PRODUCTS = int(os.environ.get("MINDBOX_FEED_PRODUCTS", 2_000))


@tagged("post_install", "-at_install")
class TestFeed(FeedCase):
    """Mindbox learns of all products, by the IDs that events and orders use."""

    def offer(self, product=None):
        return self.offers()[str((product or self.product).id)]

    def test_a_product_is_told_as_the_shop_shows_it(self):
        category = self.env["product.public.category"].create({"name": "Lamps"})
        below = category.create({"name": "Floor lamps", "parent_id": category.id})
        self.product.product_tmpl_id.write(
            {
                "public_categ_ids": [Command.set(below.ids)],
                "description_ecommerce": "<p>Warm &amp; <b>bright</b></p><br/>",
                "default_code": "L-1",
            }
        )
        root = self.build_feed()
        categories = {c.get("id"): c for c in root.iter("category")}
        self.assertEqual(categories[str(below.id)].get("parentId"), str(category.id))
        offer = root.find(f".//offer[@id='{self.product.id}']")
        self.assertEqual(offer.get("available"), "true")
        self.assertEqual(offer.findtext("name"), "Lamp")
        self.assertEqual(offer.findtext("price"), "100.00")
        self.assertEqual(offer.findtext("currencyId"), self.endpoint.currency_id.name)
        self.assertEqual(offer.findtext("categoryId"), str(below.id))
        self.assertEqual(offer.findtext("vendorCode"), "L-1")
        self.assertIn("Warm & ", offer.findtext("description"))
        self.assertNotIn("<b>", offer.findtext("description"))
        self.assertIn(self.product.website_url, offer.findtext("url"))

    def test_a_shop_without_categories_has_a_feed(self):
        self.env["product.public.category"].search([]).unlink()
        self.assertFalse(self.offer().findtext("categoryId"))

    def test_the_price_before_is_told_where_the_shop_compares(self):
        self.env["res.config.settings"].create(
            {"group_product_price_comparison": True}
        ).execute()
        self.product.compare_list_price = 150
        self.assertEqual(self.offer().findtext("oldprice"), "150.00")

    def test_variants_share_a_group_and_name_what_sets_them_apart(self):
        attribute = self.env["product.attribute"].create({"name": "Colour"})
        values = self.env["product.attribute.value"].create(
            [
                {"name": name, "attribute_id": attribute.id}
                for name in ("red|ish", "blue")
            ]
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "is_published": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(values.ids)],
                        }
                    )
                ],
            }
        )
        offers = self.offers()
        shirts = [offers[str(variant.id)] for variant in template.product_variant_ids]
        self.assertEqual({o.get("group_id") for o in shirts}, {str(template.id)})
        self.assertEqual({o.findtext("param") for o in shirts}, {"red/ish", "blue"})

    def test_what_is_out_of_stock_stays_in_the_feed_and_comes_back(self):
        product = self._make_product("Sofa", 10, is_storable=True, is_published=True)
        product.allow_out_of_stock_order = False
        self.assertEqual(self.offer(product).get("available"), "false")
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 3
        )
        self.assertEqual(self.offer(product).get("available"), "true")

    def test_products_that_leave_the_shop_turn_unavailable_and_stay(self):
        hidden, archived, deleted = (
            self._make_product(name, 10, is_published=True)
            for name in ("Hidden", "Archived", "Deleted")
        )
        refs = [str(product.id) for product in (hidden, archived, deleted)]
        before = self.offers()
        self.assertEqual({before[ref].get("available") for ref in refs}, {"true"})
        hidden.product_tmpl_id.is_published = False
        archived.action_archive()
        deleted.unlink()
        after = self.offers()
        self.assertEqual({after[ref].get("available") for ref in refs}, {"false"})
        self.assertEqual(after[refs[2]].findtext("name"), "Deleted")

    def test_a_product_without_an_id_or_with_another_one_s_is_told_never_broken(self):
        self.endpoint.product_ref = "default_code"
        self.product.default_code = self.other_product.default_code = "SAME"
        self.other_product.product_tmpl_id.is_published = True
        nameless = self._make_product("No code", 5, is_published=True)
        refs = list(self.offers())
        self.assertEqual(refs.count("SAME"), 1)
        problems = self.env["mindbox.feed.offer"].search(
            [("feed_id", "=", self.feed.id), ("problem", "!=", False)]
        )
        by_product = {offer.product_id: offer for offer in problems}
        self.assertEqual(by_product[nameless].problem, "no_id")
        self.assertIn("Fill in", by_product[nameless].what_to_do)
        twin = by_product.get(self.product) or by_product[self.other_product]
        self.assertEqual(twin.problem, "same_id")
        self.assertIn("has the same one", twin.what_to_do)
        self.assertEqual(self.feed.health_level, "note")

    def test_every_product_of_an_event_is_in_the_feed(self):
        """Also one that the shop no longer sells, or never published."""
        old = self._make_product("Old", 7, sale_ok=False)
        order = self.make_order((self.product, 1), (old, 2))
        order.action_confirm()
        cart = self.make_cart((self.other_product, 1))
        named = {
            ref
            for record in (order, cart)
            for line in record.order_line
            for ref in self.endpoint._get_product_ids(line.product_id).values()
        }
        self.assertLessEqual(named, set(self.offers()))

    def test_many_products_of_all_kinds_make_a_valid_feed(self):
        made = big_catalogue.make_products(self.env, PRODUCTS)
        offers = self.offers()
        self.assertGreaterEqual(len(offers), made)

    def test_changes_of_products_are_told_at_once_where_that_is_switched_on(self):
        self.product.list_price = 120
        self.assertFalse(self.recorded("product_set"), "off by default")
        self.endpoint.with_context(active_test=False).operation_ids.filtered(
            lambda o: o.event == "product_set"
        ).active = True
        self.product.list_price = 130
        self.product.name = "Lantern"
        told = self.body("product_set")["product"]
        self.assertEqual(told["ids"], {"website": str(self.product.id)})
        self.assertEqual((told["name"], told["price"]), ("Lantern", 130))
        self.assertTrue(told["isAvailable"])
