# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox is asked for: has it arrived of late?"""

from datetime import timedelta

from odoo import fields

from ..export.mindbox_export import OPEN_STATES
from .server_words import Found

# Exports of the night: one may be late, two in a row are not.
LATE = timedelta(days=2)


def find_exports(endpoint):
    """Has each export that is set up arrived of late?"""
    kinds = endpoint.env["mindbox.catalogue"]._get_export_kinds()
    wanted = [code for code, kind in kinds.items() if endpoint[kind.operation]]
    if not wanted:
        yield Found("no_exports")
    for code in wanted:
        for subject in endpoint._get_export_subjects(code):
            yield from _look_at(endpoint, code, subject)


def _look_at(endpoint, code, subject):
    """Yield what is wrong with the newest export of a kind that is over."""
    exports = endpoint.env["mindbox.export"]
    mine = endpoint._get_exports_domain(code, subject)
    last = exports.search([*mine, ("state", "not in", OPEN_STATES)], limit=1)
    labels = dict(exports._fields["kind"]._description_selection(endpoint.env))
    kind = f"{labels[code]} ({subject})" if subject else labels[code]
    if last.state == "failed":
        yield Found("export_failed", {"kind": kind, "reason": last.error or ""})
    elif last and last.finished_at < fields.Datetime.now() - LATE:
        days = (fields.Datetime.now() - last.finished_at).days
        yield Found("export_late", {"kind": kind, "days": days})
