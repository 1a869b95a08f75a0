# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of capture and delivery share: a Mindbox, and real transactions."""

import json
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.jobrunner.runner import QueueJobRunner

from ..models.outbox.mindbox_kick import KICKS

SUCCESS = {"status": "Success"}
# What is committed by a test and would be found by others, in the order of removal.
MADE = ("res.partner", "mindbox.topic")
KEY = "local-key"


class Reply:
    """What the local Mindbox answers: a status, a body, headers, or a trick."""

    def __init__(self, status=200, body=None, headers=(), trick=None):
        self.status = status
        body = SUCCESS if body is None else body
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = dict(headers)
        self.trick = trick


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes: do not wait for the first one's receipt.
    disable_nagle_algorithm = True

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        parts = urlsplit(self.path)
        call = {
            "path": parts.path,
            "query": {k: v[0] for k, v in parse_qs(parts.query).items()},
            "headers": dict(self.headers),
            "body": self.rfile.read(size),
        }
        reply = self.server.receive(call)
        if reply.trick:
            return reply.trick(self)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST

    def log_message(self, *args):
        pass


class LocalMindbox(ThreadingHTTPServer):
    """A Mindbox on a port of its own: real sockets, answers as the test wants them.

    ``answer`` is a :class:`Reply`, or a function of a call that returns one.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answer = Reply()
        self.calls = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def receive(self, call):
        with self._lock:
            self.calls.append(call)
        return self.answer(call) if callable(self.answer) else self.answer

    def bodies(self):
        return [json.loads(call["body"]) for call in self.calls]

    def close(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the test."""


class RealCase(BaseCase):
    """Real transactions on the test database: each one commits, all is removed.

    Nothing here runs in the one transaction of TransactionCase: what is shown is how
    several of them meet.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        # A server that runs beside the tests would work off the jobs they look at, or
        # give back to the queue those that they have hang.
        for method in ("run_jobs", "requeue_dead_jobs"):
            runner = patch.object(QueueJobRunner, method, lambda self: None)
            runner.start()
            cls.addClassCleanup(runner.stop)
        # What follows a commit has happened when the commit returns.
        kicks = patch.object(KICKS, "put", lambda _dbname, kick: kick())
        kicks.start()
        cls.addClassCleanup(kicks.stop)

    def setUp(self):
        super().setUp()
        self.mindbox = LocalMindbox()
        self.addCleanup(self.mindbox.close)
        with self.transaction() as env:
            # Only this test's integration point listens.
            live = env["mindbox.endpoint"].search([("state", "!=", "draft")])
            self._live = {endpoint.id: endpoint.state for endpoint in live}
            live.state = "draft"
            self.endpoint_id = self.make_endpoint(env).id
            self._newest = {name: self._get_newest(env, name) for name in MADE}
        self.addCleanup(self._remove)

    def make_endpoint(self, env, **values):
        endpoint = env["mindbox.endpoint"].create(
            {
                "name": "Local",
                "url": self.mindbox.url,
                "endpoint_code": "Local.Website",
                "secret_key": KEY,
                "rate_limit": 600_000,
                "timeout": 2,
                "user_id": env.ref("base.user_admin").id,
                **values,
            }
        )
        endpoint.state = "running"
        return endpoint

    def _get_newest(self, env, name):
        records = env[name].with_context(active_test=False)
        return records.search([], order="id desc", limit=1).id or 0

    def _remove(self):
        with self.transaction() as env:
            endpoints = env["mindbox.endpoint"].search([("name", "=", "Local")])
            endpoints.state = "draft"
            env.flush_all()
            env.cr.execute(
                "DELETE FROM queue_job WHERE model_name = 'mindbox.endpoint'"
            )
            endpoints.unlink()
            for name, newest in self._newest.items():
                made = env[name].with_context(active_test=False, mindbox_skip=True)
                made.search([("id", ">", newest)]).unlink()
            for endpoint_id, state in self._live.items():
                env["mindbox.endpoint"].browse(endpoint_id).state = state

    # === TRANSACTIONS === #

    @contextmanager
    def transaction(self, user=SUPERUSER_ID, **context):
        """A transaction of its own, committed at the end."""
        with self.registry.cursor() as cr:
            context = {"tracking_disable": True, "no_reset_password": True, **context}
            yield api.Environment(cr, user, context)
        self.registry.signal_changes()

    def make_partner(self, **values):
        """Make a customer; each has an e-mail of its own unless it is given."""
        self._partners = getattr(self, "_partners", 0) + 1
        number = self._partners if self._partners > 1 else ""
        with self.transaction() as env:
            values = {"name": "Anna", "email": f"anna{number}@example.com", **values}
            return env["res.partner"].create(values).id

    def rename(self, partner_id, name):
        with self.transaction() as env:
            env["res.partner"].browse(partner_id).name = name

    def insert(self, *rows):
        """Put rows into the outbox as the capture does, and return their IDs."""
        with self.transaction() as env:
            operation = env["mindbox.endpoint"].browse(self.endpoint_id)
            operation = operation._get_operation("customer_edit")
            standard = {
                "endpoint_id": self.endpoint_id,
                "operation_id": operation["id"],
                "event": "customer_authorize",
                "mode": "async",
                "res_model": "res.partner",
                "customer_key": "partner-1",
                "priority": 10,
                "state": "pending",
                "attempts": 0,
                "payload": "{}",
            }
            requests = env["mindbox.request"]
            for row in rows:
                values = standard | row
                requests |= requests.create(values)
            return requests.ids

    # === DELIVERY === #

    def deliver(self, endpoint_id=None):
        """Run the delivery job, in a transaction of its own, as queue_job does.

        :return: the job's result, or the exception that gives it back to the queue
        """
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            endpoint = env["mindbox.endpoint"].browse(endpoint_id or self.endpoint_id)
            try:
                result = endpoint._deliver()
                # As queue_job does for a job that may commit.
                cr.commit()  # pylint: disable=invalid-commit
                return result
            except RetryableJobError as error:
                return error

    def deliver_quietly(self):
        """The same where the delivery is to complain in the log."""
        name = "odoo.addons.mindbox_connector.models.job.mindbox_job"
        with mute_logger(name):
            return self.deliver()

    def set_endpoint(self, **values):
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id).write(values)

    def endpoint(self, *names):
        with self.transaction() as env:
            return env["mindbox.endpoint"].browse(self.endpoint_id).read(names)[0]

    def rows(self, *names):
        """Return the outbox of the endpoint as dicts, oldest first."""
        names = names or ("id", "event", "state", "attempts", "error", "payload")
        with self.transaction() as env:
            domain = [("endpoint_id.name", "=", "Local")]
            return env["mindbox.request"].search_read(domain, names, order="id")

    def states(self):
        return [row["state"] for row in self.rows("state")]

    def make_due(self):
        """Let the time of all retries come."""
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id)._forget_waits()

    def jobs(self, *names):
        with self.transaction() as env:
            domain = [("model_name", "=", "mindbox.endpoint")]
            names = names or ("state", "eta", "identity_key")
            jobs = env["queue.job"].search_read(domain, names, order="id")
        return [job for job in jobs if job.get("state", "pending") != "done"]
