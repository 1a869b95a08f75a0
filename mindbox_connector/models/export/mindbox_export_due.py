# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When an integration point asks Mindbox for an export, and of which period."""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.tools import SQL

from .mindbox_export import OPEN_STATES
from .mindbox_export_work import RETRY
from .operation_log import OPERATION_LOG

SHORTEST_PERIOD = timedelta(minutes=1)
# When the exports of the night begin, where the company is.
NIGHT = time(hour=2)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _on_sweep(self):
        result = super()._on_sweep()
        for endpoint in self:
            endpoint._ask_mindbox()
        return result

    def _ask_mindbox(self, codes=None, now=False):
        """Go on with all exports that are under way, or begin those that are due.

        :param codes: of these kinds only
        """
        for code in self.env["mindbox.catalogue"]._get_export_kinds():
            if codes is None or code in codes:
                for subject in self._get_export_subjects(code):
                    self._ask_for(code, subject, now)

    def _get_export_subjects(self, code):
        """Return what is asked for one by one; a hook for kinds that have several."""
        return [False]

    def _ask_for(self, code, subject=False, now=False):
        """Go on with the export that is under way, or begin one that is due.

        One at a time of a kind, and of a subject where it has several.

        :param bool now: also where the interval is not over
        """
        kind = self.env["mindbox.catalogue"]._get_export_kinds()[code]
        exports = self.env["mindbox.export"]
        mine = self._get_exports_domain(code, subject)
        under_way = exports.search([*mine, ("state", "in", OPEN_STATES)])
        if under_way or not self[kind.operation]:
            # What waits for Mindbox already need not ask sooner.
            under_way._kick(wait=0 if now else RETRY)
            return under_way
        last = exports.search(mine, limit=1)
        if not now and not self._is_export_due(kind, last):
            return exports
        since, till = self._get_period(code, subject, last)
        export = exports.create(
            {
                "endpoint_id": self.id,
                "kind": code,
                "subject": subject,
                "since": since,
                "till": till,
            }
        )
        export._kick()
        return export

    def _get_exports_domain(self, code, subject):
        return [
            ("endpoint_id", "=", self.id),
            ("kind", "=", code),
            ("subject", "=", subject),
        ]

    def _is_export_due(self, kind, last):
        """Whether it is time for the next, or there is more to read before it."""
        if last.state == "cancelled" and last.till - last.since > SHORTEST_PERIOD:
            return True
        if last.state == "done" and last.till <= last.asked_at - kind.lag:
            return True
        return not last or last.asked_at <= self._get_last_time(kind)

    def _get_last_time(self, kind):
        """Return when the last export should have been asked for."""
        now = fields.Datetime.now()
        if kind.every:
            return now - timedelta(minutes=self[kind.every])
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        local = pytz.utc.localize(now).astimezone(zone)
        night = zone.localize(datetime.combine(local.date(), NIGHT))
        if night > local:
            night -= timedelta(days=1)
        return night.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_period(self, code, subject, last):
        """Return (from when, till when) the next export is asked for, as full minutes.

        What Mindbox gives up is asked for in halves; after that it grows again.
        """
        kind = self.env["mindbox.catalogue"]._get_export_kinds()[code]
        now = fields.Datetime.now() - kind.lag
        if kind.is_whole:
            return _to_minute(now), _to_minute(now + SHORTEST_PERIOD)
        most = longest = kind.longest or kind.reach
        since = self._get_watermark(code, subject, kind.overlap)
        if last.state == "done":
            longest = max(2 * (last.till - last.since), kind.overlap + SHORTEST_PERIOD)
        elif last.state == "cancelled":
            # The overlap would leave nothing of a short one.
            since = self._get_watermark(code, subject, timedelta())
            longest = max((last.till - last.since) / 2, SHORTEST_PERIOD)
        since = _to_minute(max(since or now, now - kind.reach))
        till = min(now + SHORTEST_PERIOD, since + min(longest, most))
        return since, _to_minute(till)

    def _get_watermark(self, code, subject, overlap):
        """Return from when on is to be asked, None where there is nothing to ask for.

        After the last one that was read; else since the first there may be.
        """
        done = [*self._get_exports_domain(code, subject), ("state", "=", "done")]
        if last := self.env["mindbox.export"].search(done, order="till desc", limit=1):
            return last.till - overlap
        return self._get_first(code)

    def _get_first(self, code):
        """Return the first moment that is asked for, None where there is none."""
        kind = self.env["mindbox.catalogue"]._get_export_kinds()[code]
        if code != OPERATION_LOG:
            return fields.Datetime.now() - kind.reach
        [(oldest,)] = self.env.execute_query(
            SQL(
                """
                SELECT min(sent_at) FROM mindbox_request
                 WHERE endpoint_id = %s AND state = 'sent' AND outcome = 'unknown'
                """,
                self.id,
            )
        )
        # It is written down some seconds after Mindbox has taken it.
        return oldest and oldest - kind.overlap


def _to_minute(moment):
    return moment.replace(second=0, microsecond=0)
