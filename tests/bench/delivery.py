"""How fast one job delivers, beside what the network alone would allow.

All on the loopback, against the sandbox of this repository.
"""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import requests

from . import _odoo

CONNECTIONS = 16
LATENCY = 50
ROWS = {LATENCY: 3000, 0: 5000}
JOBS = 200
UNLIMITED = 10_000_000
KEY = "sandbox-key"


def main():
    rows = []
    with sandbox() as box, _odoo.environment("delivery") as env:
        delivery = Delivery(env, box)
        for latency, count in ROWS.items():
            box.control("POST", "faults", {"latency": latency})
            rows += delivery.compare(f"{latency} ms latency", count)
        box.control("POST", "faults", {"latency": LATENCY})
        rows += compare_jobs(delivery, box)
        box.control("POST", "faults", {"latency": 0})
        rows += compare_deliveries(delivery)
    _odoo.table(["case", "ours, rows/s", "theirs, rows/s", "ours / theirs"], rows)


@contextmanager
def sandbox():
    """The sandbox in its quick form, as a process of its own."""
    import processes
    from steps import ROOT

    from tests.conftest import LOGS, Sandbox

    box = Sandbox(LOGS / "bench-sandbox.log")
    with processes.child([*box.command(), "--fast"], box.log_path, cwd=ROOT) as process:
        processes.wait_for(box.page_url, process)
        yield box


class Delivery:
    """States of customers, built and sent by the job, and posted bare."""

    def __init__(self, env, box):
        self.env = env
        self.box = box
        env["mindbox.endpoint"].search([]).state = "draft"
        self.endpoint = env["mindbox.endpoint"].create(
            {
                "name": "Bench",
                "url": box.api_url,
                "endpoint_code": "demo.Website",
                "secret_key": KEY,
                "concurrency": CONNECTIONS,
                "rate_limit": UNLIMITED,
            }
        )
        most = max(ROWS.values())
        partners = [
            {"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in range(most)
        ]
        self.partners = env["res.partner"].create(partners)
        self.endpoint.state = "running"
        env.cr.commit()
        # The transaction of the test data left its own requests.
        env.cr.execute("DELETE FROM mindbox_request")
        env.cr.execute("DELETE FROM queue_job")
        env.cr.commit()

    def compare(self, title, count):
        # In turns, the best of each: the machine has other things to do, too.
        ours, theirs, our_work, their_work = [], [], [], []
        for _turn in range(3):
            ids = self.fill(count)
            ours.append(count / timed(self.deliver, our_work))
            bodies = self.take_bodies(ids)
            post = partial(self.post, bodies)
            theirs.append(count / timed(post, their_work))
        work = [1e6 * min(seconds) / count for seconds in (our_work, their_work)]
        return [
            line(f"one job, a bare pool of requests: {title}", ours, theirs),
            line(f"processor, µs a row: {title}", *([value] for value in work)),
        ]

    def fill(self, count):
        """Put states into the outbox, as the capture leaves them."""
        self.env.cr.execute(
            """
            INSERT INTO mindbox_request (
                endpoint_id, operation_id, event, mode, res_model, res_id, partner_id,
                customer_key, merge_key, transaction_id, occurred_at, next_attempt_at,
                priority, state, attempts)
            SELECT %s, %s, 'customer_edit', 'async', 'res.partner', id, id,
                   'partner-' || id, 'customer/res.partner/' || id,
                   gen_random_uuid(), now(), now(), 10, 'pending', 0
              FROM unnest(%s) AS id
            RETURNING id
            """,
            (
                self.endpoint.id,
                self.endpoint._get_operation("customer_edit")["id"],
                self.partners[:count].ids,
            ),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.env.cr.commit()
        return ids

    def deliver(self):
        self.endpoint._deliver()

    def take_bodies(self, ids):
        requests_ = self.env["mindbox.request"].browse(ids)
        assert set(requests_.mapped("state")) == {"sent"}, "one job was not enough"
        bodies = [body.encode() for body in requests_.mapped("payload")]
        self.env.cr.commit()
        return bodies

    def post(self, bodies):
        threads = threading.local()

        def send(body):
            if not hasattr(threads, "session"):
                threads.session = requests.Session()
            threads.session.post(
                f"{self.box.api_url}/v3/operations/async",
                params={
                    "endpointId": "demo.Website",
                    "operation": "Website.EditCustomer",
                    "transactionId": str(uuid.uuid4()),
                },
                data=body,
                headers={
                    "Authorization": f"SecretKey {KEY}",
                    "Accept": "application/json",
                    "Content-Type": "application/json; charset=utf-8",
                },
                timeout=30,
            ).raise_for_status()

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(send, bodies))


def compare_jobs(delivery, box):
    """The same two workers: one delivery job, or a job for each request.

    The other side's jobs sleep for the latency instead of sending: in its favour.
    """
    from tests.conftest import LOGS, OdooServer

    cr = delivery.env.cr
    server = OdooServer(cr.dbname, LOGS / "bench-jobs.log", 2, "root:2", {})
    try:
        server.start()
        theirs = JOBS / timed(lambda: run_jobs(delivery.env))
        count = ROWS[LATENCY]
        delivery.fill(count)
        ours = count / timed(lambda: run_delivery(delivery))
    finally:
        server.stop()
    return [line("one job, a job per request, on two workers", [ours], [theirs])]


def compare_deliveries(delivery):
    """Two deliveries beside each other, or one; the sandbox takes its part of both."""
    from tests.conftest import LOGS, OdooServer

    channels = "root:3,root.mindbox:2"
    cr = delivery.env.cr
    log = LOGS / "bench-deliveries.log"
    server = OdooServer(cr.dbname, log, 3, channels, {})
    rates = {1: [], 2: []}
    try:
        server.start()
        for _turn in range(3):
            for number, found in rates.items():
                divide(delivery.endpoint, number)
                count = ROWS[0]
                delivery.fill(count)
                found.append(count / timed(lambda: run_delivery(delivery)))
    finally:
        server.stop()
    return [line("two deliveries, one delivery: no latency", rates[2], rates[1])]


def divide(endpoint, number):
    """Set how many deliveries there are, beside those that are at work."""
    import databases

    endpoint.env.cr.commit()
    databases.query(
        "UPDATE mindbox_endpoint SET delivery_count = %s WHERE id = %s",
        number,
        endpoint.id,
        database=endpoint.env.cr.dbname,
    )
    endpoint.invalidate_recordset()


def run_jobs(env):
    for _number in range(JOBS):
        env["queue.job"].with_delay()._test_job(job_duration=LATENCY / 1000)
    wait_for_none(env, "FROM queue_job WHERE state NOT IN ('done', 'failed')")


def run_delivery(delivery):
    delivery.endpoint._kick()
    wait_for_none(delivery.env, "FROM mindbox_request WHERE state = 'pending'")


def wait_for_none(env, source):
    """Let the server work until no row is left, looking from outside."""
    while True:
        env.cr.commit()
        env.cr.execute(f"SELECT 1 {source} LIMIT 1")
        if not env.cr.fetchall():
            return
        time.sleep(0.05)


def timed(work, processor=None):
    """Return the seconds that work takes; add those of this process to a list."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    if processor is not None:
        processor.append(time.process_time() - worked)
    return time.perf_counter() - started


def line(title, ours, theirs):
    best, other = max(ours), max(theirs)
    return [title, f"{best:.0f}", f"{other:.0f}", f"{best / other:.2f}"]
