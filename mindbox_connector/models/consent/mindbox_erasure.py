# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models

# Time, at most, from the listing of a customer to the moment that the contact shows.
LISTING = timedelta(minutes=1)


class MindboxErasure(models.Model):
    """Customers to delete in Mindbox: there it is a form that takes a file."""

    _name = "mindbox.erasure"
    _description = "Customer to Delete in Mindbox"
    _order = "id desc"
    _rec_name = "customer_id_value"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    customer_id_value = fields.Char(string="Customer ID", required=True, readonly=True)
    email = fields.Char(
        readonly=True,
        help="Mindbox's form finds customers by it. Forgotten once it is done.",
    )
    erased_at = fields.Datetime(default=fields.Datetime.now, readonly=True)
    state = fields.Selection(
        [("todo", "To delete"), ("done", "Deleted")], default="todo", readonly=True
    )

    @api.model
    def _add(self, partner, endpoints):
        """Put a customer on the list of some integration points, once on each.

        What was on its way at the erasure makes nobody come again who was ticked off.
        """
        erased_at = partner.mindbox_erased_at
        since = erased_at - LISTING if erased_at else fields.Datetime.now()
        listed = self.search(
            [
                ("customer_id_value", "=", str(partner.id)),
                "|",
                ("state", "=", "todo"),
                ("erased_at", ">=", since),
            ]
        )
        for endpoint in endpoints - listed.endpoint_id:
            self.create(
                {
                    "endpoint_id": endpoint.id,
                    "customer_id_value": str(partner.id),
                    "email": partner.email_normalized,
                }
            )

    def action_done(self):
        """Tick off what was deleted in Mindbox, and forget the address."""
        ledger = self.env["mindbox.ledger"]
        for erasure in self:
            ledger._forget_customer(erasure.endpoint_id, int(erasure.customer_id_value))
        self.write({"state": "done", "email": False})
        return True
