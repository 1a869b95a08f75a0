# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many deliveries an integration point has, and that all of them agree on it."""

import time

from odoo import fields, models
from odoo.tools import SQL

from ..job.lease import GRACE, GRACE_POLL, get_work
from .shares import (
    AGREEMENT,
    MAX_DELIVERIES,
    Share,
    get_share_number,
    get_shares,
    is_delivery,
)

# Key of a delivery's share in its work.
SHARE = "share"


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    delivery_count = fields.Integer(
        string="Delivery Jobs",
        default=1,
        required=True,
        help="Jobs that deliver at the same time, each its share of the customers. "
        "More than one pays where a single processor cannot keep up; the channel of "
        "queue_job needs room for all of them.",
    )

    _delivery_count_check = models.Constraint(
        f"CHECK(delivery_count BETWEEN 1 AND {MAX_DELIVERIES})",
        "Deliveries must be between 1 and 16.",
    )

    def write(self, vals):
        """The deliveries that are at work end, and as many as wanted begin."""
        result = super().write(vals)
        if "delivery_count" in vals:
            self._kick_after_commit()
        return result

    def _get_share(self):
        """Return the share of the delivery at work; all where none is."""
        return get_work(self.env.cr).get(SHARE, Share())

    def _get_shares(self):
        return get_shares(self.delivery_count)

    def _may_go_on(self):
        """Whether calls may leave, and the customers are divided as before."""
        share = get_work(self.env.cr).get(SHARE)
        return self._is_running() and (
            not share or self._read_count(self.env.cr) == share.total
        )

    def _read_count(self, cr):
        """Return how many are wanted; one where another transaction sees no record."""
        cr.execute(
            SQL("SELECT delivery_count FROM mindbox_endpoint WHERE id = %s", self.id)
        )
        rows = cr.fetchall()
        return rows[0][0] if rows else 1

    # === AGREEING === #

    def _try_lock(self, cr, job):
        if not super()._try_lock(cr, job):
            return False
        return not is_delivery(job) or self._try_to_agree(cr, job)

    def _try_to_agree(self, cr, job):
        """Tell whether all deliveries at work divide the customers alike.

        Where another number is wanted, whoever comes when none is at work any more
        makes it the one they agree on.

        :param cr: the cursor that holds the lock of the share
        """
        total = self._read_count(cr)
        if self._read_agreement(cr) != total:
            with self.env.registry.cursor() as other:
                self._agree_on(other, total)
        cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", AGREEMENT, self.id)
        )
        if not cr.fetchone()[0] or self._read_agreement(cr) != total:
            return False
        get_work(self.env.cr)[SHARE] = Share(get_share_number(job), total)
        return self._get_share().number < total

    def _read_agreement(self, cr):
        """Return how many deliveries there are; before anybody has said so, one."""
        cr.execute(
            SQL(
                "SELECT token FROM mindbox_lease WHERE lock = %s AND record_id = %s",
                AGREEMENT,
                self.id,
            )
        )
        rows = cr.fetchall()
        return rows[0][0] if rows else 1

    def _agree_on(self, cr, total):
        """Divide the customers anew, if no delivery is at work.

        One whose lock was lost may be, without knowing: it has time to notice, and
        can write nothing down afterwards.
        """
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", AGREEMENT, self.id))
        if not cr.fetchone()[0]:
            return
        deadline = time.monotonic() + GRACE
        while self._count_owners(cr) and time.monotonic() < deadline:
            time.sleep(GRACE_POLL)
        locks = [share.job.lock for share in get_shares(MAX_DELIVERIES)]
        cr.execute(
            SQL(
                """
                UPDATE mindbox_lease SET token = token + 1, is_held = FALSE
                 WHERE record_id = %s AND lock = ANY(%s)
                """,
                self.id,
                locks,
            )
        )
        cr.execute(
            SQL(
                """
                INSERT INTO mindbox_lease (lock, record_id, token) VALUES (%s, %s, %s)
                    ON CONFLICT (lock, record_id) DO UPDATE SET token = EXCLUDED.token
                """,
                AGREEMENT,
                self.id,
                total,
            )
        )

    def _count_owners(self, cr):
        """Count the deliveries that have not ended in order."""
        cr.execute(
            SQL(
                """
                SELECT count(*) FROM mindbox_lease
                 WHERE record_id = %s AND lock = ANY(%s) AND is_held
                """,
                self.id,
                [share.job.lock for share in get_shares(MAX_DELIVERIES)],
            )
        )
        return cr.fetchone()[0]

    # === WHAT TWO SHARES HAVE IN COMMON === #

    def _find_busy_elsewhere(self, rows):
        """Return {merge key: lane} of states that another customer has to tell first.

        As of a cart that changes hands: the other lane may be of another share, and
        its body on the way.

        :param list rows: dicts of claimed rows
        """
        ids = [row["id"] for row in rows if row["merge_key"]]
        if not ids or self._get_share().total == 1:
            return {}
        query = SQL(
            """
            SELECT due.merge_key, first.customer_key
              FROM mindbox_request due
              JOIN mindbox_request first
                ON first.merge_key = due.merge_key
               AND first.endpoint_id = due.endpoint_id
               AND first.state = 'pending' AND first.merge_key IS NOT NULL
               AND first.customer_key != due.customer_key
               AND (first.priority, first.id) < (due.priority, due.id)
             WHERE due.id = ANY(%s)
            """,
            ids,
        )
        return dict(self.env.execute_query(query))
