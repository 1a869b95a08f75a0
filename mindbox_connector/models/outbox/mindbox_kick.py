# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""After the commit: merge what waits twice, and queue the delivery job."""

import logging
import math
import random
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...parameters import get_number
from ..job.fault import log_fault
from .mindbox_unrecorded import ALL, RECORD_INTERVAL
from .shares import KEYS_OF_SHARES, get_job_keys

_logger = logging.getLogger(__name__)

# Seconds that a delivery waits for more, so that a busy shop runs one job, not ten,
# beside its visitors. A system parameter may say otherwise, up to the limit.
GATHER_SECONDS = 1
GATHER_LIMIT = 60
# Seconds from a commit until its request has answered: before that, a thread beside
# would take the interpreter from it.
ANSWER_TIME = 0.1
# How often a kick is tried that meets another one.
KICK_TRIES = 5
# Age of a job, due or at work, from which on it may be dead, or overslept.
JOB_STARTS_WITHIN = "10 seconds"
# Seconds from one look for such jobs to the next.
WAKE_INTERVAL = 5


class KickQueue:
    """The kicks of this process, worked off one after the other by one thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self._waiting = deque()
        self._thread = None

    def put(self, dbname, kick):
        """Have ``kick`` called soon; start a thread where none is at work."""
        with self._lock:
            self._waiting.append((dbname, kick))
            if self._thread:
                return
            thread = threading.Thread(target=self._work, name="mindbox-kick")
            # Where no thread is to be had, the next kick or the sweeper goes on.
            with suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def join(self):
        """Wait until nothing is left to do."""
        while thread := self._thread:
            thread.join()

    def _work(self):
        time.sleep(ANSWER_TIME)
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                dbname, kick = self._waiting.popleft()
            threading.current_thread().dbname = dbname
            kick()


KICKS = KickQueue()
# {(database, endpoint IDs): when this process has last looked for such jobs}
LOOKED = {}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint", "mindbox.job"]

    def _on_start(self):
        result = super()._on_start()
        self._kick_after_commit()
        return result

    def _kick_after_commit(self):
        """Queue a delivery once the current transaction is committed."""
        ids = self.ids

        @self.env.cr.postcommit.add
        def kick():
            self._kick_beside(ids, [])

    @api.model
    def _kick_beside(self, endpoint_ids, transaction_ids, kept=False):
        """Queue a delivery in a thread beside, so that the shopper's answer is out.

        A server that stops waits for it; one that is killed leaves it to the sweeper.
        """
        kick = partial(self._kick_on_fresh_cursor, endpoint_ids, transaction_ids, kept)
        KICKS.put(self.env.cr.dbname, kick)

    @api.model
    def _kick_on_fresh_cursor(self, endpoint_ids, transaction_ids, kept=False):
        """Merge what waits twice and queue a delivery job, after a commit.

        On a fresh cursor, since only what others can see may be judged. Nothing that
        goes wrong here may reach the shopper: the sweeper does it again.

        :param list transaction_ids: of the rows that may wait twice
        :param bool kept: whether something is kept that is no row yet
        """
        for left in reversed(range(KICK_TRIES)):
            try:
                with self.env.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    endpoints = env["mindbox.endpoint"].browse(endpoint_ids)
                    if kept:
                        endpoints = endpoints.search([("state", "=", "running")])
                    if kept and env["mindbox.unrecorded"]._record():
                        endpoints._kick(seconds=RECORD_INTERVAL)
                    else:
                        endpoints._kick_where_needed(transaction_ids)
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                if not left:
                    _tell_of_failure(error)
                time.sleep(left and random.uniform(0.01, 0.1))
            except Exception as error:
                _tell_of_failure(error)
                return

    def _kick_where_needed(self, transaction_ids):
        """Merge what waits twice and queue a delivery, if there is any need to."""
        cr = self.env.cr
        self._wake_runner(cr, self.ids)
        gather = self._get_gather_seconds()
        if not self._needs_kick(cr, self.ids, transaction_ids, gather):
            return
        # Losing this commit in a crash is fine: no need to wait for the disk.
        cr.execute("SET LOCAL synchronous_commit TO off")
        if transaction_ids:
            self.env["mindbox.request"]._merge_waiting(transaction_ids)
        self._kick(seconds=gather)

    @api.model
    def _get_gather_seconds(self):
        """Return how many seconds a delivery waits for more; not a number: as ever."""
        return min(get_number(self.env, "gather_seconds", GATHER_SECONDS), GATHER_LIMIT)

    @api.model
    def _needs_kick(self, cr, endpoint_ids, transaction_ids, gather):
        """Whether a state waits twice, or an endpoint has no job due by ``gather`` s.

        In a busy shop mostly not: one statement finds out.
        """
        cr.execute(
            SQL(
                """
                SELECT EXISTS (
                    SELECT 1 FROM mindbox_request new
                      JOIN mindbox_request other
                        ON other.merge_key = new.merge_key
                       AND other.endpoint_id = new.endpoint_id
                       AND other.id != new.id
                     WHERE new.transaction_id = ANY(%(requests)s)
                       AND other.state = 'pending' AND other.payload IS NULL
                       AND other.merge_key IS NOT NULL
                ) OR EXISTS (
                    SELECT 1 FROM mindbox_endpoint endpoint
                     WHERE endpoint.id = ANY(%(endpoints)s)
                       AND endpoint.state = 'running'
                       AND endpoint.delivery_count > (
                           SELECT count(DISTINCT job.identity_key) FROM queue_job job
                            WHERE job.identity_key IN (%(keys)s)
                              AND job.state IN ('pending', 'enqueued')
                              AND (job.eta IS NULL
                                   OR job.eta <= now() at time zone 'UTC'
                                                 + %(gather)s)
                       )
                )
                """,
                requests=list(transaction_ids),
                endpoints=list(endpoint_ids),
                keys=KEYS_OF_SHARES,
                gather=timedelta(seconds=gather),
            )
        )
        return cr.fetchone()[0]

    @api.model
    def _wake_runner(self, cr, endpoint_ids):
        """Have queue_job's runner look at jobs that should have begun or ended by now.

        Their worker may have been killed: the runner finds the dead when it wakes up,
        which is up to a minute later, since a dead job fills its channel. Or the clock
        was set back while the runner reckoned how long it may sleep.
        """
        key, now = (cr.dbname, *sorted(endpoint_ids)), time.monotonic()
        if now - LOOKED.get(key, -WAKE_INTERVAL) < WAKE_INTERVAL:
            return
        # A kick that is repeated looks again: what it has said went with it.
        cr.postcommit.add(partial(LOOKED.__setitem__, key, now))
        cr.execute(
            SQL(
                """
                SELECT pg_notify('queue_job', uuid) FROM queue_job
                 WHERE identity_key = ANY(%(keys)s)
                   AND CASE WHEN state IN ('enqueued', 'started') THEN date_enqueued
                            WHEN state = 'pending' THEN COALESCE(eta, date_created)
                       END < now() at time zone 'UTC' - %(since)s::interval
                """,
                keys=get_job_keys(endpoint_ids),
                since=JOB_STARTS_WITHIN,
            )
        )

    def _kick(self, seconds=0, shares=None):
        """Queue the delivery jobs of each endpoint, unless they are waiting already.

        :param float seconds: start that much later
        :param shares: those that somebody waits for, all if none are given
        """
        for endpoint in self.filtered(lambda endpoint: endpoint.state == "running"):
            wait = math.ceil(max(seconds, endpoint._get_rest()[0]))
            description = self.env._("Deliver to Mindbox: %s", endpoint.name)
            for share in shares or endpoint._get_shares():
                args = [share.number] if share.number else []
                endpoint._put_job(
                    share.job, description, *args, wait=wait, max_retries=0
                )

    @api.model
    def _cron_sweep(self):
        """Queue deliveries where a crash or a lost connection ate the kick."""
        self._guard("Kept events", self._record_kept)
        for endpoint in self.search([("state", "=", "running")]):
            if endpoint._has_due_rows():
                self._kick_on_fresh_cursor(endpoint.ids, [])
        self.search([("state", "=", "running")])._on_sweep()

    @api.model
    def _record_kept(self):
        """Try all that is kept again, also what needs somebody to mend something."""
        self.env["mindbox.unrecorded"]._record(ALL)

    def _on_sweep(self):
        """Hook: queue what else of these a crash may have left lying."""


def _tell_of_failure(error):
    log_fault(_logger, "Delivery not queued yet", error, logging.WARNING)
