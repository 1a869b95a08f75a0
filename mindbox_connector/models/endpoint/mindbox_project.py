# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operations of a Mindbox project take: it differs from project to project.

Whatever a project need not know is off until somebody says that it does.
"""

from odoo import api, fields, models
from odoo.tools import ormcache

from ...fields import SystemName

# Types of programs with cards of discounts; a gift card is another kind in Mindbox.
CARD_TYPES = ("loyalty",)
WALLET_TYPES = ("ewallet",)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    # === CUSTOMERS === #

    name_format = fields.Selection(
        [
            ("first_last", "First name, last name"),
            ("last_first", "Last name, first name"),
            ("full", "Full name, Mindbox takes it apart"),
        ],
        string="Names Are Written As",
        required=True,
        default="full",
        help="Odoo keeps the name in one field, Mindbox in several. Of a full name "
        "Mindbox itself finds out by a dictionary what is the first name, in whatever "
        "order; other ways only where all names of the shop are written like that.",
    )
    name_alphabet = fields.Selection(
        [
            ("russian", "Russian"),
            ("russian_latin", "Russian and Latin"),
            ("any", "Not checked"),
        ],
        string="Letters of Names",
        required=True,
        default="russian",
        help="The alphabets that are set up in your Mindbox project. Mindbox empties a "
        "name with any other letter, without a word. Such names are sent as they are, "
        "and told on the page of the customer and before an import.",
    )

    send_time_zone = fields.Boolean(
        string="Time Zone of Customers",
        help="Send the time zone that customers have set themselves. Mindbox finds it "
        "out otherwise, by device, area and phone; what is sent overrides all of that.",
    )

    # === CARDS AND BALANCES === #

    cards_made_in_mindbox = fields.Boolean(
        help="All numbers of cards are in Mindbox already. Off: a number that Mindbox "
        "does not know is made there by a file, the only way that it has for that.",
    )
    card_type = fields.Char(
        help="External ID of the type that new cards get in Mindbox. Empty: none.",
    )
    card_file_at = fields.Datetime(readonly=True, copy=False)
    send_ewallets = fields.Boolean(
        string="E-Wallets Are Cards",
        help="Tell of e-wallets as of loyalty cards, with what is on them. Give their "
        "program a balance of its own, or the money is mixed up with the points.",
    )

    balance_card = fields.Boolean(
        string="Balance Calls Name the Card",
        help="The documented operation takes the customer and the change only. Switch "
        "it on where the operation of your project takes discountCard, too.",
    )
    balance_order = fields.Boolean(
        string="Balance Calls Name the Order",
        help="Switch it on where the operation of your project takes the order by "
        "which the points have come or gone.",
    )
    balance_name = SystemName(
        string="Balance",
        help="System name of the balance that the points belong to. Only for projects "
        "with several balances; a loyalty program may name another one.",
    )
    point_of_contact = SystemName(
        help="System name of the point of contact to which changes of balances are "
        "booked. Empty: Mindbox takes the one of the operation.",
    )

    # === ORDERS === #

    line_status = fields.Selection(
        [
            ("string", "As a text"),
            ("object", "As an object"),
            ("none", "Only by the operation of statuses"),
        ],
        string="Status of Lines",
        required=True,
        default="string",
        help="How the lines of an order that is placed or changed carry their status. "
        "As an object: for projects with Mindbox's processing of orders. The operation "
        "of statuses then tells only what changes afterwards.",
    )
    send_total = fields.Boolean(
        string="Total of Orders",
        default=True,
        help="totalPrice: what the customer has paid in the end, without what was "
        "cancelled or came back. Off: Mindbox adds up the delivered lines.",
    )
    send_payments = fields.Boolean(
        string="Payments of Orders",
        help="Send what was paid online, by the code of the payment method in Odoo. A "
        "method with this external ID must exist in the project.",
    )
    delivery_type_field = SystemName(
        string="Field of the Delivery",
        help="System name of the additional field of orders that gets the name of the "
        "delivery method. Empty: not sent.",
    )
    area_ref = fields.Selection(
        [("state", "Code of the state"), ("city", "City"), ("zip", "ZIP code")],
        string="Area of Orders",
        help="What of the delivery address is the external ID of the area in Mindbox. "
        "Empty: not sent.",
    )

    @api.model
    @ormcache()
    def _sends_time_zones(self):
        """Whether any integration point tells time zones."""
        return bool(self.sudo().search_count([("send_time_zone", "=", True)], limit=1))

    def _get_card_types(self):
        """Return the types of programs whose cards are discount cards in Mindbox."""
        return CARD_TYPES + WALLET_TYPES if self.send_ewallets else CARD_TYPES

    def _get_line_status(self, status):
        """Return a status as the lines of an order carry it, as a part of the line."""
        if self.line_status == "none" or not status:
            return {}
        as_object = {"ids": {"externalId": status}}
        return {"status": as_object if self.line_status == "object" else status}

    def _get_part_statuses(self, status):
        """Return the statuses of the parts of a line: kept, returned, cancelled.

        Where Mindbox knows no status for returned goods, they are cancelled ones.

        :param str status: of the order
        """
        statuses = self._get_statuses()
        cancelled = statuses.get("cancelled") or status
        returned = statuses.get("returned") or cancelled
        return {"kept": status, "returned": returned, "cancelled": cancelled}

    def _tells_status_in_lines(self):
        return self.line_status != "none"
