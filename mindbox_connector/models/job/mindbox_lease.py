# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MindboxLease(models.Model):
    """Which job owns a record: what :class:`~.lease.Lease` reads and writes."""

    _name = "mindbox.lease"
    _description = "Ownership of a Long Job"
    _log_access = False

    lock = fields.Integer(required=True, readonly=True)
    record_id = fields.Integer(string="Record ID", required=True, readonly=True)
    token = fields.Integer(
        required=True,
        readonly=True,
        aggregator=None,
        help="Grows with each owner. Whoever has an older one may write nothing down.",
    )
    is_held = fields.Boolean(
        readonly=True, help="No: the last owner has ended in order."
    )

    _record_uniq = models.UniqueIndex("(lock, record_id)")
