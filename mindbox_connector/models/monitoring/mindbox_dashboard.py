# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers behind the pictures of the dashboard."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...wording import in_words
from .mindbox_sample import SLOT, get_slot

# How long a period is, and how long each bar of it.
PERIODS = {
    "hour": (timedelta(hours=1), SLOT),
    "day": (timedelta(days=1), timedelta(minutes=30)),
    "week": (timedelta(days=7), timedelta(hours=3)),
}
MOST_REASONS = 8
COUNTS = ("sent", "rejected", "other", "timed")


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    @api.model
    @api.readonly
    def get_dashboard(self, period="day", endpoint_id=False):
        """Return what the dashboard shows, of the companies the user has chosen.

        :param str period: ``hour``, ``day`` or ``week``
        :param endpoint_id: show only this one in the pictures
        :return: dict of ``points`` (how each one does), ``slots`` [{start, sent,
            rejected, other, half_seconds, p95_seconds, waiting}] from the first to
            the one that goes on, ``step`` (seconds of a slot) and ``reasons``
            [{error, text, count}] of what was rejected
        :raise AccessError: the user is no Mindbox user
        """
        span, step = PERIODS[period]
        everything = self.search([("company_id", "in", self.env.companies.ids)])
        measured = everything._measure()
        shown = everything.browse(endpoint_id) & everything or everything
        start = get_slot(fields.Datetime.now() - span, step) + step
        return {
            "points": [
                endpoint._show(measures) for endpoint, measures in measured.items()
            ],
            "slots": shown._show_slots(start, step, measured),
            "step": int(step.total_seconds()),
            "reasons": shown._show_reasons(start),
        }

    def _show(self, measures):
        """Return the measures of one integration point, in words where that helps."""
        kinds = dict(self.env["mindbox.alert"]._get_kinds())
        return measures | {
            "id": self.id,
            "name": self.name,
            "health": self.health,
            "alerts": [
                {
                    "kind": alert.kind,
                    "label": kinds[alert.kind],
                    "since": fields.Datetime.to_string(alert.started_at),
                }
                for alert in self.alert_ids
            ],
        }

    def _show_slots(self, start, step, measured):
        """Return the samples since a moment, added up, the running slot included."""
        slots, now = {}, fields.Datetime.now()
        while start + len(slots) * step <= now:
            slots[start + len(slots) * step] = _empty_slot()
        for endpoint in self:
            for sample in endpoint._get_samples(start, now, measured[endpoint]):
                _add(slots[get_slot(sample["start"], step)], endpoint.id, sample)
        return [
            {"start": fields.Datetime.to_string(moment)} | _finish(slot)
            for moment, slot in slots.items()
        ]

    def _get_samples(self, start, now, measures):
        """Return kept samples as dicts, oldest first, and what came after them."""
        samples = self.env["mindbox.sample"].search_read(
            [("endpoint_id", "=", self.id), ("start", ">=", start)], order="start"
        )
        since = samples[-1]["start"] + SLOT if samples else start
        recent = sorted(self._query_slots(since, now), key=lambda row: row["start"])
        current = {"start": get_slot(now), "waiting": measures["waiting"]}
        return [*samples, *recent, current]

    def _show_reasons(self, start):
        rows = self._query_requests(
            SQL(
                """
                SELECT error, count(*) FROM mindbox_request
                 WHERE state = 'rejected' AND next_attempt_at >= %s
                   AND endpoint_id = ANY(%s)
                 GROUP BY error ORDER BY 2 DESC, 1 LIMIT %s
                """,
                start,
                self.ids,
                MOST_REASONS,
            )
        )
        return [row | {"text": in_words(self.env, row["error"])} for row in rows]


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
