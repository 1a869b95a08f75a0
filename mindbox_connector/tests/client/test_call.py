# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes out: query, header, body, connection."""

import os
from unittest.mock import patch

from ..common import KEY, Reply
from .common import CALL, ClientCase


class TestWhatGoesOut(ClientCase):
    def test_operation_endpoint_and_transaction_are_in_the_query(self):
        self.send(Reply())
        call = self.mindbox.calls[0]
        self.assertEqual(call["path"], "/v3/operations/async")
        self.assertEqual(
            call["query"],
            {
                "endpointId": "Shop.Website",
                "operation": "Website.EditCustomer",
                "transactionId": "guid",
            },
        )

    def test_body_leaves_as_it_is_written_in_utf_8(self):
        self.send(Reply())
        self.assertEqual(self.mindbox.calls[0]["body"], CALL.body.encode())

    def test_key_is_in_the_header_of_the_chosen_scheme_and_nowhere_else(self):
        for scheme, header in (
            ("secret_key", f"SecretKey {KEY}"),
            ("mindbox", f'Mindbox secretKey="{KEY}"'),
        ):
            self.client(auth_scheme=scheme).send(CALL)
            call = self.mindbox.calls[-1]
            self.assertEqual(call["headers"].pop("Authorization"), header)
            self.assertNotIn(KEY, str(call))

    def test_device_and_address_go_along_where_they_make_sense(self):
        self.client().send(CALL._replace(device_uuid="d-1", customer_ip="2001:db8::1"))
        call = self.mindbox.calls[0]
        self.assertEqual(call["query"]["deviceUUID"], "d-1")
        self.assertEqual(call["headers"]["X-Customer-IP"], "2001:db8::1")

    def test_odd_device_or_address_does_not_stop_the_call(self):
        for odd in ("a\r\nX-Evil: 1", "п", "x" * 500, "\0", " "):
            self.client().send(CALL._replace(device_uuid=odd, customer_ip=odd))
            call = self.mindbox.calls[-1]
            self.assertNotIn("deviceUUID", call["query"])
            self.assertNotIn("X-Customer-IP", call["headers"])
            self.assertNotIn("X-Evil", call["headers"])

    def test_half_of_an_emoji_does_not_stop_the_call(self):
        self.client().send(CALL._replace(body='{"name": "\ud83d"}'))
        self.assertEqual(self.mindbox.calls[0]["body"], b'{"name": "?"}')

    def test_bulk_is_csv_with_its_dialect(self):
        self.client().send(CALL._replace(mode="bulk", body="Id;Email\n1;a@b.c\n"))
        call = self.mindbox.calls[0]
        self.assertEqual(call["headers"]["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(call["query"]["csvColumnDelimiter"], ";")

    def test_connection_is_kept_for_the_next_call(self):
        peers = set()

        def answer(call):
            peers.add(call["headers"].get("Connection"))
            return Reply()

        self.mindbox.answer = answer
        connections = []
        accept = self.mindbox.get_request

        def count():
            connections.append(1)
            return accept()

        self.mindbox.get_request = count
        client = self.client()
        for _number in range(5):
            client.send(CALL)
        self.assertEqual(len(connections), 1)

    def test_the_environment_names_the_proxy(self):
        environ = {"http_proxy": self.mindbox.url, "no_proxy": ""}
        with patch.dict(os.environ, environ):
            client = self.client(url="http://mindbox-behind-a-proxy")
            client.send(CALL)
        self.assertTrue(
            self.mindbox.calls[0]["path"].startswith("http://mindbox-behind-a-proxy/")
            or self.mindbox.calls[0]["headers"]["Host"] == "mindbox-behind-a-proxy"
        )
