# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An event leaves when what it needs is known to be processed, or has had its time."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import DeliveryCase

MAKERS = ("customer_register", "order_create", "card_issue")
# Rows of the outbox that this transaction has read.
READ = """
    SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
     WHERE relname = 'mindbox_request'
"""


@tagged("post_install", "-at_install")
class TestSettle(DeliveryCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            operations = env["mindbox.endpoint"].browse(self.endpoint_id).operation_ids
            operations.filtered(lambda o: o.event in MAKERS).mode = "async"

    def story(self, *events, customer="a", mode="async"):
        """Put the events of one customer into the outbox."""
        return [self.facts(customer, event=e, mode=mode)[0] for e in events]

    def states_of(self, customer):
        rows = self.rows("state", "customer_key")
        return [row["state"] for row in rows if row["customer_key"] == customer]

    def put(self, request_id, **values):
        with self.transaction() as env:
            env["mindbox.request"].browse(request_id).write(values)

    def test_what_needs_an_accepted_customer_waits_for_its_time(self):
        register, _login = self.story("customer_register", "customer_authorize")
        self.deliver()
        self.assertEqual(self.states(), ["sent", "pending"])
        self.put(register, sent_at=datetime.utcnow() - timedelta(seconds=6))
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_the_next_job_starts_when_the_time_is_over(self):
        self.story("customer_register", "customer_authorize")
        self.deliver()
        [job] = self.jobs("state", "eta")
        self.assertLess(job["eta"] - datetime.utcnow(), timedelta(seconds=7))

    def test_a_known_outcome_ends_the_wait(self):
        register, _login = self.story("customer_register", "customer_authorize")
        self.deliver()
        self.put(register, outcome="processed")
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_an_answer_that_tells_ends_the_wait(self):
        self.story("customer_register", "customer_authorize", mode="sync")
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_other_customers_do_not_wait(self):
        self.story("customer_register", "customer_authorize")
        self.story("customer_authorize", customer="b")
        self.deliver()
        self.assertEqual(self.states_of("a"), ["sent", "pending"])
        self.assertEqual(self.states_of("b"), ["sent"])

    def test_what_does_not_need_it_leaves_what_comes_after_the_first_waits(self):
        self.story("order_create", "cart_clear", "order_status", "cart_clear")
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent", "pending", "pending"])

    def test_where_nothing_has_to_settle_nothing_waits(self):
        self.set_endpoint(settle_seconds=0)
        self.story("customer_register", "customer_authorize")
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_a_body_that_may_have_left_is_not_built_anew_while_it_waits(self):
        """A delivery that was killed has frozen it: Mindbox may know it already."""
        _register, state = self.story("customer_register", "customer_authorize")
        self.put(state, merge_key="state")
        frozen = self.rows("payload")[1]["payload"]
        self.deliver()
        self.assertEqual(self.states(), ["sent", "pending"])
        self.assertEqual(self.rows("payload")[1]["payload"], frozen)

    def test_what_is_on_its_way_is_waited_for(self):
        register, login = self.story("customer_register", "customer_authorize")
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            on_the_way = {register: (None, "a")}
            self.assertFalse(endpoint._find_due_rows(5, on_the_way, []))
            self.assertTrue(endpoint._find_due_rows(5, {login: (None, "a")}, []))

    def test_a_clock_that_was_set_back_holds_nothing(self):
        register, _login = self.story("customer_register", "customer_authorize")
        self.deliver()
        self.put(register, sent_at=datetime.utcnow() + timedelta(days=1))
        self.deliver()
        self.assertEqual(self.states(), ["sent", "sent"])

    def test_a_long_lane_is_not_read_anew_for_each_of_its_rows(self):
        self.facts(*["a"] * 400)
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            self.assertEqual(len(endpoint._find_due_rows(200, {}, [])), 20)
            env.cr.execute(READ)
            self.assertLess(env.cr.fetchone()[0], 4000)
