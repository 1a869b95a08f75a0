# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Builds of a feed: in sittings, in time, under an address that is secret."""

from datetime import datetime
from itertools import chain, repeat
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.feed import mindbox_feed_build
from . import big_catalogue
from .common import FeedCase


@tagged("post_install", "-at_install")
class TestFeedBuild(FeedCase):
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
