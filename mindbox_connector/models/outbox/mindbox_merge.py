# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One state waits once, and what waits for merged customers waits for the survivor."""

from odoo import api, models
from odoo.tools import SQL

from .json_text import rename_customer

# Columns of words, of which the row that stays has those of all.
GATHERED = ("cleared", "left_contacts")


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    _leaving_idx = models.Index(
        "(endpoint_id) WHERE state = 'pending' AND left_contacts IS NOT NULL"
    )

    @api.model
    def _merge_waiting(self, transaction_ids):
        """Merge states that wait more than once, among them the given rows.

        Runs after the commit that made the rows, in a transaction of its own. The
        first row keeps its place in the queue. It is always written to: a delivery
        that took its snapshot before must fail to lock it, and look again.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT waiting.id, waiting.merge_key, waiting.endpoint_id,
                       waiting.event, waiting.operation_id, waiting.occurred_at,
                       waiting.cleared, waiting.left_contacts, waiting.priority
                  FROM mindbox_request waiting
                 WHERE waiting.state = 'pending' AND waiting.payload IS NULL
                   AND waiting.merge_key IS NOT NULL
                   AND (waiting.merge_key, waiting.endpoint_id) IN (
                       SELECT merge_key, endpoint_id FROM mindbox_request
                        WHERE transaction_id = ANY(%s)
                   )
                 ORDER BY waiting.id
                   FOR UPDATE OF waiting SKIP LOCKED
                """,
                list(transaction_ids),
            ),
            # That it meets another one is no error: it is repeated.
            log_exceptions=False,
        )
        self._merge(self.env.cr.dictfetchall())

    @api.model
    def _merge(self, rows):
        """Keep the first of the locked, unsent rows of each state; drop the others.

        A row with a body stays as it is: it was tried, or is a fact.

        :param list rows: dicts in the order of the queue
        :return: the rows that are kept
        """
        ranks = self.env["mindbox.catalogue"]._get_ranks()
        kept, dropped, absorbing = {}, [], {}
        for row in rows:
            mergeable = row["merge_key"] and row.get("payload") is None
            key = mergeable and (row["endpoint_id"], row["merge_key"])
            first = kept.setdefault(key or row["id"], row)
            if first is not row:
                _absorb(first, row, ranks)
                dropped.append(row["id"])
                absorbing[first["id"]] = first
        if dropped:
            names = (
                "id",
                "event",
                "operation_id",
                "occurred_at",
                *GATHERED,
                "priority",
            )
            self._update([{n: row[n] for n in names} for row in absorbing.values()])
            self.env.execute_query(
                SQL(
                    "DELETE FROM mindbox_request WHERE id = ANY(%s) RETURNING id",
                    dropped,
                )
            )
        return list(kept.values())

    # === MERGED CUSTOMERS === #

    @api.model
    def _follow_survivor(self, merged_ids, survivor_id):
        """Let what waits for merged customers leave in the survivor's lane.

        Their foreign keys were moved already. A state of a merged customer is now a
        state of the survivor, also when it is sent again later; bodies that were
        tried and still wait stay as they are. Those that were not name the survivor.
        """
        self._rename_customers(merged_ids, survivor_id)
        self.env.execute_query(
            SQL(
                """
                WITH follower AS (
                    SELECT id, res_model = 'res.partner'
                               AND (payload IS NULL OR state != 'pending') AS renamed
                      FROM mindbox_request
                     WHERE partner_id = ANY(%(partners)s)
                )
                UPDATE mindbox_request
                   SET customer_key = %(key)s,
                       res_id = CASE WHEN renamed THEN %(survivor)s ELSE res_id END,
                       merge_key = CASE
                           WHEN renamed
                           THEN split_part(merge_key, '/', 1) || %(suffix)s
                           ELSE merge_key END
                  FROM follower
                 WHERE follower.id = mindbox_request.id
                RETURNING mindbox_request.id
                """,
                key=f"partner-{survivor_id}",
                suffix=f"/res.partner/{survivor_id}",
                survivor=survivor_id,
                partners=[*merged_ids, survivor_id],
            )
        )

    @api.model
    def _rename_customers(self, merged_ids, survivor_id):
        """Have facts that wait name the customer as whom Mindbox will know them."""
        waiting = [
            ("partner_id", "in", [*merged_ids, survivor_id]),
            ("state", "=", "pending"),
            ("may_have_left", "=", False),
            ("merge_key", "=", False),
            ("payload", "!=", False),
        ]
        for request in self.search(waiting):
            name = request.endpoint_id.customer_id_name
            for merged_id in merged_ids:
                request.payload = rename_customer(
                    request.payload, name, merged_id, survivor_id
                )

    @api.model
    def _join_lane(self, partner_ids, partner_id):
        """Let what waits for some customers leave before what comes for another one.

        Whatever is being sent at this moment is on its way already.
        """
        self.env.execute_query(
            SQL(
                """
                UPDATE mindbox_request SET customer_key = %(key)s
                 WHERE id IN (
                     SELECT id FROM mindbox_request
                      WHERE state = 'pending' AND partner_id = ANY(%(partners)s)
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                key=f"partner-{partner_id}",
                partners=list(partner_ids),
            )
        )


def _absorb(first, later, ranks):
    """Let a waiting row stand for a later one of the same state."""
    if ranks.get(later["event"], -1) < ranks.get(first["event"], -1):
        first["event"] = later["event"]
        first["operation_id"] = later["operation_id"]
    elif later["event"] == first["event"]:
        first["occurred_at"] = later["occurred_at"]
    for name in GATHERED:
        words = {*(first[name] or "").split(), *(later[name] or "").split()}
        first[name] = " ".join(sorted(words)) or None
    first["priority"] = min(first["priority"], later["priority"])
