# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens beside an erasure, in transactions that do not see each other."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from ...models.outbox.lanes import Lanes
from ..common import Reply
from ..comparison.common import LedgerCase


@tagged("post_install", "-at_install")
class TestErasureRaces(LedgerCase):
    def setUp(self):
        super().setUp()
        self.partner_id = self.make_partner(name="Zheltukhina")

    @contextmanager
    def beside(self):
        """A transaction with a snapshot of now, committed at the end."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT count(*) FROM mindbox_request")
            yield env

    def erase(self):
        with self.transaction() as env:
            env["res.partner"].browse(self.partner_id).action_mindbox_erase()

    def listed(self):
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id), ("state", "=", "todo")]
            return env["mindbox.erasure"].search(domain).mapped("customer_id_value")

    def test_a_fact_that_is_committed_beside_the_erasure_never_leaves(self):
        with self.beside() as env:
            partner = env["res.partner"].browse(self.partner_id)
            partner._mindbox_mark("customer_authorize")
            self.erase()
        self.deliver()
        self.assertFalse(self.mindbox.calls)
        rows = self.rows("state", "payload")
        self.assertEqual({row["state"] for row in rows}, {"cancelled"})
        self.assertFalse(any(row["payload"] for row in rows))

    def test_an_answer_that_comes_after_the_erasure_brings_nothing_back(self):
        order_id = self.make_order(self.partner_id, 120)
        first = []

        def answer(call):
            if not first:
                first.append(call)
                self.erase()
            return Reply(body={"status": "Success", "echo": "Zheltukhina"})

        self.mindbox.answer = answer
        self.deliver()
        rows = self.rows("state", "payload", "response")
        self.assertIn("sent", {row["state"] for row in rows})
        self.assertNotIn("pending", {row["state"] for row in rows})
        self.assertFalse(any(row["payload"] or row["response"] for row in rows))
        self.assertNotIn(order_id, [row["res_id"] for row in self.ledger("orders")])
        self.assertEqual(self.listed(), [str(self.partner_id)])

    def test_what_is_claimed_already_stays_here_but_for_the_call_on_its_way(self):
        self.make_order(self.partner_id, 120)
        shut, noticed = Lanes.shut, threading.Event()

        def notice(lanes, key):
            shut(lanes, key)
            noticed.set()

        def answer(call):
            if len(self.mindbox.calls) == 1:
                self.erase()
                noticed.wait(20)
            return Reply()

        self.mindbox.answer = answer
        self.set_endpoint(timeout=30)
        with patch.object(Lanes, "shut", notice):
            self.deliver()
        self.assertEqual(len(self.mindbox.calls), 1)
        self.assertNotIn("pending", self.states())

    def test_who_was_deleted_is_told_of_no_more_either(self):
        partner = f"partner-{self.partner_id}"
        (first, second) = self.insert(*[{"partner_id": self.partner_id}] * 2)
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            on_the_way = {first: (None, partner), second: (None, "partner-1")}
            self.assertFalse(endpoint._find_gone_lanes(on_the_way))
            env["mindbox.request"].browse(first).unlink()
            self.assertEqual(endpoint._find_gone_lanes(on_the_way), {partner})

    def test_who_was_erased_during_a_comparison_is_in_none_after_the_next(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint.customer_domain = str([("id", ">", self._newest["res.partner"])])
            endpoint._queue_reconciliation()
            endpoint._reconcile()
            found = [("partner_id", "=", self.partner_id)]
            self.assertTrue(env["mindbox.difference"].search(found))
            env["res.partner"].browse(self.partner_id).mindbox_erased_at = "2026-01-01"
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint._queue_reconciliation()
            endpoint._reconcile()
            self.assertFalse(env["mindbox.difference"].search(found))
