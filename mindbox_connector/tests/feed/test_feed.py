# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import gzip
import os
import tempfile
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.feed import mindbox_feed_build, yml
from ..sources import SourceCase
from . import big_catalogue

SCHEMA = etree.XMLSchema(file=str(Path(__file__).parent / "yml.xsd"))
# A long form by hand: MINDBOX_FEED_PRODUCTS=100000.
PRODUCTS = int(os.environ.get("MINDBOX_FEED_PRODUCTS", 2_000))


class FeedCase(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.product_tmpl_id.is_published = True
        cls.feed = cls.env["mindbox.feed"].create(
            {"endpoint_id": cls.endpoint.id, "website_id": cls.website.id}
        )

    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_files)

    def remove_files(self):
        for build in self.feed.exists().build_ids:
            build._get_path().unlink(missing_ok=True)

    def read_feed(self):
        """Return the root of the feed as it is served."""
        content = gzip.decompress(self.feed.current_build_id._get_path().read_bytes())
        root = etree.fromstring(content)
        SCHEMA.assertValid(root)
        return root

    def build_feed(self):
        self.feed.with_context(queue_job__no_delay=True)._build()
        return self.read_feed()

    def offers(self):
        return {offer.get("id"): offer for offer in self.build_feed().iter("offer")}


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

    # === BUILDS === #

    def test_many_products_of_all_kinds_make_a_valid_feed(self):
        made = big_catalogue.make_products(self.env, PRODUCTS)
        offers = self.offers()
        self.assertGreaterEqual(len(offers), made)

    def test_a_build_of_many_sittings_is_the_same_and_the_old_one_is_served(self):
        big_catalogue.make_products(self.env, 50)
        self.build_feed()
        first = self.feed.current_build_id
        at_once = etree.tostring(self.read_feed().find("shop/offers"))
        # Not even one batch fits into the first sitting, one into each of the others.
        budgets = chain([-1], repeat(0.001))
        with (
            patch.object(
                type(self.feed), "_get_time_budget", lambda _feed: next(budgets)
            ),
            patch.object(mindbox_feed_build, "BATCH", 20),
        ):
            for _sitting in range(100):
                self.feed._build()
                if self.feed.build_ids[0].state == "done":
                    break
                self.assertEqual(self.feed.current_build_id, first)
        self.assertNotEqual(self.feed.current_build_id, first)
        self.assertEqual(etree.tostring(self.read_feed().find("shop/offers")), at_once)

    @mute_logger("odoo.addons.mindbox_connector.models.job.mindbox_job")
    def test_a_build_that_fails_says_why_and_leaves_the_last_one(self):
        self.build_feed()
        served = self.feed.current_build_id
        with patch.object(
            type(self.feed), "_read_offers", side_effect=ZeroDivisionError("odd")
        ):
            self.feed._build()
        self.assertEqual(self.feed.current_build_id, served)
        self.assertEqual(self.feed.health_level, "bad")
        self.assertIn("ZeroDivisionError", self.feed.health)

    def test_builds_are_due_after_their_interval_and_when_one_was_left(self):
        self.assertTrue(self.feed._is_due())
        self.build_feed()
        self.assertFalse(self.feed._is_due())
        self.feed.build_ids.started_at = datetime(2020, 1, 1)
        self.assertTrue(self.feed._is_due())

    # === ADDRESS, RIGHTS, BAD INPUT === #

    def test_a_new_address_ends_the_old_one(self):
        feeds, old = self.env["mindbox.feed"], self.feed.token
        self.assertEqual(feeds._find_by_token(old), self.feed)
        self.feed.action_rotate_token()
        self.assertFalse(feeds._find_by_token(old))
        self.assertEqual(feeds._find_by_token(self.feed.token), self.feed)
        self.assertGreaterEqual(len(self.feed.token), 43, "256 bits")

    def test_only_managers_see_the_address(self):
        user = new_test_user(
            self.env, "feed_reader", "mindbox_connector.group_mindbox_user"
        )
        feed = self.feed.with_user(user)
        feed.read(["health", "offer_count"])
        for secret in ("token", "url"):
            with self.assertRaises(AccessError):
                feed.read([secret])
        with self.assertRaises(AccessError):
            feed.action_rotate_token()

    def test_a_website_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other"})
        website = self.env["website"].create({"name": "O", "company_id": company.id})
        with self.assertRaisesRegex(ValidationError, "belongs to another company"):
            self.feed.website_id = website

    # === REAL-TIME UPDATES === #

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


class TestYml(BaseCase):
    """Whatever a product is called, the file can be read."""

    texts = st.text(max_size=60)

    @settings(max_examples=200, deadline=None)
    @given(texts, texts, st.lists(texts, max_size=3), st.booleans())
    def test_any_text_makes_a_valid_offer(self, name, description, values, available):
        before, after = yml.frame(
            datetime(2026, 1, 2), "Shop", "Company", "https://shop.invalid", "RUB", []
        )
        params = [("Colour", text)] if (text := yml.join(values)) else []
        offer = yml.offer(
            {
                "ref": "1",
                "available": available,
                "name": yml.cut(yml.clean(name), yml.MAX_NAME) or "1",
                "price": "1.00",
                "currency": "RUB",
                "description": yml.clean(description) or None,
                "params": params,
            }
        )
        root = etree.fromstring(before + offer + after)
        SCHEMA.assertValid(root)
        told = root.findtext(".//offer/name")
        self.assertEqual(told, yml.clean(name) or "1")

    def test_a_text_is_cut_as_mindbox_counts_never_within_a_character(self):
        self.assertEqual(yml.cut("a🪑b", 2), "a")
        self.assertEqual(yml.cut("🪑" * 10, 7), "🪑" * 3)
        self.assertEqual(yml.cut("short", 10), "short")

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.binary(min_size=1, max_size=500), min_size=1, max_size=5))
    def test_a_file_written_in_sittings_that_are_killed_is_whole(self, parts):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "feed"
            size = length = crc = 0
            for number, data in enumerate(parts):
                with yml.GzipPart(path, size, length, crc) as part:
                    part.add(data)
                    last = number == len(parts) - 1
                    part.finish() if last else part.suspend()
                size, length, crc = part.size, part.length, part.crc
                if not last:
                    # A sitting that was killed after it had written something.
                    with path.open("ab") as stream:
                        stream.write(os.urandom(10))
            self.assertEqual(gzip.decompress(path.read_bytes()), b"".join(parts))
