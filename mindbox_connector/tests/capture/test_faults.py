# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No fault of recording reaches the shopper; what is not recorded is not done."""

import json
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from psycopg2.errors import DiskFull, QueryCanceled

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.capture import mindbox_flush
from ...models.capture.mindbox_source import Mark
from ...models.capture.mindbox_unrecorded import keep_mark
from ...models.outbox import mindbox_kick, mindbox_unrecorded
from .common import CaptureCase, Rollback


@tagged("post_install", "-at_install")
class TestFaults(CaptureCase):
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
            mute_logger(mindbox_unrecorded.__name__),
            self.partner_of() as partner,
        ):
            partner.name = "Anna Canary"
        self.assertIn("CheckViolation", str(log.output))
        self.assertNotIn("Canary", str(log.output))
        self.assertSaved("Anna Canary")
        self.assertIn("not recorded 1", self.health())
        with self.transaction() as env:
            env["mindbox.endpoint"]._cron_sweep()
        self.assertEqual(self.events(), ["customer_edit"])
        self.assertNotIn("not recorded", self.health())

    def health(self):
        with self.transaction() as env:
            return env["mindbox.endpoint"].browse(self.endpoint_id).health

    def test_a_lock_that_nobody_repeats_for_keeps_what_it_was_about(self):
        """A cron or a script: Odoo itself repeats requests only."""
        with self.locked(), mute_logger(mindbox_flush.__name__):
            with self.partner_of() as partner:
                partner.env.cr.execute("SET LOCAL lock_timeout = '100ms'")
                partner.name = "Kept"
                partner._mindbox_mark("customer_authorize")
        self.assertSaved("Kept")
        with self.partner_of() as partner:
            partner.name = "Newer"
        self.deliver()
        self.assertEqual(self.states(), ["sent"] * 2)
        ids = [row["id"] for row in self.rows("id", "event")]
        self.assertEqual(ids, sorted(ids))

    def test_a_mark_that_cannot_be_looked_at_now_is_kept(self):
        model = self.registry["res.partner"]
        failing = patch.object(model, "_mindbox_endpoints", side_effect=QueryCanceled)
        with failing, mute_logger(mindbox_flush.__name__):
            with self.partner_of() as partner:
                partner.write({"name": "Kept", "phone": False})
                partner._mindbox_mark("customer_authorize")
        self.assertFalse(self.events())
        self.deliver()
        self.assertEqual(self.states(), ["sent"] * 2)

    def test_a_mark_that_is_kept_keeps_its_moment_as_exact_as_it_is(self):
        """Else it would be told as older than what was before it in the same second."""
        moment = datetime(2026, 1, 31, 12, 30, 15, 123456)
        mark = Mark("customer_authorize", "res.partner", self.partner, False)
        visitor = {"device_uuid": None, "customer_ip": None}
        content = json.loads(json.dumps(keep_mark(mark, (moment, {}), visitor)))
        with self.transaction() as env:
            [row] = env["mindbox.unrecorded"]._get_rows(content)
        self.assertEqual(row["occurred_at"], moment)

    def test_what_is_kept_of_an_erased_customer_is_forgotten(self):
        with self.locked(), mute_logger(mindbox_flush.__name__):
            with self.partner_of() as partner:
                partner.env.cr.execute("SET LOCAL lock_timeout = '100ms'")
                partner.name = "Kept"
        with self.partner_of() as partner:
            partner._mindbox_erase()
            partner.env.cr.execute("SELECT FROM mindbox_unrecorded")
            self.assertFalse(partner.env.cr.rowcount)

    @contextmanager
    def locked(self):
        """Keep anybody from putting something into the outbox."""
        with self.registry.cursor() as cr:
            cr.execute("LOCK TABLE mindbox_request IN SHARE MODE")
            with patch.object(mindbox_kick.KICKS, "put"):
                yield

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

    def test_an_operation_that_has_just_been_deleted_does_not_reach_the_shopper(self):
        """Another worker does not know yet: its cache is of before."""
        endpoint = self.registry["mindbox.endpoint"]
        with self.transaction() as env:
            endpoints = env["mindbox.endpoint"]
            stale = dict(endpoints.browse(self.endpoint_id)._get_usual_operations())
            used = env["mindbox.operation"].browse(stale["customer_edit", False]["id"])
            used.copy({"active": False, "name": "Other"}).event = "customer_edit"
            used.unlink()
        with (
            patch.object(endpoint, "_get_usual_operations", lambda self: stale),
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
