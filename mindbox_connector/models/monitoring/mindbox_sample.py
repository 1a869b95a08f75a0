# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .measures import DELIVERY_TIME, IS_EVENT, query_requests

EPOCH = datetime(1970, 1, 1)
SLOT = timedelta(minutes=5)
KEPT = timedelta(days=90)
# A server that was away longer has nothing to catch up with.
LONGEST_GAP = timedelta(days=7)


class MindboxSample(models.Model):
    """What an integration point did in five minutes: pictures of weeks cost nothing.

    A cache of what the requests say, which stays when they are removed.
    """

    _name = "mindbox.sample"
    _description = "Mindbox Throughput"
    _order = "start desc, id desc"
    _rec_name = "start"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint", required=True, readonly=True, ondelete="cascade"
    )
    start = fields.Datetime(required=True, readonly=True)
    sent = fields.Integer(readonly=True)
    rejected = fields.Integer(readonly=True)
    other = fields.Integer(
        string="Not Sent", readonly=True, help="Skipped and cancelled requests."
    )
    timed = fields.Integer(
        readonly=True, help="Sent requests that were no history: of them the times are."
    )
    half_seconds = fields.Float(
        readonly=True, help="From event to delivery: half of the requests took less."
    )
    p95_seconds = fields.Float(readonly=True, help="The same for 95 of 100 requests.")
    waiting = fields.Integer(readonly=True, help="Requests that waited at the end.")

    _start_uniq = models.UniqueIndex("(endpoint_id, start)")

    @api.autovacuum
    def _gc_samples(self):
        old = fields.Datetime.now() - KEPT
        self.search([("start", "<", old)], limit=10_000).unlink()

    @api.model
    def _take(self, measured):
        """Keep what has happened in the slots that are over since the last sample.

        :param dict measured: {endpoint: measures}, as of now
        """
        now = get_slot(fields.Datetime.now())
        last = self._get_last(measured)
        rows = []
        for endpoint in measured:
            since = max(last.get(endpoint, now - LONGEST_GAP) + SLOT, now - LONGEST_GAP)
            if since >= now:
                continue
            found = {
                row["start"]: row for row in self._query_slots(endpoint, since, now)
            }
            # The last one is kept whatever happened: it tells what waits.
            found.setdefault(now - SLOT, {"start": now - SLOT})
            common = {
                "endpoint_id": endpoint.id,
                "waiting": measured[endpoint]["waiting"],
            }
            rows += [common | row for row in found.values()]
        self.sudo().create(rows)

    def _get_last(self, endpoints):
        """Return {endpoint: start of its last sample}."""
        ids = [endpoint.id for endpoint in endpoints]
        groups = self.sudo()._read_group(
            [("endpoint_id", "in", ids)], ["endpoint_id"], ["start:max"]
        )
        return {endpoint.with_env(self.env): start for endpoint, start in groups}

    @api.model
    def _query_slots(self, endpoints, since, until):
        """Return the column values of samples: slots in which something ended."""
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT slot, sent, rejected, other, timed,
                       p[1] AS half_seconds, p[2] AS p95_seconds
                  FROM (
                    SELECT FLOOR(EXTRACT(EPOCH FROM next_attempt_at) / %(slot)s)::int
                               AS slot,
                           count(*) FILTER (WHERE state = 'sent') AS sent,
                           count(*) FILTER (WHERE state = 'rejected') AS rejected,
                           count(*) FILTER (WHERE state NOT IN ('sent', 'rejected'))
                               AS other,
                           count(*) FILTER (WHERE state = 'sent' AND %(is_event)s)
                               AS timed,
                           percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (
                               ORDER BY EXTRACT(EPOCH FROM %(took)s)::float
                           ) FILTER (WHERE state = 'sent' AND %(is_event)s) AS p
                      FROM mindbox_request
                     WHERE state != 'pending' AND endpoint_id = ANY(%(endpoints)s)
                       AND next_attempt_at >= %(since)s AND next_attempt_at < %(until)s
                     GROUP BY 1
                  ) slots
                """,
                slot=int(SLOT.total_seconds()),
                took=DELIVERY_TIME,
                is_event=IS_EVENT,
                endpoints=endpoints.ids,
                since=since,
                until=until,
            ),
        )
        return [{"start": EPOCH + row.pop("slot") * SLOT, **row} for row in rows]


def get_slot(moment, span=SLOT):
    """Return the start of the slot that a moment is in."""
    return moment - (moment - EPOCH) % span
