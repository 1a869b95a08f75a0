# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one transaction records: each change once, and nothing that is undone."""

import threading

from odoo.tests import tagged

from .common import CaptureCase, Rollback


@tagged("post_install", "-at_install")
class TestOneTransaction(CaptureCase):
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

    def test_two_commits_in_one_cursor_are_two_transactions(self):
        with self.partner_of() as partner:
            partner.name = "One"
            partner.env.cr.commit()
            self.assertEqual(self.events(), ["customer_edit"])
            partner.name = "Two"
        # Merged after the second commit: the first one had not left yet.
        self.assertEqual(self.events(), ["customer_edit"])

    def test_what_is_delivered_within_a_second_was_sent_after_it_happened(self):
        with self.partner_of() as partner:
            partner.name = "Quick"
        self.deliver()
        with self.transaction() as env:
            env.cr.execute("SELECT sent_at > occurred_at FROM mindbox_request")
            self.assertEqual(env.cr.fetchall(), [(True,)])
