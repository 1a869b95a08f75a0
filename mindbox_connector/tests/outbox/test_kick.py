# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A delivery job is queued at the right moment, and one for many changes."""

import threading
from contextlib import closing, contextmanager
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, fields
from odoo.sql_db import connection_info_for
from odoo.tests import BaseCase, get_db_name, tagged

from ...models.outbox import mindbox_kick
from ..common import RealCase


@tagged("post_install", "-at_install")
class TestKickQueue(BaseCase):
    def test_a_kick_lets_the_answer_of_its_request_out_first(self):
        queue, done = mindbox_kick.KickQueue(), []
        with patch.object(mindbox_kick, "time") as clock:
            clock.sleep.side_effect = done.append
            queue.put("any", lambda: done.append("kick"))
            queue.join()
        self.assertEqual(done, [mindbox_kick.ANSWER_TIME, "kick"])

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

    def test_a_server_without_threads_to_spare_goes_on(self):
        queue = mindbox_kick.KickQueue()
        done = []
        with patch.object(threading.Thread, "start", side_effect=RuntimeError):
            queue.put("one", lambda: done.append("one"))
        queue.put("two", lambda: done.append("two"))
        queue.join()
        self.assertEqual(done, ["one", "two"])


@tagged("post_install", "-at_install")
class TestKick(RealCase):
    def test_many_transactions_make_one_waiting_job(self):
        for number in range(5):
            self.make_partner(name=f"N{number}")
        (job,) = self.jobs("state", "max_retries", "user_id", "channel", "company_id")
        self.assertEqual(job["state"], "pending")
        self.assertEqual(job["max_retries"], 0, "0 is for ever")
        self.assertEqual(job["channel"], "root.mindbox")

    def test_a_delivery_waits_a_moment_for_more_and_no_longer(self):
        self.make_partner()
        (job,) = self.jobs("eta", "date_created")
        wait = (job["eta"] - job["date_created"]).total_seconds()
        self.assertGreater(wait, 0, "one job takes what comes in quick succession")
        self.assertLessEqual(wait, mindbox_kick.GATHER_SECONDS + 1)
        with self.transaction() as env:
            # As if half of that time had passed.
            env.cr.execute("UPDATE queue_job SET eta = eta - interval '0.5 seconds'")
        (job,) = self.jobs()
        self.make_partner(name="Second")
        self.assertEqual(self.jobs(), [job], "who comes later does not put it off")

    def test_an_administrator_says_how_long_a_delivery_waits_for_more(self):
        cases = {"0": 0, "5": 5, "-3": 0, "900": 60, "soon": 1, "1.5": 1, False: 1}
        for given, seconds in cases.items():
            with self.transaction() as env:
                parameter = "mindbox_connector.gather_seconds"
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
        held_until = fields.Datetime.add(fields.Datetime.now(), seconds=100)
        self.set_endpoint(held_until=held_until, hold_reason_code="timeout")
        for number in range(3):
            self.make_partner(name=f"N{number}")
        (job,) = self.jobs()
        late = (job["eta"] - held_until).total_seconds()
        self.assertTrue(0 <= late <= 2, late)

    def test_an_earlier_moment_brings_a_waiting_job_forward(self):
        moments = []
        for seconds in (300, 30, 60):
            with self.transaction() as env:
                env["mindbox.endpoint"].browse(self.endpoint_id)._kick(seconds)
                moments.append(fields.Datetime.now())
        (job,) = self.jobs()
        before, at, _after = (job["eta"] - timedelta(seconds=30) - m for m in moments)
        self.assertLessEqual(at, timedelta(seconds=1))
        self.assertGreaterEqual(before, timedelta(seconds=-1))
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
                    " - interval '11 seconds' AS at) moment) WHERE uuid = %s",
                    (state, job["uuid"]),
                )
            mindbox_kick.LOOKED.clear()
            with self.listening() as notified, self.stopped_clock() as clock:
                self.make_partner(name=f"Second {number}")
                self.assertEqual(notified(), [job["uuid"]], state)
                clock.monotonic.return_value += mindbox_kick.WAKE_INTERVAL - 1
                self.make_partner(name=f"Third {number}")
                self.assertFalse(notified(), "it looks every few seconds only")

    def test_a_kick_that_is_repeated_wakes_the_runner_again(self):
        """What the first try has told the runner went with its transaction."""
        self.make_partner()
        (job,) = self.jobs("uuid")
        with self.transaction() as env:
            env.cr.execute(
                "UPDATE queue_job SET state = 'enqueued', date_enqueued ="
                " now() at time zone 'UTC' - interval '11 seconds' WHERE uuid = %s",
                (job["uuid"],),
            )
        mindbox_kick.LOOKED.clear()
        looks = patch.object(
            self.registry["mindbox.endpoint"],
            "_needs_kick",
            side_effect=[psycopg2.errors.SerializationFailure(), False],
        )
        with self.listening() as notified, self.stopped_clock(), looks:
            self.make_partner(name="Second")
            self.assertEqual(notified(), [job["uuid"]])

    @contextmanager
    def stopped_clock(self):
        """Have kicks believe that no time passes."""
        with patch.object(mindbox_kick, "time") as clock:
            clock.monotonic.return_value = 1000
            yield clock
        mindbox_kick.LOOKED.clear()

    @contextmanager
    def listening(self):
        """Yield a function that returns the jobs notified since it was last called.

        What follows a commit has happened when the commit returns: nothing is waited
        for, and PostgreSQL has told it to whoever asks it something.
        """
        _name, where = connection_info_for(get_db_name())
        with closing(psycopg2.connect(**where)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("LISTEN queue_job")

            def notified():
                cursor.execute("SELECT 1")
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
