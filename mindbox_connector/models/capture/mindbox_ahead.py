# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A clock that was ahead: what happens after it came back is told as later.

Mindbox keeps of two states the one with the later moment. After a clock of the shop has
jumped ahead and back, what was told meanwhile would stay the newest there until that
moment has come. So what follows is told as of a millisecond after it. Mindbox has taken
a moment that was further ahead then; whatever it has refused is no bound.

What was recorded meanwhile and leaves afterwards is told as of now, where nothing newer
waits behind it: Mindbox may refuse a moment of the future.
"""

import json
from collections import defaultdict
from datetime import datetime, timedelta

from odoo import models
from odoo.tools import SQL

from ..outbox.json_text import to_text
from ..outbox.mindbox_request import WAITS
from .mindbox_source import MILLISECOND

# A profile may be told as of a millisecond after a decision.
STEP = 2 * MILLISECOND
# By how much several clocks of one shop may differ.
SKEW = timedelta(minutes=1)
TOLD = "executionDateTimeUtc"


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _correct_moments(self, rows):
        super()._correct_moments(rows)
        now = datetime.utcnow()
        rows = [row for row in rows if row["occurred_at"]]
        told = self._find_told_ahead(rows, now)
        ahead = [row for row in rows if row["occurred_at"] > now + SKEW]
        if not (told or ahead):
            return
        moments = self._lower_moments(ahead, told, now)
        moments |= self._raise_moments(
            [row for row in rows if row["id"] not in moments], told, now
        )
        changed = [row for row in rows if row["id"] in moments]
        for row in changed:
            row["occurred_at"] = moments[row["id"]]
            row["payload"] = self._tell_moment(row["payload"], row["occurred_at"])
        if changed:
            names = ("id", "occurred_at", "payload")
            self.env["mindbox.request"]._update(
                [{name: row[name] for name in names} for row in changed]
            )

    def _tell_moment(self, payload, moment):
        """Return a body that is told as of another moment, where it tells one."""
        body = json.loads(payload) if payload.startswith("{") else {}
        if TOLD not in body:
            return payload
        return to_text(body | {TOLD: self._format_moment(moment)})

    # === WHAT A FAST CLOCK HAS LEFT BEHIND === #

    def _find_told_ahead(self, rows, now):
        """Return what was told of the rows' customers by a clock that was ahead.

        That is what was told as later than now, or than it was accepted.

        :return: rows of the outbox as dicts, in the order in which they were recorded
        """
        since = {}
        for row in rows:
            if partner_id := row["partner_id"]:
                known = since.get(partner_id, row["occurred_at"])
                since[partner_id] = min(known, row["occurred_at"])
        if not since:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT told.id, told.event, told.res_model, told.res_id,
                       told.partner_id, told.occurred_at
                  FROM unnest(%(partners)s, %(moments)s::timestamp[])
                       AS leaving (partner_id, moment)
                  JOIN mindbox_request told
                    ON told.partner_id = leaving.partner_id
                   AND told.occurred_at >= leaving.moment
                 WHERE told.endpoint_id = %(endpoint)s AND told.id != ALL(%(ids)s)
                   AND (told.state = 'sent'
                        OR told.may_have_left AND told.state != 'rejected')
                   AND told.occurred_at > LEAST(told.sent_at, %(now)s)
                 ORDER BY told.id
                """,
                partners=list(since),
                moments=list(since.values()),
                endpoint=self.id,
                ids=[row["id"] for row in rows],
                now=now,
            )
        )
        return self.env.cr.dictfetchall()

    def _lower_moments(self, ahead, told, now):
        """Return {row ID: moment} of lanes all of which a fast clock has recorded.

        Their order stays. Not of whom such a clock has told of already.

        :param list ahead: rows that are leaving, of the future
        """
        known = {row["partner_id"] for row in told}
        lanes = {row["customer_key"] for row in ahead if row["partner_id"] not in known}
        mixed = lanes and self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT customer_key FROM mindbox_request
                 WHERE endpoint_id = %s AND customer_key = ANY(%s) AND %s
                   AND occurred_at <= %s
                """,
                self.id,
                list(lanes),
                SQL(WAITS),
                now + SKEW,
            )
        )
        lanes -= {lane for (lane,) in mixed}
        rows = [row for row in ahead if row["customer_key"] in lanes]
        rows.sort(key=lambda row: row["occurred_at"], reverse=True)
        return {row["id"]: now - n * MILLISECOND for n, row in enumerate(rows)}

    def _raise_moments(self, rows, told, now):
        """Return {row ID: moment} of what would be told as older than what it follows.

        A state is built just now, and follows all that was told. A fact follows what
        was recorded before it. What the same fast clock has recorded is in order.
        """
        subjects = self._get_subjects([*told, *rows])
        bounds, moments = defaultdict(list), {}
        for row in told:
            bounds[subjects[row["id"]]].append((False, row))
        for row in rows:
            if row["occurred_at"] > now:
                bounds[subjects[row["id"]]].append((True, row))
        for row in rows:
            subject = subjects[row["id"]]
            bound = _get_bound(row, bounds[subject], now)
            if bound and row["occurred_at"] <= bound:
                moments[row["id"]] = bound + STEP
                raised = row | {"occurred_at": moments[row["id"]]}
                bounds[subject].append((False, raised))
        return moments

    def _get_subjects(self, rows):
        """Return {row ID: whose moments rise}, the row's own where it is gone."""
        sources = self._get_sources(rows)
        subjects = {}
        for row in rows:
            record = sources.get((row["res_model"], row["res_id"]))
            subjects[row["id"]] = (
                record._mindbox_subject(row["event"]) if record else row["id"]
            )
        return subjects


def _get_bound(row, bounds, now):
    """Return the moment that a row must be after, None where there is none.

    :param list bounds: (whether it waits, row) of the same subject, ahead of the clock
    """
    is_state, is_ahead = bool(row["merge_key"]), row["occurred_at"] > now + SKEW
    moments = [
        bound["occurred_at"]
        for waits, bound in bounds
        if (bound["id"] != row["id"] if is_state else bound["id"] < row["id"])
        and not (is_ahead and (waits or not is_state))
    ]
    return max(moments, default=None)
