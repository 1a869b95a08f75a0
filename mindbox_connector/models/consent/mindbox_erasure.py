# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta

from odoo import api, fields, models

from ...catalogue import FAREWELL

# Time, at most, from the listing of a customer to the moment that the contact shows.
LISTING = timedelta(minutes=1)


class MindboxErasure(models.Model):
    """Customers to delete in Mindbox: there it is a form that takes a file.

    Until somebody has filled it in, nobody writes to them: their consents are withdrawn
    at once. That tells nothing but the ID, as the list itself does.
    """

    _name = "mindbox.erasure"
    _description = "Customer to Delete in Mindbox"
    _inherit = "mindbox.source"
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
            erasure = self.create(
                {
                    "endpoint_id": endpoint.id,
                    "customer_id_value": str(partner.id),
                    "email": partner.email_normalized,
                }
            )
            if partner._mindbox_has_agreed(endpoint):
                erasure._withdraw_consents()

    # === CONSENTS === #

    def _withdraw_consents(self):
        """Queue the withdrawal of all consents; nothing else of the customer leaves."""
        endpoint = self.endpoint_id
        operation = self._mindbox_operation(FAREWELL, endpoint)
        if not operation or endpoint.state == "draft":
            return
        row = self._mindbox_prepare_row(FAREWELL, operation) | {
            "endpoint_id": endpoint.id,
            "customer_key": f"{self._name}-{self.id}",
            "occurred_at": datetime.utcnow(),
        }
        row |= endpoint._build_row_values(self, row)
        self.env["mindbox.request"]._insert([row])
        endpoint._kick_after_commit()

    def _mindbox_operation(self, event, endpoint):
        """A step that subscribes cannot unsubscribe: that takes an edit."""
        by_edit = endpoint.withdraw_by_edit
        event = "customer_edit" if by_edit else "customer_subscription"
        return super()._mindbox_operation(event, endpoint)

    def _mindbox_customer_farewell_body(self, endpoint):
        """Return the withdrawal of every channel, also those Odoo knows nothing of."""
        everything = {"isSubscribed": False}
        if endpoint.brand:
            everything["brand"] = endpoint.brand
        ids = {endpoint.customer_id_name: self.customer_id_value}
        return {"customer": {"ids": ids, "subscriptions": [everything]}}

    # === DONE === #

    @api.model
    def _count_todo(self, endpoints):
        """Return {integration point ID: customers to delete}, whoever asks."""
        todo = [("endpoint_id", "in", endpoints.ids), ("state", "=", "todo")]
        groups = self.sudo()._read_group(todo, ["endpoint_id"], ["__count"])
        return {endpoint.id: count for endpoint, count in groups}

    def action_done(self):
        """Tick off what was deleted in Mindbox, and forget the address.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.check_access("write")
        ledger = self.env["mindbox.ledger"]
        for erasure in self:
            ledger._forget_customer(erasure.endpoint_id, int(erasure.customer_id_value))
        self.sudo().write({"state": "done", "email": False})
        return True
