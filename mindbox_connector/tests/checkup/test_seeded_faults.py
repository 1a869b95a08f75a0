# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults are put into the world one by one: each is named by a line of its own."""

import os
import socket
import time
from collections import namedtuple
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, release
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.checkup import mindbox_doctor, server
from ...models.checkup.server import _get_crons
from ...models.outbox.shares import FIRST
from ...reasons import Reason
from ..common import Reply
from .common import CHANNELS, LOCK, CheckupCase, TlsServer

Usage = namedtuple("Usage", "total used free")


@tagged("post_install", "-at_install")
class TestSeededFaults(CheckupCase):
    def check(self, **seeds):
        """Each seed makes its line appear, with what helps, and no other one."""
        for code, seed in seeds.items():
            with self.subTest(code), self.undone():
                seed()
                found = self.look()
                self.assertEqual(set(found), {code})
                self.assertTrue(found[code]["text"].strip(". "))
                self.assertTrue(found[code]["helps"])

    # === THE SERVER === #

    def test_versions(self):
        connector = self.env.ref("base.module_mindbox_connector")
        self.check(
            other_odoo=lambda: self.patch_now(release, "version_info", (18, 0)),
            not_updated=lambda: connector.write({"latest_version": "19.0.1.0.0"}),
            old_postgres=lambda: self.patch_now(server, "OLDEST_POSTGRES", 99),
        )

    def test_job_runner(self):
        self.check(
            no_runner=lambda: self.set_options(server_wide_modules=["base", "web"]),
            runner_dead=self.kill_runner,
            jobs_failed=lambda: self.put_job(state="failed"),
        )

    def kill_runner(self):
        self.runner.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        self.stack.callback(self.hold_lock)

    def put_job(self, **values):
        self.endpoint._put_job(FIRST, "Deliver")
        names = ", ".join(f"{name} = %s" for name in values)
        self.env.cr.execute(f"UPDATE queue_job SET {names}", list(values.values()))

    def test_a_delivery_that_nobody_begins(self):
        due = fields.Datetime.now() - timedelta(minutes=5)
        with self.undone():
            self.put_job(eta=due, date_created=due)
            # The health of the integration point says the same.
            self.assertEqual(set(self.look()), {"jobs_late", "stopped"})

    def test_channels_and_workers(self):
        def use(channels):
            return lambda: self.stack.enter_context(
                patch.dict(os.environ, {CHANNELS: channels})
            )

        self.check(
            unreadable=use("root:many"),
            no_channel=use("root:3"),
            no_capacity=use("root:3,root.mindbox:0"),
            crowded=use("root:6,root.mindbox:2"),
            no_workers=lambda: self.set_options(workers=0),
        )

    def test_scheduled_actions(self):
        cron = _get_crons(self.env)[0]
        long_ago = fields.Datetime.now() - timedelta(hours=3)
        self.check(
            no_cron=lambda: self.set_options(max_cron_threads=0),
            cron_off=lambda: cron.write({"active": False}),
            cron_late=lambda: cron.write({"nextcall": long_ago}),
            cron_failing=lambda: cron.write({"failure_count": 3}),
        )

    def test_clock_and_disk(self):
        now = time.time

        def leave(gigabytes):
            usage = Usage(0, 0, gigabytes * server.GIGABYTE)
            return lambda: self.patch_now(
                server.shutil, "disk_usage", lambda _path: usage
            )

        self.check(
            clock_differs=lambda: self.patch_now(
                server.time, "time", lambda: now() + 60
            ),
            disk_low=leave(1),
            disk_full=leave(0.1),
        )

    def test_table_of_requests(self):
        execute = self.env.cr.execute
        self.check(
            index_missing=lambda: execute("DROP INDEX mindbox_request_claim_idx"),
            autovacuum_unset=lambda: execute(
                "ALTER TABLE mindbox_request RESET (autovacuum_vacuum_threshold)"
            ),
        )

    # === THE WAY TO MINDBOX === #

    def test_name_of_the_host(self):
        # Mindbox would not reach a feed on this computer.
        self.feed.active = False
        self.check(
            dns_unknown=lambda: self.endpoint.write({"url": "https://shop.invalid"})
        )
        with self.undone():
            port = self.mindbox.server_port
            self.endpoint.url = f"https://api.example.com:{port}"
            inside = [(None, None, None, "", ("127.0.0.1", port))]
            self.patch_now(socket, "getaddrinfo", lambda *_args, **_options: inside)
            self.patch_now(mindbox_doctor, "ENDPOINT_CHECKS", self.only("dns"))
            self.assertEqual(set(self.look()), {"dns_inner"})

    def only(self, code):
        return {code: mindbox_doctor.ENDPOINT_CHECKS[code]}

    def test_certificate(self):
        def serve(trusted=True, **options):
            def seed():
                there = TlsServer(**options)
                self.stack.callback(there.close)
                self.endpoint.url = there.url
                bundle = str(there.authority) if trusted else ""
                self.stack.enter_context(
                    patch.dict(os.environ, {"REQUESTS_CA_BUNDLE": bundle})
                )

            return seed

        self.check(
            certificate_expired=serve(days=-2),
            certificate_other=serve(host="127.0.0.9"),
            certificate_untrusted=serve(trusted=False),
            certificate_expires=serve(days=5),
            tls_failed=serve(secure=False),
            unreachable=lambda: self.endpoint.write({"url": "https://127.0.0.1:9"}),
        )
        with self.undone():
            serve()()
            self.assertFalse(self.look())

    # === THE INTEGRATION POINT === #

    def test_key(self):
        outside = {"MINDBOX_SECRET_KEY_SHOP_WEBSITE": "another"}

        def refuse():
            self.endpoint._pause(Reason("credentials"))

        def draft(**values):
            self.endpoint.state = "draft"
            self.endpoint.write(values)

        self.check(
            no_key=lambda: draft(secret_key=False),
            no_code=lambda: draft(endpoint_code=False),
            key_twice=lambda: self.stack.enter_context(patch.dict(os.environ, outside)),
        )
        with self.undone():
            refuse()
            self.assertEqual(set(self.look()), {"key_refused", "stopped"})

    def test_operations_and_statuses(self):
        operations = self.endpoint.operation_ids
        single = operations.filtered(lambda one: one.event == "customer_edit")
        bulk = operations.filtered(lambda one: one.mode == "bulk")[:1]
        self.check(
            no_operations=lambda: operations.write({"active": False}),
            no_statuses=lambda: self.endpoint.status_ids.unlink(),
            wrong_mode=lambda: bulk.write({"mode": "async"}),
        )
        with self.undone():
            self.make_request(
                operation_id=single.id,
                state="rejected",
                reason_code="operation_refused",
            )
            found = self.look()
            self.assertEqual(set(found), {"unknown_operation", "troubled"})
            self.assertIn(single.name, found["unknown_operation"]["text"])

    def test_mapped_fields(self):
        values = {"model": "res.partner", "path": "city", "name": "town"}
        field_map = self.env["mindbox.field.map"].create(
            values | {"endpoint_id": self.endpoint.id}
        )
        gone = "UPDATE mindbox_field_map SET path = 'x_gone' WHERE id = %s"
        self.env.flush_all()
        self.check(
            field_gone=lambda: (
                self.env.cr.execute(gone, field_map.ids),
                field_map.invalidate_recordset(),
            )
        )

    def test_delivery(self):
        self.check(
            stopped=lambda: self.endpoint.action_pause(),
            troubled=lambda: self.make_request(state="rejected"),
        )

    def test_exports(self):
        old = fields.Datetime.now() - timedelta(days=3)
        self.endpoint.customers_export_operation = "Website.ExportCustomers"

        def put(**values):
            period = {"since": old, "till": old, "kind": "customers"}
            self.env["mindbox.export"].create(
                {"endpoint_id": self.endpoint.id, **period, **values}
            )

        self.check(
            export_failed=lambda: put(state="failed", finished_at=old),
            export_late=lambda: put(state="done", finished_at=old),
        )
        with self.undone():
            put(state="done", finished_at=fields.Datetime.now())
            self.assertFalse(self.look())

    def test_tracker(self):
        asked = {"mindbox_tracker": True, "cookies_bar": True}
        with self.undone():
            self.website.write(asked)
            self.assertFalse(self.look())
        self.check(
            tracker_unasked=lambda: self.website.write(asked | {"cookies_bar": False})
        )

    # === THE CATALOGUE === #

    def test_feed(self):
        old = fields.Datetime.now() - timedelta(days=9)

        def answer(reply):
            before = self.mindbox.answer
            self.mindbox.answer = reply
            self.stack.callback(setattr, self.mindbox, "answer", before)

        self.check(
            feed_bad=lambda: self.build.write({"finished_at": old}),
            feed_unreachable=lambda: answer(Reply(404, {})),
            feed_unreadable=lambda: answer(Reply(body=b"<html><body>Welcome</body>")),
        )
        with self.undone():
            self.endpoint.url = "https://shop.invalid"
            found = self.look()
            self.assertEqual(set(found), {"dns_unknown", "feed_local"})

    def test_product_references(self):
        self.endpoint.product_ref = "barcode"
        products = self.env["product.product"].search([("sale_ok", "=", True)])
        products.sale_ok = False
        product, other = self.env["product.product"].create(
            [{"name": "A", "barcode": "1"}, {"name": "B", "default_code": "b"}]
        )
        other.barcode = "2"
        with self.undone():
            self.assertFalse(self.look())

        def share():
            self.endpoint.product_ref = "default_code"
            (product | other).write({"default_code": "same"})

        self.check(
            product_without_ref=lambda: product.write({"barcode": False}),
            product_same_ref=share,
        )

    @mute_logger("odoo.addons.mindbox_connector.models.checkup.mindbox_doctor")
    def test_a_check_that_breaks_says_so_and_the_others_go_on(self):
        def fail(_path):
            raise OSError

        self.check(broken=lambda: self.patch_now(server.shutil, "disk_usage", fail))
