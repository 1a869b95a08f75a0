# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may call, what is taken, and what a repeat is answered."""

import json
import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.inbound.mindbox_inbound_receive import MAX_BODY, MAX_DEPTH
from .common import InboundCase


@tagged("post_install", "-at_install")
class TestRoute(InboundCase, HttpCase):
    def call(self, body="{}", key=None, endpoint=None, path="", **headers):
        endpoint = endpoint or self.endpoint
        key = endpoint.inbound_key if key is None else key
        headers = {"Authorization": f"WebHookSecretKey {key}", **headers}
        headers.setdefault("Content-Type", "application/json")
        body = body if isinstance(body, str | bytes) else json.dumps(body)
        with mute_logger("odoo.http"):
            return self.url_open(
                f"/mindbox/inbound/{endpoint.id}{path}", data=body, headers=headers
            )

    def count(self):
        return self.env["mindbox.inbound"].search_count([])

    def assertAnswered(self, status, **call):
        before = self.count()
        self.assertEqual(self.call(**call).status_code, status)
        self.assertEqual(self.count(), before)

    # === WHO === #

    def test_a_call_with_the_key_is_written_down_and_a_job_queued(self):
        body = self.make_body("consent")
        answer = self.call(body)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["status"], "Success")
        call = self.env["mindbox.inbound"].search([], limit=1)
        self.assertEqual(call.transaction_id, body["transactionId"])
        self.assertEqual((call.state, call.kind), ("received", "consent"))
        job = self.env["queue.job"].search([], order="id desc", limit=1)
        self.assertEqual(job.method_name, "_apply_inbound")
        self.assertEqual(job.channel, "root.mindbox_inbound")

    def test_a_wrong_secret_is_401_and_leaves_nothing(self):
        other = self.make_endpoint(
            "Other",
            "Other.Website",
            company_id=self.env["res.company"].create({"name": "Other"}).id,
        )
        for key in ("", "guess", other.inbound_key, self.endpoint.inbound_key + "x"):
            self.assertAnswered(401, key=key)
        self.assertAnswered(401, Authorization=self.endpoint.inbound_key)
        self.assertAnswered(401, Authorization="WebHookSecretKey \xe9")

    def test_off_without_a_key_and_unknown_are_404(self):
        self.assertFalse(self.env["mindbox.endpoint"].new().inbound_active)
        key = self.endpoint.inbound_key
        self.endpoint.inbound_active = False
        self.assertAnswered(404, key=key)
        self.endpoint.write({"inbound_active": True, "inbound_key": False})
        self.assertAnswered(404, key=key)
        self.assertAnswered(404, key="")
        self.endpoint.write({"inbound_key": key})
        self.assertEqual(self.call(key=key).status_code, 200)
        self.endpoint.action_pause()
        self.assertEqual(self.call(key=key).status_code, 200)
        self.endpoint.state = "draft"
        self.assertAnswered(404, key=key)
        for unknown in (2**31 + 1, 2**80):
            with mute_logger("odoo.http"):
                answer = self.url_open(f"/mindbox/inbound/{unknown}", data="{}")
            self.assertEqual(answer.status_code, 404)

    def test_only_post_is_taken(self):
        self.assertEqual(
            self.url_open(f"/mindbox/inbound/{self.endpoint.id}").status_code, 405
        )

    def test_two_keys_are_taken_during_a_rotation(self):
        before = self.endpoint.inbound_key
        self.endpoint.action_make_inbound_key()
        self.assertNotEqual(self.endpoint.inbound_key, before)
        for key in (before, self.endpoint.inbound_key):
            self.assertEqual(self.call(key=key).status_code, 200)
        self.endpoint.inbound_old_key_until = "2026-01-01"
        self.assertAnswered(401, key=before)
        self.endpoint.inbound_old_key_until = "2099-01-01"
        self.endpoint.action_forget_inbound_key()
        self.assertAnswered(401, key=before)

    def test_the_environment_comes_before_the_database(self):
        keys = {"MINDBOX_INBOUND_KEY_SHOP_WEBSITE": "from-outside the-one-before third"}
        with patch.dict(os.environ, keys):
            self.assertTrue(self.endpoint.inbound_key_source)
            for key in ("from-outside", "the-one-before"):
                self.assertEqual(self.call(key=key).status_code, 200)
            self.assertAnswered(401, key=self.endpoint.inbound_key)
            self.assertAnswered(401, key="third")

    def test_keys_are_made_and_seen_by_administrators_only(self):
        manager = new_test_user(
            self.env, "mbx_inbound", "mindbox_connector.group_mindbox_manager"
        )
        mine = self.endpoint.with_user(manager)
        for button in (mine.action_make_inbound_key, mine.action_forget_inbound_key):
            with self.assertRaises(AccessError):
                button()
        with self.assertRaises(AccessError):
            mine.read(["inbound_key"])

    # === WHAT === #

    def test_a_repeat_is_answered_byte_for_byte_and_kept_once(self):
        body = self.make_body("consent")
        first = self.call(body)
        kept = self.count()
        again = [self.call(body), self.call(body | {"kind": "other"})]
        for answer in again:
            self.assertEqual(answer.content, first.content)
            self.assertEqual(answer.status_code, first.status_code)
        self.assertEqual(self.count(), kept)

    def test_the_transaction_is_in_the_address_a_header_or_the_body(self):
        body = {"kind": "consent"}
        keys = self.env["mindbox.inbound"].search([]).mapped("transaction_id")
        self.call(body, path="?transactionId=of-address")
        self.call(body, **{"X-Transaction-Id": "of-header"})
        self.call(body | {"transactionId": "of-body"})
        self.call(body | {"transactionId": "${WebhookRequest.TransactionalId}"})
        self.call(body | {"transactionId": "${WebhookRequest.TransactionalId}"})
        found = self.env["mindbox.inbound"].search([]).mapped("transaction_id")
        new = [key for key in found if key not in keys]
        self.assertEqual(new[1:], ["of-body", "of-header", "of-address"])
        self.assertTrue(new[0].startswith("body-"))

    def test_what_can_never_be_read_is_400_and_leaves_nothing(self):
        deep = "[" * 30_000
        nested = json.dumps({"a": 1})
        for _level in range(MAX_DEPTH):
            nested = f'{{"a": {nested}}}'
        odd = [" ", "[]", "null", "{", '{"a": NaN}', deep, f'{{"a": {deep}', nested]
        odd += [b"\xff\xfe", '{"a": %s}' % ("9" * 5000)]
        for body in odd:
            self.assertAnswered(400, body=body)
        for kind in (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=a",
        ):
            self.assertAnswered(400, body="{}", **{"Content-Type": kind})

    def test_a_body_that_is_too_long_is_413_and_leaves_nothing(self):
        self.assertAnswered(413, body={"a": "x" * MAX_BODY})
        fits = {"a": "x" * (MAX_BODY - 10)}
        self.assertEqual(self.call(fits).status_code, 200)

    def test_odd_characters_are_kept_as_they_came(self):
        body = '{"kind": "consent", "a": "\\u0000 \\ud800 é"}'
        self.assertEqual(self.call(body.encode()).status_code, 200)
        call = self.env["mindbox.inbound"].search([], limit=1)
        self.assertEqual(call.body, body)

    def test_a_moment_to_come_is_no_later_than_now(self):
        self.call(self.make_body("consent", occurredAt="2999-01-01T00:00:00Z"))
        call = self.env["mindbox.inbound"].search([], limit=1)
        self.assertEqual(call.occurred_at, call.received_at)
