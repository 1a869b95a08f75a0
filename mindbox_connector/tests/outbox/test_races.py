# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two cursors, each at the step the other one dreads."""

import threading
import time
from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from ..common import RealCase, Reply


@tagged("post_install", "-at_install")
class TestRacingTransactions(RealCase):
    """Two cursors, each at the step the other one dreads."""

    def setUp(self):
        super().setUp()
        self.partner = self.make_partner(name="Zero")

    @contextmanager
    def cursor(self):
        """A transaction that is rolled back unless committed within."""
        cr = self.registry.cursor()
        try:
            yield api.Environment(cr, SUPERUSER_ID, {})
        finally:
            cr.close()

    def open_snapshot(self, env):
        env.cr.execute("SELECT count(*) FROM mindbox_request")

    def names(self):
        return [body["customer"]["fullName"] for body in self.mindbox.bodies()]

    def test_states_of_several_transactions_are_merged_after_the_commit(self):
        for name in ("One", "Two", "Three"):
            self.rename(self.partner, name)
        self.assertEqual(len(self.rows()), 1)
        self.deliver()
        self.assertEqual(self.names(), ["Three"])

    def test_what_is_about_somebody_waits_for_the_call_that_makes_him(self):
        """Who gets a contact that another one leaves goes on in that one's lane."""
        heard, told = [], threading.Event()
        fact = {"partner_id": self.partner, "res_id": self.partner}

        def answer(call):
            if call["query"]["operation"] != "Website.RegisterCustomer":
                heard.append("told")
                told.set()
                return Reply()
            with self.transaction() as env:
                env["mindbox.request"]._join_lane([self.partner], 1)
            self.insert(fact | {"customer_key": "partner-1"})
            told.wait(1)
            heard.append("made")
            return Reply()

        self.mindbox.answer = answer
        self.deliver()
        self.assertEqual(heard, ["made", "told"])

    def test_transactions_that_overlap_neither_wait_nor_fail_nor_lose(self):
        other = self.make_partner(name="Other")
        with self.cursor() as one, self.cursor() as two:
            self.open_snapshot(one)
            self.open_snapshot(two)
            one["res.partner"].browse(self.partner).name = "One"
            two["res.partner"].browse(other).name = "Two"
            one["res.partner"].browse(other)._mindbox_mark("customer_edit")
            one.cr.execute("SET LOCAL lock_timeout = '1s'")
            two.cr.execute("SET LOCAL lock_timeout = '1s'")
            one.cr.flush()
            two.cr.flush()
            two.cr.commit()
            one.cr.commit()
        self.deliver()
        self.assertIn("Two", self.names())
        self.assertIn("One", self.names())

    def test_a_delivery_that_updates_the_endpoint_does_not_disturb_the_shop(self):
        with self.cursor() as shop:
            self.open_snapshot(shop)
            self.set_endpoint(held_until=False, failures=3)
            with self.cursor() as delivery:
                delivery["mindbox.endpoint"].browse(self.endpoint_id).failures = 4
                delivery.flush_all()
                shop.cr.execute("SET LOCAL lock_timeout = '1s'")
                shop["res.partner"].browse(self.partner).name = "Undisturbed"
                shop.cr.commit()

    def test_a_change_under_an_old_snapshot_of_the_job_table_is_not_lost(self):
        """odoo19.md 2.6: T1 sees the job pending; it runs; T1 changes and commits."""
        with self.cursor() as shop:
            shop.cr.execute("SELECT count(*) FROM queue_job WHERE state = 'pending'")
            self.assertEqual(shop.cr.fetchone(), (1,))
            self.deliver()
            with self.transaction() as env:
                env.cr.execute("UPDATE queue_job SET state = 'done'")
            shop["res.partner"].browse(self.partner).name = "Late"
            shop.cr.commit()
        self.assertEqual([job["state"] for job in self.jobs()], ["pending"])
        self.deliver()
        self.assertEqual(self.names(), ["Zero", "Late"])

    def test_a_claim_with_an_old_snapshot_meets_a_merge_and_looks_again(self):
        """Without the write to the first row the claim would send the old state."""
        with self.cursor() as delivery:
            self.open_snapshot(delivery)
            self.rename(self.partner, "Newer")  # commits and merges
            endpoint = delivery["mindbox.endpoint"].browse(self.endpoint_id)
            with self.assertRaises(SerializationFailure):
                endpoint._claim(10, {}, [])
            delivery.cr.rollback()
            _claimed, (parcel,) = endpoint._claim(10, {}, [])
            self.assertIn("Newer", parcel.call.body)

    def test_a_merge_that_meets_a_claim_leaves_its_row_alone(self):
        with self.cursor() as delivery:
            endpoint = delivery["mindbox.endpoint"].browse(self.endpoint_id)
            _claimed, (parcel,) = endpoint._claim(10, {}, [])
            self.rename(self.partner, "Newer")
            delivery.cr.commit()
        self.assertIn("Zero", parcel.call.body)
        frozen, newer = self.rows()
        self.assertTrue(frozen["payload"])
        self.assertFalse(newer["payload"])

    def test_a_claim_passes_over_a_customer_whose_row_is_locked(self):
        self.rename(self.partner, "Newer")
        with self.cursor() as merge, self.cursor() as delivery:
            ids = [row["transaction_id"] for row in self.rows("transaction_id")]
            merge["mindbox.request"]._merge_waiting(ids)
            endpoint = delivery["mindbox.endpoint"].browse(self.endpoint_id)
            self.assertEqual(endpoint._claim(10, {}, []), ({}, []))

    def test_a_change_while_its_body_is_on_the_way_goes_out_again(self):
        def answer(call):
            if len(self.mindbox.calls) == 1:
                self.rename(self.partner, "Newer")
            return Reply()

        self.mindbox.answer = answer
        self.deliver()
        self.deliver()
        self.assertEqual(self.names(), ["Zero", "Newer"])
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_a_body_that_was_tried_is_not_merged_with_a_newer_state(self):
        self.mindbox.answer = Reply(503)
        self.deliver()
        self.rename(self.partner, "Newer")
        self.make_due()
        self.mindbox.answer = Reply()
        self.deliver()
        self.assertEqual(self.names(), ["Zero", "Zero", "Newer"])
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_a_newer_state_waits_for_the_older_one_whatever_lane_or_priority(self):
        """A visitor logs in: the same cart, another customer."""
        self.mindbox.answer = Reply(503)
        self.deliver()
        self.rename(self.partner, "Newer")
        with self.transaction() as env:
            newer = env["mindbox.request"].search([], order="id desc", limit=1)
            newer.write({"customer_key": "another", "priority": 0})
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            self.assertNotIn(newer.id, dict(endpoint._find_due_rows(10, {}, [])))
        self.make_due()
        self.mindbox.answer = Reply()
        self.deliver()
        self.assertEqual(self.names(), ["Zero", "Zero", "Newer"])

    def test_a_newer_state_keeps_its_place_before_what_happened_later(self):
        """The older body of the same state waits or is on its way: no matter."""
        self.set_endpoint(concurrency=1)
        self.mindbox.answer = Reply(503)
        self.deliver()
        self.rename(self.partner, "Newer")
        fact = {"customer_key": f"partner-{self.partner}", "payload": '{"fact": 1}'}
        self.insert(fact)
        self.make_due()

        def answer(call):
            if len(self.mindbox.calls) == 2:
                self.rename(self.partner, "Newest")
                self.insert(fact | {"payload": '{"fact": 2}'})
            return Reply()

        self.mindbox.answer = answer
        self.deliver()
        said = [
            body.get("fact") or body["customer"]["fullName"]
            for body in self.mindbox.bodies()
        ]
        self.assertEqual(said[:2], ["Zero", "Zero"])
        self.assertEqual(said[-1], 2)
        self.assertLess(said.index(1), said.index(2))
        newest = said.index("Newest")
        self.assertLess(newest, said.index(2))
        if "Newer" in said:
            self.assertLess(said.index("Newer"), said.index(1))

    def test_a_body_that_never_left_makes_way_for_a_newer_state(self):
        other = self.make_partner(name="First")
        self.mindbox.answer = Reply(401)
        self.set_endpoint(concurrency=1)
        self.deliver()
        self.rename(other, "Newer")
        self.mindbox.answer = Reply()
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id).action_start()
        self.deliver()
        self.assertEqual(self.names(), ["Zero", "Zero", "Newer"])

    def test_many_writers_and_two_deliveries_lose_nothing(self):
        """Chaos on one record: the last state is the last thing Mindbox hears."""
        self.mindbox.answer = lambda call: (time.sleep(0.005), Reply())[1]
        stop = threading.Event()

        def keep_delivering():
            while not stop.is_set():
                self.deliver()

        deliveries = [threading.Thread(target=keep_delivering) for _ in range(2)]
        for thread in deliveries:
            thread.start()

        def write(number):
            for step in range(10):
                with self.transaction() as env:
                    partner = env["res.partner"].browse(self.partner)
                    partner._mindbox_mark("customer_edit")
                    if number == 0:
                        partner.name = f"N{step}"

        writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        stop.set()
        for thread in deliveries:
            thread.join()
        self.deliver()
        self.assertEqual(set(self.states()), {"sent"})
        self.assertEqual(self.names()[-1], "N9")
        steps = [int(name[1:]) for name in self.names() if name != "Zero"]
        self.assertEqual(steps, sorted(steps), "an older state followed a newer one")
