# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card number that Mindbox does not know is made there, by the one way there is.

Issuing a card finds out whether Mindbox knows it. The numbers it does not know go in a
file, each with its owner; issuing them is tried again meanwhile, until it succeeds.
"""

from datetime import timedelta

from odoo import fields, models

from ...exceptions import MindboxSkipped
from ..outbox.csv_text import to_csv

# Time from one file of cards to the next: Mindbox takes 60 files an hour of all kinds.
FILE_INTERVAL = timedelta(minutes=1)


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    def _send_instead(self, reason):
        """The card is made, and this request is tried again."""
        done = super()._send_instead(reason)
        if not done and self._lacks_card(reason):
            self.endpoint_id._make_cards(self)
        return done

    def _lacks_card(self, reason):
        return (
            self.event == "card_issue"
            and reason.code == "not_found"
            and reason.details.get("entity") == "discountCard"
            and not self.endpoint_id.cards_made_in_mindbox
        )


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _make_cards(self, request):
        """Queue a file of the cards that Mindbox does not know; not too many of them.

        :param request: the one that has found out
        """
        now = fields.Datetime.now()
        waits = self.card_file_at and now < self.card_file_at + FILE_INTERVAL
        operation = self._get_operation("card_import")
        card = self.env["loyalty.card"].browse(request.res_id).exists()
        if waits or not operation or not card:
            return
        self.card_file_at = now
        row = card._mindbox_prepare_row("card_import", operation) | {
            "endpoint_id": self.id,
            "occurred_at": now,
            "merge_key": "card_import",
            "customer_key": f"cards-{self.id}",
        }
        nobody = dict.fromkeys(
            ("partner_id", "cleared", "instead_of", "device_uuid", "customer_ip")
        )
        self.env["mindbox.request"]._insert([row | nobody])

    def _get_missing_cards(self):
        """Return the cards that wait to be made in Mindbox, as the sender sees them."""
        waiting = self.env["mindbox.request"].search(
            [
                ("endpoint_id", "=", self.id),
                ("event", "=", "card_issue"),
                ("state", "=", "pending"),
                ("reason_code", "=", "not_found"),
            ]
        )
        cards = self.env["loyalty.card"].browse(set(waiting.mapped("res_id")))
        scope = self.env["mindbox.scope"]
        return self._with_sender(cards.exists()).filtered(
            lambda card: scope._has(self, card)
        )

    def _after_sent(self, parcels):
        """A file with the cards of many customers is not kept, as those could not be
        forgotten in it."""
        result = super()._after_sent(parcels)
        bulk = [parcel.id for parcel in parcels if parcel.call.mode == "bulk"]
        if bulk:
            rows = self.env["mindbox.request"].browse(bulk)
            rows.filtered(lambda row: row.event == "card_import").payload = False
        return result


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card"]

    def _mindbox_card_import_body(self, endpoint):
        """Return the file of all cards that Mindbox does not know.

        :raise MindboxSkipped: by now it knows them all
        """
        cards = endpoint._get_missing_cards().sorted("id")
        if not cards:
            raise MindboxSkipped("no_card_missing")
        rows = [card._mindbox_row(endpoint) for card in cards]
        return to_csv([self._mindbox_header(endpoint), *rows]).decode()
