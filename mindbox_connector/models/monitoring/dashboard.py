# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers behind the pictures of the dashboard."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .health import STATES
from .measures import query_requests
from .mindbox_sample import SLOT, get_slot

# How long a period is, and how long each bar of it.
PERIODS = {
    "hour": (timedelta(hours=1), SLOT),
    "day": (timedelta(days=1), timedelta(minutes=30)),
    "week": (timedelta(days=7), timedelta(hours=3)),
}
MOST_REASONS = 8
COUNTS = ("sent", "rejected", "other", "timed")


class Dashboard:
    """What the dashboard shows of some integration points, over a period."""

    def __init__(self, endpoints, period, endpoint_id):
        span, self.step = PERIODS[period]
        self.env = endpoints.env
        self.measured = endpoints._measure()
        self.shown = endpoints.browse(endpoint_id) & endpoints or endpoints
        self.now = fields.Datetime.now()
        self.start = get_slot(self.now - span, self.step) + self.step

    def get(self):
        """Return the dict that :meth:`mindbox.endpoint.get_dashboard` describes."""
        return {
            "points": [
                self._get_point(endpoint, measures)
                for endpoint, measures in self.measured.items()
            ],
            "slots": self._get_slots(),
            "step": int(self.step.total_seconds()),
            "reasons": self._get_reasons(),
        }

    def _get_point(self, endpoint, measures):
        """Return the measures of one integration point, in words where that helps."""
        kinds = dict(self.env["mindbox.alert"]._get_kinds())
        findings, state = measures["findings"], STATES[measures["health"]]
        return measures | {
            "id": endpoint.id,
            "name": endpoint.name,
            "state": measures["health"],
            "level": state.level,
            "label": self.env._(state.label),
            "findings": [*endpoint._say_findings(measures, findings)],
            "alerts": [
                {
                    "kind": alert.kind,
                    "label": kinds[alert.kind],
                    "since": fields.Datetime.to_string(alert.started_at),
                }
                for alert in endpoint.alert_ids
            ],
        }

    def _get_slots(self):
        """Return the samples since a moment, added up, the running slot included."""
        slots, start, step = {}, self.start, self.step
        while start + len(slots) * step <= self.now:
            slots[start + len(slots) * step] = _empty_slot()
        for endpoint in self.shown:
            for sample in self._get_samples(endpoint):
                _add(slots[get_slot(sample["start"], step)], endpoint.id, sample)
        return [
            {"start": fields.Datetime.to_string(moment)} | _finish(slot)
            for moment, slot in slots.items()
        ]

    def _get_samples(self, endpoint):
        """Return kept samples as dicts, oldest first, and what came after them."""
        kept = self.env["mindbox.sample"]
        samples = kept.search_read(
            [("endpoint_id", "=", endpoint.id), ("start", ">=", self.start)],
            order="start",
        )
        since = samples[-1]["start"] + SLOT if samples else self.start
        recent = kept._query_slots(endpoint, since, self.now)
        recent.sort(key=lambda row: row["start"])
        waiting = self.measured[endpoint]["waiting"]
        current = {"start": get_slot(self.now), "waiting": waiting}
        return [*samples, *recent, current]

    def _get_reasons(self):
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT reason_code AS code, count(*),
                       mode() WITHIN GROUP (ORDER BY reason_details) AS details
                  FROM mindbox_request
                 WHERE state = 'rejected' AND next_attempt_at >= %s
                   AND endpoint_id = ANY(%s)
                 GROUP BY reason_code ORDER BY 2 DESC, 1 LIMIT %s
                """,
                self.start,
                self.shown.ids,
                MOST_REASONS,
            ),
        )
        reasons = self.env["mindbox.reason"]
        labels = dict(reasons._get_selection())
        return [
            {
                "code": row["code"],
                "count": row["count"],
                "text": labels.get(row["code"], row["code"]),
                "example": reasons._say(row["code"], row["details"]),
            }
            for row in rows
        ]


def _empty_slot():
    counts = dict.fromkeys(COUNTS, 0)
    return counts | {"half": 0, "p95": None, "waiting": {}}


def _add(slot, endpoint_id, sample):
    """Add a sample of five minutes to a slot.

    Of the usual time the mean counts, of the slowest requests the worst five minutes;
    of what waited the peak of each integration point.
    """
    for name in COUNTS:
        slot[name] += sample.get(name) or 0
    if sample.get("timed"):
        slot["half"] += sample["half_seconds"] * sample["timed"]
        slot["p95"] = max(slot["p95"] or 0, sample["p95_seconds"])
    if "waiting" in sample:
        before = slot["waiting"].get(endpoint_id, 0)
        slot["waiting"][endpoint_id] = max(before, sample["waiting"])


def _finish(slot):
    return {
        "sent": slot["sent"],
        "rejected": slot["rejected"],
        "other": slot["other"],
        "half_seconds": slot["half"] / slot["timed"] if slot["timed"] else None,
        "p95_seconds": slot["p95"],
        "waiting": sum(slot["waiting"].values()) if slot["waiting"] else None,
    }
