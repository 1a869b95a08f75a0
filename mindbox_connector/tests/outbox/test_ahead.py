# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A clock that was ahead has told of something: what follows is told as later."""

import json
from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import DeliveryCase

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FORMAT = "%d.%m.%Y %H:%M:%S.%f"


@tagged("post_install", "-at_install")
class TestAhead(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.customer = self.make_partner()
        self.deliver()
        self.mindbox.calls.clear()
        self.now = datetime.utcnow()

    def put(self, moment, **values):
        """Let something of the customer be recorded at a moment."""
        told = moment.strftime(FORMAT)
        row = {
            "partner_id": self.customer,
            "res_id": self.customer,
            "customer_key": f"partner-{self.customer}",
            "occurred_at": moment,
            "payload": json.dumps({"executionDateTimeUtc": told}),
        }
        return self.insert(row | values)

    def put_sent(self, moment, **values):
        """The same, which Mindbox has accepted."""
        accepted = {"state": "sent", "may_have_left": True}
        accepted["sent_at"] = moment + SECOND
        return self.put(moment, **accepted | values)

    def told(self):
        """Deliver; return the moments that are told, and forget them."""
        self.deliver()
        bodies = self.mindbox.bodies()
        self.mindbox.calls.clear()
        texts = [body["executionDateTimeUtc"] for body in bodies]
        return [datetime.strptime(text, FORMAT) for text in texts]

    def assertRises(self, *moments):
        self.assertEqual(list(moments), sorted(set(moments)))

    def test_facts_follow_what_was_told_of_the_future(self):
        self.put_sent(self.now + HOUR)
        self.put(self.now)
        self.put(self.now + SECOND)
        self.assertRises(self.now + HOUR, *self.told())
        self.put(self.now + 2 * SECOND)
        [last] = self.told()
        self.assertGreater(last, self.now + HOUR)

    def test_a_state_follows_it_too(self):
        self.put_sent(self.now + HOUR)
        with self.transaction() as env:
            env["res.partner"].browse(self.customer).name = "Later"
        self.assertRises(self.now + HOUR, *self.told())

    def test_what_may_have_left_counts_as_told(self):
        self.put(self.now + HOUR, state="cancelled", may_have_left=True)
        self.put(self.now)
        self.assertRises(self.now + HOUR, *self.told())

    def test_what_was_accepted_before_it_happened_was_of_a_fast_clock(self):
        """Another one than that of the delivery; its moment has come meanwhile."""
        self.put_sent(self.now - SECOND, sent_at=self.now - 5 * SECOND)
        self.put(self.now - 2 * SECOND)
        self.assertRises(self.now - SECOND, *self.told())

    def test_what_mindbox_has_refused_is_no_bound(self):
        self.put_sent(self.now + HOUR, state="rejected")
        self.put(self.now)
        self.assertEqual(len(self.told()), 1)
        self.assertLess(self.rows("occurred_at")[-1]["occurred_at"], self.now + SECOND)

    def test_what_was_told_of_another_one_is_no_bound(self):
        other = self.make_partner()
        self.told()
        self.put_sent(self.now + HOUR, res_id=other)
        self.put(self.now - HOUR)
        [moment] = self.told()
        self.assertLess(moment, self.now)

    def test_what_happened_long_ago_and_is_told_afterwards_stays(self):
        """An order that is entered later is told as of its date."""
        self.put_sent(self.now - SECOND)
        self.put(self.now - 24 * HOUR)
        [moment] = self.told()
        self.assertLess(moment, self.now - 23 * HOUR)

    def test_what_has_left_keeps_its_moment(self):
        self.put_sent(self.now + HOUR)
        self.put(self.now, may_have_left=True, attempts=1)
        [moment] = self.told()
        self.assertLess(moment, self.now + SECOND)

    def test_what_a_fast_clock_has_recorded_is_told_as_of_now(self):
        """Mindbox may refuse the future; the order stays."""
        self.put(self.now + HOUR)
        self.put(self.now + HOUR + SECOND)
        first, second = self.told()
        self.assertRises(self.now - SECOND, first, second, datetime.utcnow())

    def test_what_follows_it_is_later_where_both_wait(self):
        self.put(self.now + HOUR)
        self.put(self.now)
        self.assertRises(*self.told())

    def test_it_takes_one_statement_where_no_clock_was_ahead(self):
        self.put_sent(self.now - SECOND)
        self.put(self.now)
        rows = self.rows()[-1:]
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            names = "event res_model res_id occurred_at payload merge_key".split()
            row = env["mindbox.request"].browse(rows[0]["id"]).read(names, load=False)
            row[0] |= {"partner_id": self.customer, "customer_key": "partner"}
            before = env.cr.sql_log_count
            endpoint._correct_moments(row)
            self.assertEqual(env.cr.sql_log_count - before, 1)
