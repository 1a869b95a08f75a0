# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the mark to the job: what one transaction records, and how several meet."""

import threading
import time
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged

from ..models import mindbox_delivery, mindbox_source
from .common import RealCase, Reply


class Rollback(Exception):
    """What a business method raises when it does not like its input."""


@tagged("post_install", "-at_install")
class TestOneTransaction(RealCase):
    def setUp(self):
        super().setUp()
        self.partner = self.make_partner()
        with self.transaction() as env:
            env["mindbox.request"].search([]).unlink()
            env.cr.execute(
                "DELETE FROM queue_job WHERE model_name = 'mindbox.endpoint'"
            )

    @contextmanager
    def partner_of(self, **context):
        with self.transaction(**context) as env:
            yield env["res.partner"].browse(self.partner)

    def events(self):
        return [row["event"] for row in self.rows("event")]

    def test_marking_costs_no_query(self):
        with self.partner_of() as partner:
            partner._mindbox_mark("customer_edit")
            before = partner.env.cr.sql_log_count
            partner._mindbox_mark("customer_edit")
            partner._mindbox_mark("customer_register")
            self.assertEqual(partner.env.cr.sql_log_count, before)

    def test_one_insert_serves_the_whole_transaction(self):
        statements = []

        def watch(cr, query, *rest):
            if "INTO mindbox_request" in str(query):
                statements.append(query)

        with self.transaction() as env:
            threading.current_thread().query_hooks = [watch]
            try:
                env["res.partner"].create([{"name": f"N{n}"} for n in range(20)])
                env.cr.flush()
            finally:
                del threading.current_thread().query_hooks
        self.assertEqual(len(statements), 1)
        self.assertEqual(len(self.rows("id")), 20)

    def test_rolled_back_means_gone(self):
        with self.assertRaises(Rollback), self.partner_of() as partner:
            partner.name = "Nobody"
            partner.env.cr.flush()
            raise Rollback
        self.assertFalse(self.events())
        self.assertFalse(self.jobs())

    def test_a_savepoint_that_is_rolled_back_drops_its_marks(self):
        with self.partner_of() as partner:
            with self.assertRaises(Rollback), partner.env.cr.savepoint():
                partner.name = "Nobody"
                raise Rollback
        self.assertFalse(self.events())

    def test_a_savepoint_that_is_rolled_back_keeps_what_was_before(self):
        with self.partner_of() as partner:
            partner.name = "Before"
            with self.assertRaises(Rollback), partner.env.cr.savepoint():
                partner.name = "Within"
                partner.env.cr.flush()
                raise Rollback
        self.assertEqual(self.events(), ["customer_edit"])
        self.assertEqual(len(self.jobs()), 1)

    def test_what_a_savepoint_recorded_and_lost_is_recorded_again(self):
        with self.partner_of() as partner:
            with self.assertRaises(Rollback), partner.env.cr.savepoint():
                partner.name = "Within"
                partner.env.cr.flush()
                raise Rollback
            partner.name = "After"
        self.assertEqual(self.events(), ["customer_edit"])

    def test_three_flushes_around_savepoints_record_once(self):
        with self.partner_of() as partner:
            partner.name = "Before"
            with partner.env.cr.savepoint():
                partner.name = "Within"
            partner.name = "After"
        self.assertEqual(self.events(), ["customer_edit"])

    def test_a_fault_in_one_record_does_not_reach_the_shopper(self):
        with self.partner_of() as partner:
            model = self.registry["res.partner"]
            with (
                patch.object(
                    model, "_mindbox_prepare_rows", side_effect=Rollback("Anna")
                ),
                self.assertLogs(mindbox_source.__name__, "ERROR") as log,
            ):
                partner.name = "Still saved"
                partner.env.cr.flush()
        self.assertNotIn("Anna", str(log.output))
        with self.partner_of() as partner:
            self.assertEqual(partner.name, "Still saved")

    def test_two_commits_in_one_cursor_are_two_transactions(self):
        with self.partner_of() as partner:
            partner.name = "One"
            partner.env.cr.commit()
            self.assertEqual(self.events(), ["customer_edit"])
            partner.name = "Two"
        # Merged after the second commit: the first one had not left yet.
        self.assertEqual(self.events(), ["customer_edit"])


@tagged("post_install", "-at_install")
class TestJobs(RealCase):
    def test_many_transactions_make_one_waiting_job(self):
        for number in range(5):
            self.make_partner(name=f"N{number}")
        (job,) = self.jobs("state", "max_retries", "user_id", "channel", "company_id")
        self.assertEqual(job["state"], "pending")
        self.assertEqual(job["max_retries"], 0, "0 is for ever")
        self.assertEqual(job["channel"], "root.mindbox")

    def test_a_visitor_enqueues_as_root_without_language_or_arguments(self):
        with self.transaction() as env:
            public = env.ref("base.public_user").id
            partner = env["res.partner"].create({"name": "Anna Canary"}).id
            env.cr.execute("DELETE FROM queue_job")
        with self.transaction(user=public, lang="ru_RU", tz="Asia/Tokyo") as env:
            env["res.partner"].browse(partner).sudo().name = "Maria Canary"
        names = ("user_id", "records", "args", "kwargs", "name", "func_string")
        (job,) = self.jobs(*names)
        self.assertEqual(job["user_id"][0], SUPERUSER_ID)
        records = str(job["records"])
        with self.transaction() as env:
            env.cr.execute("SELECT records, args, kwargs FROM queue_job")
            stored = str(env.cr.fetchall())
        self.assertNotIn("ru_RU", stored)
        self.assertNotIn("Tokyo", stored)
        self.assertNotIn("Canary", stored + records + str(job))

    def test_a_job_that_is_held_is_not_piled_upon(self):
        self.set_endpoint(
            held_until=fields.Datetime.add(fields.Datetime.now(), seconds=100),
            hold_reason="x",
        )
        for number in range(3):
            self.make_partner(name=f"N{number}")
        (job,) = self.jobs()
        wait = (job["eta"] - fields.Datetime.now()).total_seconds()
        self.assertTrue(90 < wait <= 101)

    def test_an_earlier_moment_brings_a_waiting_job_forward(self):
        for seconds in (300, 30, 60):
            with self.transaction() as env:
                env["mindbox.endpoint"].browse(self.endpoint_id)._kick(seconds)
        (job,) = self.jobs()
        wait = (job["eta"] - fields.Datetime.now()).total_seconds()
        self.assertTrue(25 < wait <= 31)
        self.make_partner()
        (job,) = self.jobs()
        self.assertLessEqual(job["eta"], fields.Datetime.now())

    def test_the_sweeper_queues_what_a_crash_left_behind(self):
        self.make_partner()
        for state in ("gone", "failed", "done", "cancelled"):
            with self.transaction() as env:
                if state == "gone":
                    env.cr.execute("DELETE FROM queue_job")
                else:
                    env.cr.execute("UPDATE queue_job SET state = %s", (state,))
            with self.transaction() as env:
                env["mindbox.endpoint"]._cron_sweep()
            pending = [job for job in self.jobs() if job["state"] == "pending"]
            self.assertEqual(len(pending), 1, state)

    def test_the_sweeper_leaves_alone_what_cannot_leave(self):
        self.insert(
            {
                "attempts": 1,
                "next_attempt_at": fields.Datetime.add(
                    fields.Datetime.now(), minutes=4
                ),
            }
        )
        with self.transaction() as env:
            env.cr.execute("DELETE FROM queue_job")
            env["mindbox.endpoint"]._cron_sweep()
        self.assertFalse(self.jobs())

    def test_a_kick_that_fails_does_not_reach_the_shopper(self):
        fail = patch.object(
            self.registry["mindbox.endpoint"], "_kick", side_effect=ValueError("anna")
        )
        with fail, self.assertLogs(mindbox_delivery.__name__, "WARNING") as log:
            self.make_partner()
        self.assertNotIn("anna", str(log.output))
        self.assertEqual(self.states(), ["pending"])


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
        return [body["customer"]["firstName"] for body in self.mindbox.bodies()]

    def test_states_of_several_transactions_are_merged_after_the_commit(self):
        for name in ("One", "Two", "Three"):
            self.rename(self.partner, name)
        self.assertEqual(len(self.rows()), 1)
        self.deliver()
        self.assertEqual(self.names(), ["Three"])

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
            ids = [row["id"] for row in self.rows()]
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
            body.get("fact") or body["customer"]["firstName"]
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

    def test_claiming_stays_on_its_index_with_many_rows(self):
        with self.transaction() as env:
            env.cr.execute(
                """
                INSERT INTO mindbox_request (endpoint_id, event, transaction_id, state,
                                             priority, attempts, customer_key,
                                             next_attempt_at, payload)
                SELECT %s, 'customer_edit', 'load-' || n,
                       CASE WHEN n %% 3 = 0 THEN 'sent' ELSE 'pending' END,
                       10, 0, 'c' || n %% 1000, now(), '{}'
                  FROM generate_series(1, 20000) n
                """,
                (self.endpoint_id,),
            )
            env.cr.execute("ANALYZE mindbox_request")
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            plans = []

            def remember(cr, query, params, *rest):
                plans.append((query, params))

            threading.current_thread().query_hooks = [remember]
            try:
                started = time.monotonic()
                rows = endpoint._find_due_rows(200, {}, [])
                took = time.monotonic() - started
            finally:
                del threading.current_thread().query_hooks
            query, params = plans[0]
            env.cr.execute(f"EXPLAIN {query}", params)
            plan = "\n".join(row[0] for row in env.cr.fetchall())
        self.assertEqual(len(rows), 200)
        self.assertIn("claim_idx", plan)
        self.assertNotIn("Sort", plan)
        self.assertLess(took, 1)
