# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The screens as people use them, in a real browser."""

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..client import MindboxClient
from .common import LocalMindbox


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoints = cls.env["mindbox.endpoint"]
        # Only the tour's own integration point listens.
        cls.endpoints.search([]).state = "draft"
        cls.env.ref("base.user_admin").write({"lang": "en_US", "tz": "UTC"})
        cls._leave_out_missing_library()

    @classmethod
    def _leave_out_missing_library(cls):
        """Debian's Odoo lacks a library that blurs video calls: an error in each page.

        A tour fails by any error in the console, so the library is not asked for.
        """
        cls.env["ir.asset"].create(
            {
                "name": "No blurred video calls in tours",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )

    def test_endpoint(self):
        """A newcomer mistypes the address, is told so, tests and starts."""
        mindbox = LocalMindbox()
        self.addCleanup(mindbox.close)
        client = MindboxClient(mindbox.url, "Tour.Website", "tour-key", "secret_key")
        self.patch(
            self.registry["mindbox.endpoint"], "_get_client", lambda *_args: client
        )
        self.start_tour("/odoo", "mindbox_endpoint_tour", login="admin")
        endpoint = self.endpoints.search([("name", "=", "Tour shop")])
        self.assertEqual(endpoint.state, "running")
        self.assertEqual(len(mindbox.calls), len(endpoint.operation_ids))

    def test_inbound(self):
        """Somebody makes a key, asks what to paste, and sees the test arrive."""
        endpoint = self.endpoints.create(
            {
                "name": "Tour shop",
                "endpoint_code": "Tour.Website",
                "secret_key": "key",
                "inbound_active": True,
            }
        )
        endpoint.action_start()
        points = self.registry["mindbox.endpoint"]
        taken = points._get_inbound_keys
        self.patch(
            points,
            "_get_inbound_keys",
            lambda point: [*taken(point), "tour-inbound"],
        )
        # The job runner is not part of the tour.
        self.patch(points, "_kick_inbound", lambda point: point._apply_inbound())
        self.start_tour(
            f"/odoo/mindbox.endpoint/{endpoint.id}",
            "mindbox_inbound_tour",
            login="admin",
        )
        call = self.env["mindbox.inbound"].search([])
        self.assertEqual((call.kind, call.state), ("test", "applied"))

    def test_setup(self):
        """A newcomer opens the app and is led from an address to the start."""
        mindbox = LocalMindbox()
        self.addCleanup(mindbox.close)
        endpoint = self.endpoints.create(
            {
                "name": "Tour shop",
                "url": mindbox.url,
                "endpoint_code": "Tour.Website",
                "secret_key": "tour-key",
            }
        )
        (self.endpoints.search([]) - endpoint).unlink()
        self.start_tour("/odoo", "mindbox_setup_tour", login="admin")
        self.assertEqual(
            (endpoint.state, endpoint.customer_id_name), ("running", "shopID")
        )
        self.assertTrue(endpoint.answered_at)

    def make_requests(self, *states):
        """Make requests of a customer, which took no time where they were sent."""
        endpoint = self.endpoints.create(
            {"name": "Tour shop", "endpoint_code": "Tour.Website", "secret_key": "key"}
        )
        customer = self.env["res.partner"].create({"name": "Tour customer"})
        now = fields.Datetime.now()
        return self.env["mindbox.request"].create(
            [
                {
                    "endpoint_id": endpoint.id,
                    "event": "customer_edit",
                    "mode": "async",
                    "res_model": "res.partner",
                    "res_id": customer.id,
                    "partner_id": customer.id,
                    "merge_key": f"customer/res.partner/{customer.id}",
                    "state": state,
                    "attempts": 1,
                    "sent_at": state == "sent" and now,
                    "reason_code": state == "rejected" and "validation_error",
                    "reason_details": {"messages": "The e-mail is wrong"},
                    "payload": '{"customer":{}}',
                }
                for state in states
            ]
        )

    def test_dashboard(self):
        """Somebody looks at how Mindbox does, and why something was refused."""
        requests = self.make_requests("sent", "rejected", "pending")
        requests.endpoint_id.action_start()
        requests.endpoint_id.action_pause()
        self.start_tour("/odoo", "mindbox_dashboard_tour", login="admin")

    def test_import(self):
        """Somebody sees what an import would send, starts it and pauses it."""
        endpoint = self.endpoints.create(
            {"name": "Tour shop", "endpoint_code": "Tour.Website", "secret_key": "key"}
        )
        endpoint.action_start()
        self.start_tour("/odoo", "mindbox_import_tour", login="admin")
        run = self.env["mindbox.import"].search([("endpoint_id", "=", endpoint.id)])
        self.assertEqual(run.state, "paused")

    def test_topics(self):
        """Somebody adds a topic, at first with a name that Mindbox does not take."""
        self.env["mindbox.topic"].search([]).unlink()
        self.start_tour("/odoo", "mindbox_topics_tour", login="admin")
        topic = self.env["mindbox.topic"].search([])
        self.assertEqual((topic.name, topic.code), ("News and offers", "News"))

    def test_requests(self):
        """A rejected request is read, sent again, cancelled, and found again."""
        request = self.make_requests("rejected")
        self.start_tour("/odoo", "mindbox_requests_tour", login="admin")
        self.assertEqual(request.state, "cancelled")
