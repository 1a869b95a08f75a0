# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of calls from Mindbox share."""

import json
from uuid import uuid4

from odoo.tests import TransactionCase


class InboundCase(TransactionCase):
    """An integration point that listens; calls arrive, and the job is run by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.endpoint = cls.make_endpoint("Shop", "Shop.Website")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Anna", "email": "anna@example.com", "phone": "+32 470 99 88 77"}
        )
        # What was there before the test is not recorded in it.
        cls.env["mindbox.source"]._mindbox_flush()

    @classmethod
    def make_endpoint(cls, name, code, **values):
        endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": name,
                "url": "http://127.0.0.1:9",
                "endpoint_code": code,
                "secret_key": "key",
                "inbound_active": True,
                **values,
            }
        )
        endpoint.action_start()
        endpoint.action_make_inbound_key()
        return endpoint

    def setUp(self):
        super().setUp()
        self.before = self.env["mindbox.request"].search([])

    def sent(self):
        """Return the requests that were made since the last time it was asked."""
        self.env["mindbox.source"]._mindbox_flush()
        now = self.env["mindbox.request"].search([])
        new, self.before = now - self.before, now
        return new

    def make_body(self, kind, when=None, **values):
        """Return a call about the customer, with a transaction ID of its own."""
        ids = {self.endpoint.customer_id_name: str(self.customer.id)}
        body = {"transactionId": str(uuid4()), "customer": {"ids": ids}, "kind": kind}
        if when:
            body["occurredAt"] = f"2026-03-05T{when}Z"
        return body | values

    def receive(self, kind, when=None, **values):
        """Let a call arrive, and return what was written down."""
        body = self.make_body(kind, when, **values)
        calls = self.env["mindbox.inbound"]
        calls._receive(self.endpoint, json.dumps(body).encode())
        return calls.search([("transaction_id", "=", body["transactionId"])])

    def hear(self, kind, when=None, **values):
        """Let a call arrive and be applied."""
        call = self.receive(kind, when, **values)
        self.endpoint._apply_inbound()
        return call

    def assertRefused(self, call, code):
        self.assertEqual((call.state, call.reason_code), ("refused", code))

    def assertIgnored(self, call, code):
        self.assertEqual((call.state, call.reason_code), ("ignored", code))
