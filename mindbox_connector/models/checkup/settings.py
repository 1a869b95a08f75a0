# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an integration point is set up like: key, operations, delivery, tracker."""

from datetime import timedelta

from odoo import fields

from ...labels import get_labels
from ..monitoring.facts import Facts
from ..monitoring.health import STATES
from .server_words import Found

KEY_REFUSED = ("credentials", "key_refused")
# For how long something that was refused or skipped is told.
LATELY = timedelta(days=7)


def find_key(endpoint):
    """Is there a key, where is it from, and does Mindbox accept it?"""
    if not endpoint.endpoint_code:
        yield Found("no_code")
    outside, inside = endpoint._get_outside_secret_key(), endpoint.secret_key
    if not endpoint._get_secret_key():
        yield Found("no_key")
        return
    if endpoint.pause_reason_code in KEY_REFUSED and endpoint.state == "paused":
        yield Found("key_refused", {"reason": endpoint.pause_reason})
    if outside and inside and outside != inside:
        yield Found("key_twice")
    yield Found("key_outside" if outside else "key_inside")


def find_operations(endpoint):
    """Are operations and statuses filled in, and does Mindbox know them?"""
    operations, statuses = endpoint.operation_ids, endpoint.status_ids
    if not operations:
        yield Found("no_operations")
    events = endpoint.env["mindbox.catalogue"]._get_events()
    for operation in operations:
        event = events.get(operation.event)
        if event and (event.mode == "bulk") != (operation.mode == "bulk"):
            yield Found("wrong_mode", {"operation": operation.name})
    for operation in get_refused(endpoint):
        yield Found("unknown_operation", {"operation": operation.name})
    if not statuses:
        yield Found("no_statuses")
    if unmapped := _get_unmapped(endpoint):
        yield Found("unmapped", {"milestones": ", ".join(unmapped)})
    if not endpoint.log_export_operation:
        yield Found("no_log")
    values = {"operations": len(operations), "statuses": len(statuses)}
    yield Found("operations", values)


def find_fields(endpoint):
    """Is each mapped field still there?"""
    maps = endpoint.env["mindbox.field.map"].search([("endpoint_id", "=", endpoint.id)])
    for one in maps.filtered("problem"):
        yield Found("field_gone", {"name": one.name, "problem": one.problem})


def get_refused(endpoint):
    """Return the operations that Mindbox has refused, and nothing was mended since."""
    since = fields.Datetime.now() - LATELY
    groups = endpoint.env["mindbox.request"]._read_group(
        [
            ("endpoint_id", "=", endpoint.id),
            ("state", "=", "rejected"),
            ("reason_code", "=", "operation_refused"),
            ("next_attempt_at", ">=", since),
        ],
        ["operation_id"],
    )
    return [operation for (operation,) in groups if operation in endpoint.operation_ids]


def _get_unmapped(endpoint):
    """Return what happened to orders lately and had no status, in words."""
    since = fields.Datetime.now() - LATELY
    skipped = endpoint.env["mindbox.request"].search(
        [
            ("endpoint_id", "=", endpoint.id),
            ("state", "=", "skipped"),
            ("reason_code", "=", "status_unmapped"),
            ("next_attempt_at", ">=", since),
        ],
        limit=1000,
    )
    labels = get_labels(endpoint.env["mindbox.order.status"], "milestone")
    codes = {(one.reason_details or {}).get("milestone") for one in skipped}
    codes -= set(endpoint.status_ids.mapped("milestone"))
    return sorted(str(labels[code]) for code in codes & labels.keys())


def find_delivery(endpoint):
    """How does the integration point do, by its own health?"""
    if endpoint.state == "draft":
        yield Found("draft")
        return
    measures = Facts(endpoint).take_facts()[endpoint]
    findings = measures["findings"]
    sentences = endpoint._say_findings(measures, findings)
    for finding, words in zip(findings, sentences, strict=True):
        state = STATES[finding.state]
        code = {"danger": "stopped", "warning": "troubled"}.get(state.level, "running")
        advice = state.advice and endpoint.env._(state.advice)
        yield Found(code, {"words": words[:1].upper() + words[1:], "advice": advice})


def find_tracker(endpoint):
    """Is the tracker on, and are visitors asked about cookies?"""
    websites = get_websites(endpoint)
    if not websites:
        yield Found("no_website")
    for website in websites:
        code = "tracker" if website.cookies_bar else "tracker_unasked"
        if not website.mindbox_tracker:
            code = "no_tracker"
        yield Found(code, {"website": website.name})


def get_websites(endpoint):
    """Return the websites that an integration point serves."""
    domain = [("company_id", "=", endpoint.company_id.id)]
    return endpoint.website_id or endpoint.env["website"].search(domain)
