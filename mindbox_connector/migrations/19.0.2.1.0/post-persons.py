# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is known as another customer was told as that one, so far."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    persons = env["mindbox.person"]
    for endpoint in env["mindbox.endpoint"].search([]):
        contacts = env["mindbox.contact"].search([("endpoint_id", "=", endpoint.id)])
        changed = persons._find_changed(endpoint, contacts.claimant_ids.ids)
        persons._write_down(endpoint, changed)
