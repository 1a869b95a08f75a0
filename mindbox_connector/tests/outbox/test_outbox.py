# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the mark to the job: what one transaction records, and how several meet."""

import select
import threading
import time
from contextlib import closing, contextmanager
from unittest.mock import patch

import psycopg2
from psycopg2.errors import DiskFull, SerializationFailure

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.sql_db import connection_info_for
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from ...models.capture import mindbox_flush
from ...models.outbox import mindbox_kick, mindbox_rows
from ..common import RealCase, Reply


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
                self.assertLogs(mindbox_flush.__name__, "ERROR") as log,
            ):
                partner.name = "Still saved"
                partner.env.cr.flush()
        self.assertNotIn("Anna", str(log.output))
        with self.partner_of() as partner:
            self.assertEqual(partner.name, "Still saved")

    def test_a_statement_that_fails_does_not_reach_the_shopper(self):
        """A broken statement in a fact's body breaks the whole transaction, else."""

        def broken(partner, endpoint):
            partner.env.cr.execute("SELECT 'anna@example.com'::int")

        body = "_mindbox_customer_authorize_body"
        with (
            patch.object(self.registry["res.partner"], body, broken),
            mute_logger("odoo.sql_db"),
            self.assertLogs(mindbox_flush.__name__, "ERROR") as log,
            self.partner_of() as partner,
        ):
            partner._mindbox_mark("customer_authorize")
            partner.name = "Still saved"
        self.assertNotIn("anna", str(log.output))
        self.assertSaved("Still saved")
        rows = {row["event"]: row for row in self.rows("event", "state", "error")}
        self.assertEqual(rows["customer_edit"]["state"], "pending")
        self.assertEqual(rows["customer_authorize"]["state"], "rejected")
        self.assertIn("InvalidTextRepresentation", rows["customer_authorize"]["error"])

    def assertSaved(self, name):
        with self.partner_of() as partner:
            self.assertEqual(partner.name, name)

    def test_a_cart_is_deleted_whatever_statement_fails_in_its_last_body(self):
        with self.transaction() as env:
            product = env["product.product"].create({"name": "Lamp"})
            line = Command.create({"product_id": product.id})
            values = {"partner_id": self.partner, "order_line": [line]}
            values["website_id"] = env["website"].search([], limit=1).id
            cart = env["sale.order"].create(values)

        def broken(order, endpoint):
            order.env.cr.execute("SELECT 1 / 0")

        body = "_mindbox_cart_clear_body"
        with (
            patch.object(self.registry["sale.order"], body, broken),
            mute_logger("odoo.sql_db", mindbox_flush.__name__),
            self.transaction() as env,
        ):
            cart.with_env(env).unlink()
        with self.transaction() as env:
            self.assertFalse(cart.with_env(env).exists())
            product.with_env(env).unlink()
        states = {row["event"]: row["state"] for row in self.rows("event", "state")}
        self.assertEqual(states["cart_clear"], "rejected")

    @contextmanager
    def constraint(self, check):
        """Let the outbox refuse rows, as after half an update of the database."""
        name = "mindbox_request_test_check"
        with self.transaction() as env:
            env.cr.execute(
                f"ALTER TABLE mindbox_request ADD CONSTRAINT {name} CHECK ({check})"
                " NOT VALID"
            )
        try:
            yield
        finally:
            with self.transaction() as env:
                env.cr.execute(f"ALTER TABLE mindbox_request DROP CONSTRAINT {name}")

    def test_an_outbox_that_takes_nothing_in_does_not_reach_the_shopper(self):
        with (
            self.constraint("event != 'customer_edit'"),
            self.assertLogs(mindbox_flush.__name__, "ERROR") as log,
            mute_logger(mindbox_rows.__name__),
            self.partner_of() as partner,
        ):
            partner.name = "Anna Canary"
        self.assertIn("CheckViolation", str(log.output))
        self.assertNotIn("Canary", str(log.output))
        self.assertSaved("Anna Canary")

    def test_what_the_shop_could_not_record_is_recorded_after_its_commit(self):
        with (
            self.constraint("current_setting('mindbox.broken', true) IS NULL"),
            mute_logger(mindbox_flush.__name__),
            self.partner_of() as partner,
        ):
            partner.env.cr.execute("SET mindbox.broken = 'yes'")
            partner.name = "Late"
            partner._mindbox_mark("customer_authorize")
            partner.env.cr.flush()
            partner.env.cr.execute("RESET mindbox.broken")
        self.assertSaved("Late")
        self.assertEqual(self.events(), ["customer_authorize", "customer_edit"])
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_a_change_the_disk_has_no_room_to_record_is_not_made(self):
        with self.transaction() as env:
            # What PostgreSQL says when it cannot extend a file.
            env.cr.execute(
                "CREATE OR REPLACE FUNCTION mindbox_test_full() RETURNS bool AS $$"
                " BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END"
                " $$ LANGUAGE plpgsql"
            )
        with (
            self.constraint("mindbox_test_full()"),
            self.assertRaises(DiskFull),
            self.partner_of() as partner,
        ):
            partner.name = "Unsaved"
        with self.transaction() as env:
            env.cr.execute("DROP FUNCTION mindbox_test_full")
        with self.partner_of() as partner:
            self.assertNotEqual(partner.name, "Unsaved")
        self.assertFalse(self.events())

    def test_what_is_delivered_within_a_second_was_sent_after_it_happened(self):
        with self.partner_of() as partner:
            partner.name = "Quick"
        self.deliver()
        with self.transaction() as env:
            env.cr.execute("SELECT sent_at > occurred_at FROM mindbox_request")
            self.assertEqual(env.cr.fetchall(), [(True,)])

    def test_an_operation_that_has_just_been_deleted_does_not_reach_the_shopper(self):
        """Another worker does not know yet: its cache is of before."""
        endpoint = self.registry["mindbox.endpoint"]
        with self.transaction() as env:
            stale = env["mindbox.endpoint"].browse(self.endpoint_id)._get_operations()
            stale = dict(stale)
            used = env["mindbox.operation"].browse(stale["customer_edit", False]["id"])
            used.copy({"active": False, "name": "Other"}).event = "customer_edit"
            used.unlink()
        with (
            patch.object(endpoint, "_get_operations", lambda self: stale),
            mute_logger(mindbox_flush.__name__),
            self.partner_of() as partner,
        ):
            partner.name = "Late"
        self.assertSaved("Late")
        with self.transaction() as env:
            other = env["mindbox.operation"].with_context(active_test=False)
            other.search([("name", "=", "Other")]).active = True
        self.deliver()
        self.assertEqual(self.states(), ["sent"])

    def test_a_server_without_threads_to_spare_goes_on(self):
        queue = mindbox_kick.KickQueue()
        done = []
        with patch.object(threading.Thread, "start", side_effect=RuntimeError):
            queue.put("one", lambda: done.append("one"))
        queue.put("two", lambda: done.append("two"))
        queue.join()
        self.assertEqual(done, ["one", "two"])

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

    def test_a_kick_lets_the_answer_of_its_request_out_first(self):
        queue, moments = mindbox_kick.KickQueue(), []
        put_at = time.monotonic()
        queue.put("any", lambda: moments.append(time.monotonic() - put_at))
        queue.join()
        [waited] = moments
        self.assertGreaterEqual(waited, mindbox_kick.ANSWER_TIME)

    def test_what_comes_while_a_kick_waits_makes_it_wait_no_longer(self):
        queue, done, both = mindbox_kick.KickQueue(), [], threading.Event()
        with patch.object(mindbox_kick, "time") as clock:
            clock.sleep.side_effect = lambda _seconds: both.wait(10)
            for number in range(2):
                queue.put("any", lambda number=number: done.append(number))
            both.set()
            queue.join()
        self.assertEqual(done, [0, 1])
        clock.sleep.assert_called_once_with(mindbox_kick.ANSWER_TIME)

    def test_a_delivery_waits_a_moment_for_more_and_no_longer(self):
        before = fields.Datetime.now()
        self.make_partner()
        (job,) = self.jobs()
        wait = (job["eta"] - before).total_seconds()
        self.assertGreater(wait, 0, "one job takes what comes in quick succession")
        self.assertLessEqual(wait, mindbox_kick.GATHER_SECONDS + 1)
        time.sleep(wait / 2)
        self.make_partner(name="Second")
        self.assertEqual(self.jobs(), [job], "who comes later does not put it off")

    def test_an_administrator_says_how_long_a_delivery_waits_for_more(self):
        cases = {"0": 0, "5": 5, "-3": 0, "900": 60, "soon": 1, "1.5": 1, False: 1}
        for given, seconds in cases.items():
            with self.transaction() as env:
                parameter = mindbox_kick.GATHER_PARAMETER
                env["ir.config_parameter"].set_param(parameter, given)
                endpoint = env["mindbox.endpoint"]
                self.assertEqual(endpoint._get_gather_seconds(), seconds, given)

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
        wait = (job["eta"] - fields.Datetime.now()).total_seconds()
        self.assertLessEqual(wait, mindbox_kick.GATHER_SECONDS)

    def test_a_job_that_hangs_wakes_the_runner(self):
        """Its worker was killed; or the clock went back while the runner slept."""
        self.make_partner()
        (job,) = self.jobs("uuid")
        for number, state in enumerate(("enqueued", "pending")):
            with self.transaction() as env:
                env.cr.execute(
                    "UPDATE queue_job SET state = %s, (date_enqueued, eta) = "
                    "(SELECT at, at FROM (SELECT now() at time zone 'UTC'"
                    " - interval '11 seconds' AS at) moment)",
                    (state,),
                )
            mindbox_kick.LOOKED.clear()
            with self.listening() as notified:
                self.make_partner(name=f"Second {number}")
                self.assertEqual(notified(5), [job["uuid"]], state)
                self.make_partner(name=f"Third {number}")
                self.assertFalse(notified(0.2), "it looks every few seconds only")

    @contextmanager
    def listening(self):
        """Yield a function that returns the jobs notified since it was last called."""
        _name, where = connection_info_for(get_db_name())
        with closing(psycopg2.connect(**where)) as connection:
            connection.autocommit = True
            connection.cursor().execute("LISTEN queue_job")

            def notified(seconds):
                select.select([connection], [], [], seconds)
                connection.poll()
                payloads = [notice.payload for notice in connection.notifies]
                connection.notifies.clear()
                return payloads

            yield notified

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
        with fail, self.assertLogs(mindbox_kick.__name__, "WARNING") as log:
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

    def test_claiming_reads_what_it_takes_however_many_rows_wait(self):
        """100,000 wait, 50,000 are finished, some customers wait for an attempt."""
        with self.transaction() as env:
            env.cr.execute(
                """
                INSERT INTO mindbox_request (endpoint_id, event, transaction_id, state,
                                             priority, attempts, customer_key,
                                             merge_key, next_attempt_at, payload)
                SELECT %s, 'customer_edit', 'load-' || n,
                       CASE WHEN n %% 3 = 0 THEN 'sent' ELSE 'pending' END,
                       10, CASE WHEN n < 300 THEN 1 ELSE 0 END, 'c' || n %% 5000,
                       'customer/' || n, now() + '10 min'::interval,
                       CASE WHEN n < 300 THEN '{}' END
                  FROM generate_series(1, 150000) n
                """,
                (self.endpoint_id,),
            )
            env.cr.execute("ANALYZE mindbox_request")
        plan = self.explain(lambda endpoint: endpoint._find_due_rows(200, {}, []))
        self.assertEqual(plan["Actual Rows"], 200)
        # What is read: 200 to take, 200 that wait for an attempt, and as many probes.
        self.assertLess(sum(map(_count_rows, _walk(plan))), 2000)
        self.assertFalse([n for n in _walk(plan) if "Sort" in n["Node Type"]])

    def explain(self, work):
        """Return the executed plan of the first statement of some work."""
        statements = []

        def remember(cr, query, params, *rest):
            statements.append((query, params))

        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            threading.current_thread().query_hooks = [remember]
            try:
                work(endpoint)
            finally:
                del threading.current_thread().query_hooks
            query, params = statements[0]
            env.cr.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", params)
            return env.cr.fetchone()[0][0]["Plan"]

    def test_vacuum_counts_rows_and_not_shares_of_a_large_table(self):
        with self.transaction() as env:
            env.cr.execute(
                "SELECT reloptions FROM pg_class WHERE relname = 'mindbox_request'"
            )
            ((options,),) = env.cr.fetchall()
        self.assertIn("autovacuum_vacuum_scale_factor=0", options)
        self.assertIn("autovacuum_vacuum_threshold=50000", options)


@tagged("post_install", "-at_install")
class TestStatements(RealCase):
    def setUp(self):
        super().setUp()
        self.partner = self.make_partner()
        with self.transaction() as env:
            self.product = env["product.product"].create({"name": "Lamp"}).id
            self.website = env["website"].search([], limit=1).id
        self.orders = []
        self.addCleanup(self.remove_orders)

    def remove_orders(self):
        with self.transaction(mindbox_skip=True) as env:
            orders = env["sale.order"].browse(self.orders)
            orders._action_cancel()
            orders.picking_ids.unlink()
            orders.unlink()
            env["product.product"].browse(self.product).unlink()

    def make_order(self, env, **values):
        lines = [Command.create({"product_id": self.product})]
        values |= {"partner_id": self.partner, "order_line": lines}
        order = env["sale.order"].create(values)
        self.orders.append(order.id)
        return order

    def count(self, prepare, work, **context):
        """Return the statements of some work, up to its commit."""
        with self.transaction(mindbox_skip=True) as env:
            record = prepare(env)
        with self.transaction(**context) as env:
            before = env.cr.sql_log_count
            work(record.with_env(env))
            env.cr.flush()
            return env.cr.sql_log_count - before

    def assertAtMostThreeMore(self, prepare, work):
        self.count(prepare, work)  # fills the caches
        without = self.count(prepare, work, mindbox_skip=True)
        self.assertLessEqual(self.count(prepare, work) - without, 3)

    def test_a_changed_customer_costs_at_most_three_statements(self):
        numbers = iter("123")
        self.assertAtMostThreeMore(
            lambda env: env["res.partner"].browse(self.partner),
            lambda partner: partner.write({"phone": f"+3247012345{next(numbers)}"}),
        )

    def test_something_added_to_a_cart_costs_at_most_three_statements(self):
        line = Command.create({"product_id": self.product})
        self.assertAtMostThreeMore(
            lambda env: self.make_order(env, website_id=self.website),
            lambda cart: cart.write({"order_line": [line]}),
        )

    def test_a_confirmed_order_costs_at_most_three_statements(self):
        self.assertAtMostThreeMore(
            self.make_order, lambda order: order.action_confirm()
        )


def _walk(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _walk(child)


def _count_rows(node):
    """Return how many rows a node of a plan has looked at."""
    if "Scan" not in node["Node Type"]:
        return 0
    removed = node.get("Rows Removed by Filter", 0)
    return (node["Actual Rows"] + removed) * node["Actual Loops"]
