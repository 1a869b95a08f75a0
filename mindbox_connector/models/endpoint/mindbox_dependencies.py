# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an integration point sees to it that what an event needs is there before it."""

from odoo import api, fields, models

# Seconds until what Mindbox has accepted is processed, in doubt. An asynchronous call
# takes up to two in the sandbox: twice that, and one for the way.
SETTLE_SECONDS = 5
MAX_SETTLE_SECONDS = 600


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    settle_seconds = fields.Integer(
        string="Settle Time (s)",
        default=SETTLE_SECONDS,
        required=True,
        help="An event leaves when the customer, card or order it is about is known to "
        "be processed. Of an asynchronous call nobody knows: what needs it waits so "
        "long. Other customers do not wait. 0 for not at all.",
    )
    new_customers_by = fields.Selection(
        [
            ("customer_register", "The operation of Customer registered"),
            ("customer_edit", "The operation of Customer changed"),
        ],
        default="customer_register",
        required=True,
        help="By which operation customers come to Mindbox who did not sign up "
        "themselves, such as those of the back office. Customer changed: only where "
        "its step in Mindbox is an import. A step that edits says Success, and does "
        "nothing about a customer it does not know.",
    )

    _settle_seconds_check = models.Constraint(
        f"CHECK(settle_seconds BETWEEN 0 AND {MAX_SETTLE_SECONDS})",
        "The settle time must be between 0 and 600 seconds.",
    )

    @api.model
    def _keep_old_ways(self):
        """Let integration points of an earlier version do as they did, and say so.

        The modes of their operations may be somebody's choice.
        """
        for endpoint in self.search([("active", "in", (True, False))]):
            endpoint.new_customers_by = "customer_edit"
            endpoint.message_post(body=endpoint._say_new_ways())

    def _say_new_ways(self):
        return self.env._(
            "New in this version, for you to decide: 1. Customers of the back office "
            "still go by the operation of Customer changed. If its step in Mindbox "
            "only edits, Mindbox does not make them: set New Customers By. 2. The "
            "modes of your operations are as they were. Customer registered, Order "
            "placed and Card issued are best synchronous; until then what needs them "
            "waits for the settle time. 3. Send Device is best switched on for logins, "
            "views, carts and lists, where your operations are set up with it."
        )

    def _has_late_makers(self):
        """Whether customers, orders or cards are made by asynchronous calls."""
        makers = self.env["mindbox.catalogue"]._get_all_makers()
        late = any(
            operation["mode"] == "async"
            for operation in self._get_operations().values()
            if operation["event"] in makers
        )
        return late and self.settle_seconds > 0
