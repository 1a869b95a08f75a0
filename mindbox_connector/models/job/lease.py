# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who works on a record now: a lock, and a fencing token for whoever has lost it.

The lock is that of a database connection. When the connection is lost, PostgreSQL gives
the lock to a successor, and the job that had it does not know yet. So it looks at the
connection before each call, a successor begins when it must have noticed, and whatever
the two write down is checked by the token, which grows with each owner.
"""

import threading
import time
from weakref import WeakKeyDictionary

import psycopg2

from odoo.tools import SQL

# Seconds that a look at the connection is good for.
LOOK_INTERVAL = 1
# Seconds until a predecessor that has not ended in order must have noticed.
GRACE = 3
# Seconds from one look at the predecessor to the next.
GRACE_POLL = 0.1
# Whatever else goes wrong, a job ends.
END_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


# {cursor: what the job that works with it has to know, from commit to commit}; what is
# kept on the cursor itself is gone with each commit.
WORKS = WeakKeyDictionary()


def get_work(cr):
    """Return the dict of what the job that works with a cursor has to know."""
    return WORKS.setdefault(cr, {})


class LeaseLost(Exception):
    """Another job owns the record now; nothing more may be written down."""


class Lease:
    """The ownership of one job of a record; threads may ask whether it lasts.

    :param cr: the cursor whose connection has the lock
    :param int lock: the class of the lock
    :param int record_id: which record is worked on
    """

    def __init__(self, cr, lock, record_id):
        self._cr = cr
        self._key = SQL("lock = %s AND record_id = %s", lock, record_id)
        self._names = (lock, record_id)
        self._token = None
        self._looked_at = time.monotonic()
        self._lost = False
        self._guard = threading.Lock()

    def lasts(self):
        """Whether the lock is held still, as of a second ago at most."""
        with self._guard:
            began = time.monotonic()
            if not self._lost and began > self._looked_at + LOOK_INTERVAL:
                try:
                    self._cr.execute("SELECT 1", log_exceptions=False)
                    self._looked_at = began
                except psycopg2.Error:
                    self._lost = True
            return not self._lost

    def is_taken(self, cr):
        """Whether a predecessor has not ended in order, as far as it is known."""
        cr.execute(SQL("SELECT is_held FROM mindbox_lease WHERE %s", self._key))
        return any(held for (held,) in cr.fetchall())

    def take(self, cr):
        """Become the owner; what the one before writes down is refused from now on."""
        cr.execute(
            SQL(
                """
                INSERT INTO mindbox_lease AS lease (lock, record_id, token, is_held)
                VALUES (%s, %s, 1, TRUE)
                    ON CONFLICT (lock, record_id) DO UPDATE
                   SET token = lease.token + 1, is_held = TRUE
                RETURNING token
                """,
                *self._names,
            ),
            log_exceptions=False,
        )
        (self._token,) = cr.fetchone()

    def check(self, cr):
        """Let the transaction commit as long as nobody else has become the owner.

        :raise LeaseLost: somebody has
        """
        cr.execute(
            SQL(
                "SELECT FROM mindbox_lease WHERE %s AND token = %s FOR SHARE",
                self._key,
                self._token,
            ),
            log_exceptions=False,
        )
        if not cr.rowcount:
            raise LeaseLost

    def end(self):
        """Give up lock and ownership at once; tell whether they were there still."""
        with self._guard:
            try:
                self._cr.execute(END_TIMEOUT, log_exceptions=False)
                self._cr.execute(
                    SQL(
                        "UPDATE mindbox_lease SET is_held = FALSE"
                        " WHERE %s AND token = %s",
                        self._key,
                        self._token,
                    ),
                    log_exceptions=False,
                )
                # With the transaction ends the lock.
                self._cr.commit()  # pylint: disable=invalid-commit
            except psycopg2.Error:
                self._lost = True
            ended, self._lost = not self._lost, True
            return ended
