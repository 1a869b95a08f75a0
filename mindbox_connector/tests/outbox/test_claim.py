# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a delivery takes, and what it leaves to others."""

import threading

from odoo.tests import tagged

from ..common import RealCase


@tagged("post_install", "-at_install")
class TestClaim(RealCase):
    def test_claiming_reads_what_it_takes_however_many_rows_wait(self):
        """100,000 wait, 50,000 are finished, some customers wait for an attempt."""
        self.fill()
        plan = self.explain(lambda endpoint: endpoint._find_due_rows(200, {}, []))
        self.assertEqual(plan["Actual Rows"], 200)
        # What is read: 200 to take, 200 that wait for an attempt, and as many probes.
        self.assertLess(sum(map(_count_rows, _walk(plan))), 2000)
        sorts = [node for node in _walk(plan) if "Sort" in node["Node Type"]]
        self.assertLess(sum(map(_count_rows, sorts)), 200, "of what has to settle only")

    def test_claiming_reads_little_more_where_lanes_wait_for_what_settles(self):
        """50 customers have been registered just now; their 20 rows each wait."""
        self.fill()
        with self.transaction() as env:
            operations = env["mindbox.endpoint"].browse(self.endpoint_id).operation_ids
            operations.filtered(lambda o: o.event == "customer_register").mode = "async"
            env.flush_all()
            env.cr.execute(
                """
                UPDATE mindbox_request
                   SET event = 'customer_register', mode = 'async', outcome = 'unknown',
                       sent_at = now() at time zone 'UTC'
                 WHERE state = 'sent' AND endpoint_id = %s
                   AND substr(transaction_id, 6)::int < 150
                """,
                (self.endpoint_id,),
            )
        plan = self.explain(lambda endpoint: endpoint._find_due_rows(200, {}, []))
        self.assertEqual(plan["Actual Rows"], 200)
        self.assertLess(sum(map(_count_rows, _walk(plan))), 10_000)

    def fill(self):
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

    def explain(self, work):
        """Return the executed plan of the statement by which some work claims."""
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
            query, params = next(s for s in statements if "_request due" in str(s[0]))
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
