# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The block of recommended products: which source answers, and who is asked about."""

import json
import time

from lxml import html

from odoo.tests import tagged

from ...models.recommendation import mindbox_recommendation as found
from ...models.recommendation.gateway import BUDGET, FAILURES_TO_OPEN
from ..common import Reply
from .common import DEVICE, BlockCase


@tagged("post_install", "-at_install")
class TestBlock(BlockCase):
    def test_mindbox_is_asked_as_the_visitor_and_its_order_is_kept(self):
        self.opener.headers["User-Agent"] = "Firefox"
        best = self.products[5] | self.products[2] | self.products[7]
        self.recommend(best)
        self.assertEqual(self.fetch(3), [(product.name, "mindbox") for product in best])
        [call] = self.mindbox.calls
        self.assertEqual(call["path"], "/v3/operations/sync")
        self.assertEqual(call["query"]["operation"], "Website.GetRecommendations")
        self.assertEqual(call["query"]["deviceUUID"], DEVICE)
        self.assertEqual(call["headers"]["X-Customer-IP"], "127.0.0.1")
        self.assertEqual(call["headers"]["User-Agent"], "Firefox")
        self.assertEqual(json.loads(call["body"]), {"recommendation": {"limit": 30}})

    def test_the_product_of_the_page_is_told_and_not_shown(self):
        product = self.products[0]
        cards = self.fetch(12, template=product.product_tmpl_id)
        [body] = self.mindbox.bodies()
        ids = body["recommendation"]["product"]["ids"]
        self.assertEqual(ids, self.endpoint._get_product_ids(product))
        self.assertNotIn(product.name, dict(cards))

    def test_a_visitor_is_asked_about_once_and_another_one_for_themselves(self):
        for _look in range(3):
            self.fetch()
        self.assertEqual(len(self.mindbox.calls), 1)
        self.opener.cookies["mindboxDeviceUUID"] = DEVICE.replace("1", "2")
        self.fetch()
        self.assertEqual(len(self.mindbox.calls), 2)

    def test_nobody_is_asked_about_who_is_unknown_or_works_here(self):
        del self.opener.cookies["mindboxDeviceUUID"]
        self.fetch()
        self.authenticate("admin", "admin")
        self.opener.cookies["mindboxDeviceUUID"] = DEVICE
        self.fetch()
        self.assertFalse(self.mindbox.calls)

    def test_nobody_is_asked_about_where_there_is_no_operation(self):
        self.endpoint.recommendation_operation = False
        self.fetch()
        self.assertFalse(self.mindbox.calls)

    def test_what_mindbox_does_not_fill_comes_from_orders(self):
        one, other, third, *_rest = self.products
        self.recommend(third)
        self.make_order(one, other)
        for _order in range(2):
            self.make_order(self.products[9])
        cards = self.fetch(3, template=one.product_tmpl_id)
        self.assertEqual(
            cards,
            [
                (third.name, "mindbox"),
                (other.name, "together"),
                (self.products[9].name, "bestsellers"),
            ],
        )

    def test_whatever_mindbox_answers_the_block_shows_the_rest(self):
        best = self.products[3]
        self.make_order(*[best] * 50)
        for reply in (
            Reply(500),
            Reply(401),
            Reply(429),
            Reply(400, {"status": "ValidationError"}),
            Reply(body={"status": "Success", "recommendations": {"ids": 1}}),
            Reply(
                body={"status": "Success", "recommendations": [{"ids": {"x": "1"}}, 7]}
            ),
            Reply(body=b"<html>"),
        ):
            with self.subTest(body=reply.body, status=reply.status):
                self.mindbox.answer = reply
                found.GATEWAYS.clear()
                self.assertEqual(self.fetch(1), [(best.name, "bestsellers")])

    def test_a_black_hole_makes_nobody_wait_once_it_is_known(self):
        self.mindbox.answer = Reply(trick=lambda handler: time.sleep(4 * BUDGET))
        for visitor in range(FAILURES_TO_OPEN):
            self.opener.cookies["mindboxDeviceUUID"] = f"{DEVICE[:-1]}{visitor}"
            self.fetch()
        [gateway] = found.GATEWAYS.values()
        self.assertTrue(gateway.is_open)
        calls = len(self.mindbox.calls)
        self.opener.cookies["mindboxDeviceUUID"] = f"{DEVICE[:-1]}9"
        self.fetch()
        self.assertEqual(len(self.mindbox.calls), calls)

    def test_the_price_is_that_of_the_product_page(self):
        product = self.products[4]
        self.recommend(product)
        [fragment] = self.fetch_fragments(1)
        [shown] = html.fragment_fromstring(fragment).xpath("//*[@name='product_price']")
        page = html.fromstring(self.url_open(product.website_url).text)
        [price] = page.xpath("(//*[contains(@class, 'oe_price')])[1]")
        self.assertEqual(shown.text_content().strip(), price.text_content().strip())

    def test_the_rules_tell_of_the_sources_that_there_are(self):
        text = self.url_open("/recommendation-rules").text
        self.assertIn("Mindbox computes", text)
        self.endpoint.recommendation_operation = False
        text = self.url_open("/recommendation-rules").text
        self.assertNotIn("Mindbox computes", text)
        self.assertIn("ordered most often", text)
