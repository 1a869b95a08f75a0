# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One delivery of an integration point, or several: each has its share of customers.

Of one customer all belongs to one share, so that the order is kept.
"""

from typing import NamedTuple

from odoo.tools import SQL

from ..job.mindbox_job import Job

MAX_DELIVERIES = 16
# A share's number stands above the bits of the lock of the first one.
SHARE_BITS = 16
FIRST = Job("_deliver", "mindbox.deliver.", lock=0x4D42)
# Class of the lock that deliveries share as long as they agree on how many they are.
AGREEMENT = 0x4D41


# The identity keys of all deliveries of the row that is called ``endpoint``.
KEYS_OF_SHARES = SQL(
    """
    SELECT %s || CASE share WHEN 0 THEN '' ELSE share || '/' END || endpoint.id
      FROM generate_series(0, endpoint.delivery_count - 1) share
    """,
    FIRST.key,
)


class Share(NamedTuple):
    """Which part of the customers a delivery takes: the ``number``-th of ``total``."""

    number: int = 0
    total: int = 1

    @property
    def job(self):
        """The job of the share: the first one is called as if it were the only one."""
        if not self.number:
            return FIRST
        lock = FIRST.lock + (self.number << SHARE_BITS)
        return FIRST._replace(key=f"{FIRST.key}{self.number}/", lock=lock)

    def get_condition(self, row):
        """Return the condition that a request row, called so, is of this share."""
        if self.total == 1:
            return SQL("TRUE")
        return SQL(
            "mod(hashtext(COALESCE(%s.customer_key, '')) & 2147483647, %s) = %s",
            SQL.identifier(row),
            self.total,
            self.number,
        )


def get_shares(total):
    """Return all shares of so many deliveries."""
    return [Share(number, total) for number in range(total)]


def is_delivery(job):
    """Whether a job is a delivery, of whichever share."""
    return job.lock % (1 << SHARE_BITS) == FIRST.lock


def get_share_number(job):
    """Return which share a delivery works on."""
    return job.lock >> SHARE_BITS


def get_job_keys(endpoint_ids):
    """Return the identity keys of all deliveries that integration points may have."""
    jobs = [share.job for share in get_shares(MAX_DELIVERIES)]
    return [f"{job.key}{endpoint_id}" for endpoint_id in endpoint_ids for job in jobs]
