# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several deliveries: each its share of the customers, and one pace for all."""

import time
from contextlib import closing

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ...models.outbox.shares import Share
from .common import DeliveryCase

CUSTOMERS = [f"partner-{n}" for n in range(1, 41)]


@tagged("post_install", "-at_install")
class TestShares(DeliveryCase):
    def deliver_share(self, number):
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            result = env["mindbox.endpoint"].browse(self.endpoint_id)._deliver(number)
            cr.commit()  # pylint: disable=invalid-commit
            return result

    def test_each_delivery_takes_its_share_and_all_take_everything(self):
        self.set_endpoint(delivery_count=4)
        self.facts(*CUSTOMERS, *CUSTOMERS)
        taken = []
        for number in range(4):
            before = len(self.sent())
            self.deliver_share(number)
            taken.append({customer for customer, _n in self.sent()[before:]})
        self.assertTrue(all(taken), "40 customers fall into all shares")
        self.assertEqual(set().union(*taken), set(CUSTOMERS))
        self.assertEqual(sum(map(len, taken)), len(CUSTOMERS))
        self.assertEqual(set(self.states()), {"sent"})

    def test_one_job_waits_for_each(self):
        self.set_endpoint(delivery_count=3)
        with self.transaction() as env:
            env.cr.execute("DELETE FROM queue_job")
        for _time in range(2):
            self.make_partner()
        keys = {job["identity_key"] for job in self.jobs()}
        ends = [f".{self.endpoint_id}", f".1/{self.endpoint_id}"]
        ends.append(f".2/{self.endpoint_id}")
        self.assertEqual(sorted(keys), sorted(f"mindbox.deliver{end}" for end in ends))
        self.assertEqual(len(self.jobs()), 3)

    def test_nobody_divides_anew_while_somebody_is_at_work(self):
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            with endpoint._alone(Share().job) as alone:
                self.assertTrue(alone and endpoint._may_go_on())
                self.set_endpoint(delivery_count=2)
                self.facts(*CUSTOMERS)
                cr.commit()  # pylint: disable=invalid-commit
                self.assertFalse(endpoint._may_go_on(), "it is to end")
                self.assertIsInstance(self.deliver(), RetryableJobError)
                with self.assertRaises(RetryableJobError):
                    self.deliver_share(1)
        self.assertFalse(self.sent())
        self.deliver_share(1)
        self.assertLess(0, len(self.sent()))
        self.assertLess(len(self.sent()), len(CUSTOMERS))

    def test_what_an_owner_without_a_lock_writes_down_is_refused_by_the_next(self):
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            with endpoint._alone(Share().job):
                lease = endpoint._get_lease()
                with self.registry.cursor() as other:
                    endpoint.with_env(env(cr=other))._agree_on(other, 2)
                    self.assertFalse(self.agreed(), "somebody is at work")
                # Its connection is lost.
                lease._cr.rollback()
                with self.registry.cursor() as other:
                    endpoint.with_env(env(cr=other))._agree_on(other, 2)
                self.assertEqual(self.agreed(), 2)
                with self.assertRaises(Exception) as caught:
                    lease.check(cr)
                self.assertEqual(type(caught.exception).__name__, "LeaseLost")

    def agreed(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            return endpoint._read_agreement(env.cr) - 1 and 2

    def test_all_together_keep_to_the_pace(self):
        self.set_endpoint(delivery_count=2, rate_limit=600)
        self.facts(*CUSTOMERS)
        started = time.monotonic()
        self.deliver_share(0)
        self.deliver_share(1)
        took = time.monotonic() - started
        self.assertEqual(len(self.sent()), len(CUSTOMERS))
        self.assertGreater(took, (len(CUSTOMERS) - 2) * 0.1)

    def test_a_state_that_another_customer_tells_first_is_waited_for(self):
        """A cart that changes hands, between two shares."""
        self.set_endpoint(delivery_count=2)
        state = {"merge_key": "cart/sale.order/1", "payload": None}
        keys = self.of_different_shares()
        first, second = (
            self.insert({"customer_key": key, "event": "cart_set", **state})[0]
            for key in keys
        )
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            with endpoint._alone(Share(1).job):
                rows = endpoint._lock_due_rows(10, {}, [])
                self.assertNotIn(second, [row["id"] for row in rows])
            with endpoint._alone(Share(0).job):
                rows = endpoint._lock_due_rows(10, {}, [])
                self.assertEqual([row["id"] for row in rows], [first])

    def of_different_shares(self):
        """Return a customer of the first share, and one of the second."""
        with self.transaction() as env:
            env.cr.execute(
                "SELECT DISTINCT ON (share) share, key FROM ("
                " SELECT mod(hashtext(key) & 2147483647, 2) AS share, key"
                " FROM unnest(%s) AS key) shares ORDER BY share",
                (CUSTOMERS,),
            )
            return [key for _share, key in env.cr.fetchall()]
