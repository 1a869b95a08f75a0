# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import math
import random
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, config

from odoo.addons.queue_job.exception import RetryableJobError

from ...exceptions import MindboxReasonError
from ...reasons import Reason
from .fault import log_fault
from .lease import GRACE, GRACE_POLL, Lease, LeaseLost, get_work

_logger = logging.getLogger(__name__)

# Seconds of work before a successor goes on: well under the limits of a worker.
TIME_BUDGET = 25
CONCURRENCY_TRIES = 10
# Seconds until a job tries again of which nothing can be written down.
BLIND_WAIT = 10
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s, %s)"
# Key of a job's lease in its work.
LEASE = "lease"


class Job(NamedTuple):
    """What tells one long job from another.

    * ``method``: the method of the job; its channel and its retries are in the data
    * ``key``: the beginning of its identity key: one job of a record waits, not ten
    * ``lock``: the class of its advisory lock: one works on a record, on any node
    * ``look_again``: seconds until a job that found another one at work tries again
    """

    method: str
    key: str
    lock: int = 0
    look_again: int = 1


class MindboxJob(models.AbstractModel):
    """A record that long jobs work on: in turns, in time, and whatever goes wrong."""

    _name = "mindbox.job"
    _description = "Long Job"

    # === QUEUE === #

    def _put_job(self, job, description, *args, wait=0, **options):
        """Queue a job; one that waits already starts in time instead.

        :param Job job: which one
        :param args: what its method takes
        :param int wait: seconds until it starts
        :param options: what else ``with_delay`` takes
        """
        self.ensure_one()
        key = f"{job.key}{self.id}"
        self._hurry_job(key, wait)
        delayed = self.with_company(self.company_id).with_delay(
            identity_key=key, description=description, eta=wait or None, **options
        )
        return getattr(delayed, job.method)(*args)

    def _hurry_job(self, key, seconds):
        """Let a job that waits for a later moment start in time."""
        eta = fields.Datetime.now() + timedelta(seconds=seconds)
        self.env.cr.execute(
            SQL(
                """
                UPDATE queue_job SET eta = %(eta)s
                 WHERE identity_key = %(key)s AND state = 'pending' AND eta > %(eta)s
                """,
                eta=eta,
                key=key,
            ),
            log_exceptions=False,
        )

    # === ONE AT A TIME === #

    def _work_alone(self, job, work):
        """Return what ``work()`` returns; meanwhile no other such job is at work.

        A fault of the connector itself neither floods the monitor nor gives up: the
        record is held for a while, then the job tries again.

        :raise RetryableJobError: another one is at work, or there was a fault
        """
        self.ensure_one()
        try:
            with self._alone(job) as alone:
                return work() if alone else self._look_again(job)
        except RetryableJobError:
            raise
        except LeaseLost:
            self._look_again(job)
        except Exception as error:
            log_fault(_logger, f"{self}.{job.method}", error)
            reason, wait = self._try_to_hold(type(error).__name__)
        raise RetryableJobError(reason, seconds=max(1, wait), ignore_retry=True)

    @contextmanager
    def _alone(self, job):
        """Tell whether this is the only such job of the record, on any node.

        The lock has a cursor of its own: it outlives the commits of the job, and
        however the job ends, it cannot stay behind on a pooled connection.
        """
        cr = self.env.registry.cursor()
        try:
            if not self._try_lock(cr, job):
                yield False
                return
            with self._leased(Lease(cr, job.lock, self.id)):
                yield True
        finally:
            # There is nothing to give back of a connection that was lost.
            with suppress(psycopg2.Error):
                cr.close()

    def _try_lock(self, cr, job):
        """Lock the record until the cursor's transaction ends; tell whether it is.

        It keeps no snapshot, which would keep vacuum from what the job leaves behind;
        and no limit on idle transactions may end it.
        """
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cr.execute(TRY_LOCK, (job.lock, self.id))
        return cr.fetchone()[0]

    @contextmanager
    def _leased(self, lease):
        """Own the record: what is committed meanwhile is checked by the lease."""
        try:
            self._wait_for_predecessor(lease)
            self._committed(lambda: lease.take(self.env.cr))
            # See what the job before this one has written down.
            self.invalidate_recordset()
            get_work(self.env.cr)[LEASE] = lease
            yield
        except BaseException:
            # What the job has locked must not keep it from giving up the lease.
            with suppress(psycopg2.Error):
                self.env.cr.rollback()
            raise
        finally:
            get_work(self.env.cr).clear()
            if not lease.end():
                _logger.warning("%s: the connection with the lock was lost", self)

    def _wait_for_predecessor(self, lease):
        """Let a job whose lock was lost notice, and write down its last answers."""
        deadline = time.monotonic() + GRACE
        self._commit()
        while lease.is_taken(self.env.cr) and time.monotonic() < deadline:
            time.sleep(GRACE_POLL)
            self._commit()

    def _get_lease(self):
        """Return the lease of the job at work, None where nobody works alone."""
        return get_work(self.env.cr).get(LEASE)

    def _lock_job(self, job):
        """Tell the same to a job of one transaction, with which the lock ends."""
        self.env.cr.execute(TRY_LOCK, (job.lock, self.id))
        return self.env.cr.fetchone()[0]

    def _look_again(self, job):
        """Give the job back to the queue: another one is at work.

        :raise RetryableJobError: always
        """
        raise RetryableJobError(
            self.env._("Another job is at work."),
            seconds=job.look_again,
            ignore_retry=True,
        )

    # === IN TIME === #

    def _get_time_budget(self, reserve=0):
        """Return how many seconds to work: the worker must outlive the job.

        :param float reserve: seconds that the work may take beyond them
        """
        budget = TIME_BUDGET
        if real := config["limit_time_real"]:
            budget = min(budget, real - reserve)
        if cpu := config["limit_time_cpu"]:
            budget = min(budget, cpu / 2)
        return max(1, budget)

    # === COMMIT BY COMMIT === #

    def _commit(self):
        # The job function has "Allow commit": queue_job gives it its own cursor. What
        # was sent must be on record before the next call leaves.
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _committed(self, work):
        """Do and commit a piece of work; do it again where PostgreSQL asks for it.

        :raise LeaseLost: another job owns the record now
        """
        lease = self._get_lease()
        for left in reversed(range(CONCURRENCY_TRIES)):
            try:
                if lease:
                    lease.check(self.env.cr)
                result = work()
                self._commit()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if not left:
                    raise
                time.sleep(random.uniform(0.01, 0.1))

    # === WHATEVER GOES WRONG === #

    def _guard(self, what, work):
        """Do work within a savepoint; what undoes it is told and ends nothing else.

        What PostgreSQL or the work itself wants to be done again is raised.

        :param what: what the log calls it
        :return: (what ``work()`` returns, the exception that has undone it or None)
        """
        try:
            with self.env.cr.savepoint():
                return work(), None
        except (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except (UserError, MindboxReasonError) as error:
            # It speaks to people; nothing is broken.
            return None, error
        except Exception as error:
            log_fault(_logger, what, error)
            return None, error

    def _try_to_hold(self, kind):
        """Hold the record; where the database refuses that, too, just wait.

        :return: (why in words, seconds to wait)
        """
        try:
            return self._hold_on_fresh_cursor(kind)
        except psycopg2.OperationalError:
            return kind, BLIND_WAIT

    def _hold_on_fresh_cursor(self, kind):
        """Hold the record after a fault, whatever has become of the transaction.

        :param str kind: the kind of the exception
        :return: (why in words, seconds to wait)
        """
        # What the job has locked must not lock out this.
        with suppress(psycopg2.Error):
            self.env.cr.rollback()
        reason = Reason("delivery_fault", {"kind": kind})
        words = self.env["mindbox.reason"]._say(*reason)
        with self._on_fresh_cursor() as record:
            return words, math.ceil(record._hold_after_fault(reason))

    @contextmanager
    def _on_fresh_cursor(self):
        """Give the record in a transaction of its own, committed at the end."""
        with self.env.registry.cursor() as cr:
            yield self.with_env(self.env(cr=cr)).exists()

    def _hold_after_fault(self, reason):
        """Leave the record alone for a while; return how many seconds.

        :param Reason reason: why
        """
        return 60
