# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
from urllib.parse import urlsplit

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestRoutes(SourceCase):
    """Each event leaves by the integration point of its website, else its company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_website = cls.env["website"].create(
            {"name": "Second", "company_id": cls.company.id}
        )
        cls.second = cls._make_endpoint(
            "Second",
            website_id=cls.second_website.id,
            customer_id_name="secondID",
            order_id_name="secondOrder",
            product_id_name="secondProduct",
        )
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})
        cls.third = cls._make_endpoint("Third", company_id=cls.other_company.id)
        cls.env.cr.flush()
        cls.env.cr.postcommit.clear()
        cls.env["mindbox.request"].search([]).unlink()

    @classmethod
    def _make_endpoint(cls, name, **vals):
        endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": name,
                "url": "https://mindbox.invalid",
                "endpoint_code": f"{name}.Website",
                "secret_key": f"key-{name}",
                **vals,
            }
        )
        endpoint.action_start()
        return endpoint

    def test_a_cart_leaves_by_the_point_of_its_website(self):
        self.make_cart((self.product, 1))
        self.assertEqual(self.recorded("cart_set").endpoint_id, self.endpoint)
        self.make_order((self.product, 1), website_id=self.second_website.id)
        self.assertEqual(self.recorded("cart_set").endpoint_id, self.second)

    def test_an_order_of_the_back_office_leaves_by_the_point_of_its_company(self):
        self.make_order((self.product, 1)).action_confirm()
        self.assertEqual(self.recorded("order_create").endpoint_id, self.endpoint)

    def test_a_customer_of_a_company_is_told_to_its_point_only(self):
        self.env["res.partner"].create(
            {"name": "C", "email": "c@x.com", "company_id": self.other_company.id}
        )
        self.assertEqual(self.recorded("customer_edit").endpoint_id, self.third)

    def test_a_shared_customer_is_told_wherever_there_are_orders(self):
        self.make_order((self.product, 1)).action_confirm()
        self.make_order((self.product, 1), website_id=self.second_website.id)
        self.recorded()
        self.customer.name = "Omsk"
        self.assertEqual(
            self.recorded("customer_edit").endpoint_id, self.endpoint | self.second
        )

    def test_interleaved_points_never_mix_names(self):
        numbers = random.Random(7)
        websites = {self.website: self.endpoint, self.second_website: self.second}
        carts = [
            self.make_order(
                (self.product, n), website_id=numbers.choice([*websites]).id
            )
            for n in range(1, 13)
        ]
        rows = self.recorded("cart_set")
        self.assertEqual(len(rows), len(carts))
        for row, cart in zip(rows, carts, strict=True):
            endpoint = websites[cart.website_id]
            self.assertEqual(row.endpoint_id, endpoint)
            body = endpoint._with_sender(cart)._mindbox_cart_set_body(endpoint)
            self.assertEqual(list(body["customer"]["ids"]), [endpoint.customer_id_name])
            [item] = body["productList"]
            self.assertEqual(list(item["product"]["ids"]), [endpoint.product_id_name])

    def test_one_point_takes_over_from_another_at_once(self):
        successor = self.endpoint.copy({"name": "Successor", "secret_key": "key"})
        self.endpoint.action_pause()
        successor.action_start()
        self.make_cart((self.product, 1))
        self.assertEqual(self.recorded("cart_set").endpoint_id, successor)

    def test_a_paused_point_still_records(self):
        self.endpoint.action_pause()
        self.make_cart((self.product, 1))
        self.assertEqual(self.recorded("cart_set").endpoint_id, self.endpoint)

    def test_a_draft_point_records_nothing(self):
        self.env["mindbox.endpoint"].search([]).write({"state": "draft"})
        self.make_cart((self.product, 1))
        self.customer.name = "Omsk"
        self.assertFalse(self.recorded())

    def test_a_website_without_a_point_of_its_own_uses_the_company_s(self):
        self.second.action_pause()
        self.second.state = "draft"
        self.make_order((self.product, 1), website_id=self.second_website.id)
        self.assertEqual(self.recorded("cart_set").endpoint_id, self.endpoint)

    def test_mindbox_is_on_the_list_of_third_parties_where_its_tracker_is(self):
        self.second_website.mindbox_tracker = True
        host = urlsplit(self.second_website._mindbox_get_tracker()["src"]).hostname
        listed = self.second_website.blocked_third_party_domains.splitlines()
        self.assertIn(host, listed)
        self.assertIn("youtube.com", listed)
        self.assertNotIn(host, self.website.blocked_third_party_domains.splitlines())

    def test_the_tracker_names_the_point_of_its_website(self):
        self.second_website.mindbox_tracker = True
        tracker = self.second_website._mindbox_get_tracker()
        self.assertEqual(tracker["endpoint_id"], "Second.Website")
        self.assertIsNone(self.website._mindbox_get_tracker())
        self.second.action_pause()
        self.assertIsNone(self.second_website._mindbox_get_tracker())
