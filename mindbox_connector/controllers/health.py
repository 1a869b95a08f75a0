# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the integration points do, for a monitoring system."""

import hmac
import json

from odoo import fields
from odoo.http import Controller, request, route

from ..models.monitoring.alerts import ALERTS
from ..models.monitoring.health import STATES
from ..models.monitoring.health_token import get_health_token
from ..models.monitoring.measures import FINISHED_STATES, OUTCOMES, WINDOWS
from ..models.monitoring.prometheus import CONTENT_TYPE, Family, render

STATUSES = ("draft", "running", "held", "paused")
OPTIONS = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "readonly": True,
    "save_session": False,
    "sitemap": False,
}
# name, help, and a function of the measures that yields (labels, value).
METRICS = (
    (
        "mindbox_health",
        "1 for how the integration point does, all told.",
        lambda m: [({"state": s}, s == m["health"]) for s in STATES],
    ),
    (
        "mindbox_finding",
        "1 for what is the case with the integration point, with the state it makes.",
        lambda m: [
            ({"finding": f.kind, "state": f.state, "reason": f.reason}, 1)
            for f in {(f.kind, f.reason): f for f in m["findings"]}.values()
        ],
    ),
    (
        "mindbox_status",
        "1 for the status the integration point is in.",
        lambda m: [({"status": s}, s == m["status"]) for s in STATUSES],
    ),
    (
        "mindbox_stopped",
        "1 while nothing leaves, with the code of the reason.",
        lambda m: [({"reason": m["reason"]}, 1)] if m["reason"] else [],
    ),
    (
        "mindbox_held_seconds",
        "For how long Mindbox has taken nothing.",
        lambda m: [({}, m["held_seconds"])],
    ),
    (
        "mindbox_late_job_seconds",
        "For how long nobody has begun the delivery that is due.",
        lambda m: [({}, m["job_seconds"])],
    ),
    (
        "mindbox_operation_held",
        "1 while nothing leaves by the operation, with the code of the reason.",
        lambda m: [
            ({"operation": name, "reason": reason}, 1)
            for name, reason in m["held_operations"].items()
        ],
    ),
    (
        "mindbox_waiting_requests",
        "Requests that wait.",
        lambda m: [({}, m["waiting"])],
    ),
    (
        "mindbox_oldest_waiting_seconds",
        "Age of the oldest request that waits.",
        lambda m: [({}, m["oldest_seconds"])],
    ),
    (
        "mindbox_oldest_waiting_consent_seconds",
        "Age of the oldest consent that waits.",
        lambda m: [({}, m["oldest_consent_seconds"])],
    ),
    (
        "mindbox_rejected_requests",
        "Rejected requests that somebody has to look at.",
        lambda m: [({}, m["rejected"])],
    ),
    (
        "mindbox_finished_requests",
        "Requests finished within the window, by how they ended.",
        lambda m: [
            ({"window": window, "state": state}, m[window][state])
            for window in WINDOWS
            for state in FINISHED_STATES
        ],
    ),
    (
        "mindbox_success_ratio",
        "Share of sent requests among sent and rejected ones within the window.",
        lambda m: [({"window": w}, m[w]["success_rate"]) for w in WINDOWS],
    ),
    (
        "mindbox_delivery_p95_seconds",
        "From event to delivery: 95 % of the requests sent in the last hour.",
        lambda m: [({}, m["p95_seconds"])],
    ),
    (
        "mindbox_outcomes",
        "Calls accepted within a day, by what became of them.",
        lambda m: [({"outcome": o}, m["outcomes"].get(o, 0)) for o in OUTCOMES],
    ),
    (
        "mindbox_untold_calls",
        "Calls accepted more than an hour ago of which Mindbox's log tells nothing.",
        lambda m: [({}, m["untold"])],
    ),
    (
        "mindbox_stale_events",
        "Events of a day that were older than a week when they arrived.",
        lambda m: [({}, m["stale"])],
    ),
    (
        "mindbox_alert",
        "1 while the alert is open.",
        lambda m: [({"alert": code}, code in m["alerts"]) for code in ALERTS],
    ),
)


class MindboxHealth(Controller):
    @route("/mindbox/health", **OPTIONS)
    def health(self):
        """Return the measures of all integration points as JSON."""
        return self._guard(self._get_health)

    @route("/mindbox/metrics", **OPTIONS)
    def metrics(self):
        """Return the same for Prometheus."""
        return self._guard(self._get_metrics)

    def _guard(self, answer):
        """Answer who shows the token: 404 where there is none, else 401.

        The token goes in the header ``Authorization: Bearer …``; an address ends up
        in logs.
        """
        token = get_health_token(request.env)
        if not token:
            return request.make_response("", status=404)
        shown = request.httprequest.headers.get("Authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
            headers = [("WWW-Authenticate", 'Bearer realm="Mindbox"')]
            return request.make_response("", headers, status=401)
        text, kind = answer(self._measure())
        headers = [("Content-Type", kind), ("Cache-Control", "no-store")]
        return request.make_response(text, headers)

    def _measure(self):
        """Return [(endpoint, measures, alerts included)] of all companies."""
        # The token stands for the rights: there is no user.
        endpoints = request.env["mindbox.endpoint"].sudo().search([])
        return [
            (endpoint, measures | {"alerts": endpoint.alert_ids.mapped("kind")})
            for endpoint, measures in endpoints._measure().items()
        ]

    def _get_health(self, measured):
        document = {
            "time": fields.Datetime.now().isoformat() + "Z",
            "status": _get_worst([measures for _endpoint, measures in measured]),
            "integration_points": [
                _get_labels(endpoint) | measures | {"findings": _tell(measures)}
                for endpoint, measures in measured
            ],
            "gauges": {
                family.name: [labels | {"value": n} for labels, n in family.samples]
                for family in self._get_gauges()
            },
        }
        text = json.dumps(document, ensure_ascii=False)
        return text, "application/json; charset=utf-8"

    def _get_metrics(self, measured):
        families = [
            Family(
                name,
                text,
                [
                    (_get_labels(endpoint) | labels, value)
                    for endpoint, measures in measured
                    for labels, value in sample(measures)
                ],
            )
            for name, text, sample in METRICS
        ]
        return render([*families, *self._get_gauges()]), CONTENT_TYPE

    def _get_gauges(self):
        return request.env["mindbox.endpoint"].sudo()._get_gauges()


def _get_labels(endpoint):
    return {
        "id": str(endpoint.id),
        "name": endpoint.name,
        "endpoint_id": endpoint.endpoint_code or "",
        "company": endpoint.company_id.name,
    }


def _get_worst(all_measures):
    """Return one word for a monitor that reads no more than that."""
    words = {
        "alert" if m["alerts"] else STATES[m["health"]].status for m in all_measures
    }
    return next((word for word in ("alert", "held") if word in words), "ok")


def _tell(measures):
    """Return the findings as JSON objects."""
    return [finding._asdict() for finding in measures["findings"]]
