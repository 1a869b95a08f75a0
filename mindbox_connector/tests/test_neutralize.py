# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A copy of the database must not talk to the production project."""

import os
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.modules.neutralize import neutralize_database
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestNeutralize(TransactionCase):
    def setUp(self):
        super().setUp()
        self.env["mindbox.endpoint"].search([]).state = "draft"
        self.endpoint = self.env["mindbox.endpoint"].create(
            {
                "name": "Production",
                "url": "https://api.mindbox.invalid",
                "endpoint_code": "Shop.Website",
                "secret_key": "production-key",
            }
        )
        self.endpoint.action_start()
        self.endpoint.inbound_active = True
        self.endpoint.action_make_inbound_key()
        self.call = self.env["mindbox.inbound"]
        self.call._receive(self.endpoint, b'{"kind": "consent"}', "call")
        self.call = self.call.search([("transaction_id", "=", "call")])
        self.request = self.env["mindbox.request"].create(
            {"endpoint_id": self.endpoint.id, "event": "customer_edit"}
        )
        self.endpoint._kick()
        self.history = self.env["mindbox.import"].create(
            {"endpoint_id": self.endpoint.id}
        )
        self.history.action_start()
        self.history._kick()
        self.env.flush_all()
        neutralize_database(self.env.cr)
        self.env.invalidate_all()
        # A server starts on a copy only afterwards.
        self.env.registry.clear_cache()

    def test_no_import_goes_on(self):
        self.assertEqual(self.history.state, "cancelled")
        jobs = self.env["queue.job"].search([("model_name", "=", "mindbox.import")])
        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})

    def test_no_integration_point_runs_or_keeps_a_key(self):
        for endpoint in self.env["mindbox.endpoint"].search([]):
            self.assertEqual(endpoint.state, "draft")
            self.assertFalse(endpoint.secret_key)
            self.assertNotIn("mindbox.invalid", endpoint.url)

    def test_what_waited_is_cancelled_and_so_are_the_jobs(self):
        self.assertEqual(self.request.state, "cancelled")
        jobs = self.env["queue.job"].search([("model_name", "=", "mindbox.endpoint")])
        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})

    def test_nobody_is_listened_to_and_what_was_told_is_not_applied(self):
        self.assertFalse(self.endpoint._is_listening())
        self.assertFalse(self.endpoint.inbound_key or self.endpoint.inbound_old_key)
        self.assertEqual(self.call.state, "ignored")

    def test_nothing_can_be_started_even_with_the_key_in_the_environment(self):
        keys = {
            "MINDBOX_SECRET_KEY_": "production-key",
            "MINDBOX_SECRET_KEY_SHOP_WEBSITE": "production-key",
        }
        with patch.dict(os.environ, keys), self.assertRaises(ValidationError):
            self.endpoint.action_start()

    def test_the_shop_goes_on_without_recording(self):
        before = self.env["mindbox.request"].search_count([])
        self.env["res.partner"].create({"name": "Anna", "email": "a@example.com"})
        self.env.cr.flush()
        self.assertEqual(self.env["mindbox.request"].search_count([]), before)
