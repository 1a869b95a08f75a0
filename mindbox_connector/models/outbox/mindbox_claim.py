# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Taking due rows: locked, merged, and with bodies that never change again."""

from odoo import models
from odoo.tools import SQL

from ...client import Call
from ...reasons import Reason
from .lanes import Parcel
from .mindbox_due import OPEN

CLAIMED_COLUMNS = (
    "id, endpoint_id, operation_id, event, mode, res_model, res_id, partner_id, "
    "customer_key, merge_key, cleared, left_contacts, instead_of, priority, "
    "transaction_id, occurred_at, attempts, may_have_left, payload, device_uuid, "
    "customer_ip, COALESCE(missing_attempts, 0) AS missing_attempts"
)
# Merge key of the body that says who a customer is.
MAKER = "customer/res.partner/{}"
FROZEN_COLUMNS = (
    "id event operation_id mode state reason_code reason_details payload".split()
)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _lock_due_rows(self, limit, on_the_way, closed_lanes, gate=OPEN):
        """Lock due rows; all that comes after a row locked elsewhere is left alone.

        So is what comes after a state whose older body is on its way for another
        customer.
        """
        candidates = self._find_due_rows(limit, on_the_way, closed_lanes, gate)
        if not candidates:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT %s FROM mindbox_request
                 WHERE id = ANY(%s)
                 ORDER BY priority, id
                   FOR UPDATE SKIP LOCKED
                """,
                SQL(CLAIMED_COLUMNS),
                [row_id for row_id, _key in candidates],
            ),
            # That PostgreSQL asks to look again is no error: this snapshot, in which
            # they wait, is the one they were found in.
            log_exceptions=False,
        )
        locked = self.env.cr.dictfetchall()
        locked_ids = {row["id"] for row in locked}
        passed_over = {key for row_id, key in candidates if row_id not in locked_ids}
        busy = dict(on_the_way.values()) | self._find_busy_elsewhere(locked)
        return _leave_busy(locked, passed_over, busy)

    # === CLAIM === #

    def _claim(self, limit, on_the_way, closed_lanes, gate=OPEN):
        """Take due rows in order and freeze their bodies.

        :param dict on_the_way: {ID: (merge key, lane)} of rows that are being sent
        :param closed_lanes: customers of whom nothing more is to be taken
        :param Gate gate: by which operations
        :return: (the same of the rows, parcels of those that can be sent)
        """
        if not self._may_go_on():
            return {}, []
        # What comes after something that is kept still waits for it.
        closed = [*closed_lanes, *self.env["mindbox.unrecorded"]._record()]
        rows = self._lock_due_rows(limit, on_the_way, closed, gate)
        rows = self._pick_probes(rows, gate)
        claimed = {row["id"]: (row["merge_key"], row["customer_key"]) for row in rows}
        erased = rows and self._forget_late(claimed)
        rows = [row for row in rows if row["id"] not in erased]
        rows = self._leave_contested(self.env["mindbox.request"]._merge(rows))
        missing = [row for row in rows if row["payload"] is None]
        self._freeze(missing)
        orphans = self._skip_orphans(missing)
        rows = [r for r in rows if r["payload"] is not None and r["id"] not in orphans]
        rows = self._leave_unsettled(rows)
        operations = self._get_row_operations(rows)
        self._skip([row for row in rows if row["id"] not in operations])
        rows = [row for row in rows if row["id"] in operations]
        frozen = {row["id"] for row in missing}
        new = [row for row in rows if not row["may_have_left"]]
        self._correct_moments(new)
        # Of those that were frozen just now it is written down already.
        self._let_leave({row["id"] for row in new} - frozen)
        return claimed, [_get_parcel(row, operations[row["id"]]) for row in rows]

    def _pick_probes(self, rows, gate):
        """Return the rows that may leave where a single one probes an operation."""
        if not gate.probed:
            return rows
        operations = self._get_row_operations(rows)
        names = {row_id: values["name"] for row_id, values in operations.items()}
        firsts = {row["customer_key"]: row["id"] for row in reversed(rows)}
        probes = {}
        # If possible of somebody who has not failed yet.
        for row in sorted(rows, key=_has_failed):
            if firsts[row["customer_key"]] == row["id"]:
                probes.setdefault(names.get(row["id"]), row["id"])
        chosen = {probes[name] for name in gate.probed & probes.keys()}
        passed_over = {
            row["customer_key"]
            for row in rows
            if names.get(row["id"]) in gate.probed and row["id"] not in chosen
        }
        return [
            row
            for row in rows
            if row["customer_key"] not in passed_over or row["id"] in chosen
        ]

    def _get_row_operations(self, rows):
        """Return {row ID: operation}; an operation may be gone since the event."""
        operations = self._get_operations()
        found = {
            row["id"]: operations.get(row["operation_id"]) or self._get_substitute(row)
            for row in rows
        }
        return {row_id: values for row_id, values in found.items() if values}

    def _get_substitute(self, row):
        """Return the operation by which a row leaves whose own one is gone, or None."""
        return self._get_operation(row["event"])

    def _skip(self, rows):
        """End rows whose operation was switched off after the fact."""
        values = {"state": "skipped", **Reason("operation_off").get_values()}
        if rows:
            names = ("id", "may_have_left")
            self.env["mindbox.request"]._update(
                [{name: row[name] for name in names} | values for row in rows]
            )

    def _freeze(self, rows):
        """Have the missing bodies built; write them down before anything is sent.

        A body that a state has may have left: that is written down along with it.
        """
        if rows:
            self._build_bodies(rows)
            self.env["mindbox.request"]._update(
                [
                    {name: row[name] for name in FROZEN_COLUMNS}
                    | {"may_have_left": row["payload"] is not None}
                    for row in rows
                ]
            )

    def _leave_contested(self, rows):
        """Hook: return the rows that may leave before something else is told first.

        :param list rows: dicts of :data:`CLAIMED_COLUMNS`
        """
        return rows

    def _correct_moments(self, rows):
        """Hook: have rows told as of another moment, where a clock was wrong.

        :param list rows: dicts of :data:`CLAIMED_COLUMNS` with their bodies, of which
            none has left, in the order in which they are about to
        """

    def _build_bodies(self, rows):
        """Hook: set :data:`FROZEN_COLUMNS` of rows that have no body yet.

        What a body looks like is known where events are captured.

        :param list rows: dicts of :data:`CLAIMED_COLUMNS`
        """


def _leave_busy(rows, passed_over, busy):
    """Return the rows that may leave now.

    :param set passed_over: lanes in which something comes before them
    :param dict busy: {merge key: lane} of the bodies that are on their way
    """
    free = []
    for row in rows:
        lane, maker = row["customer_key"], MAKER.format(row["partner_id"])
        # What is about somebody waits for who he is, whoever's lane that leaves in.
        keys = filter(None, (row["merge_key"], maker))
        if any(busy.get(key, lane) != lane for key in keys):
            passed_over.add(lane)
        if lane not in passed_over:
            free.append(row)
    return free


def _has_failed(row):
    return row["attempts"] > row["missing_attempts"]


def _get_parcel(row, operation):
    with_device = operation["send_device_uuid"]
    return Parcel(
        row["id"],
        row["customer_key"] or "",
        row["attempts"],
        Call(
            row["mode"],
            operation["name"],
            row["transaction_id"],
            row["payload"],
            with_device and row["device_uuid"] or "",
            with_device and row["customer_ip"] or "",
            operation["options"],
        ),
        not row["may_have_left"],
        row["missing_attempts"],
    )
