# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

from .mindbox_import_reader import Item, text

CARDS, BALANCES = "cards", "balances"


class MindboxImportCards(models.AbstractModel):
    """Cards with their owners, and what is on them: a file of each, in this order."""

    _name = "mindbox.import.cards"
    _description = "Import of Cards"
    _inherit = "mindbox.import.reader"
    _source = "loyalty.card"
    _files = (CARDS, BALANCES)
    _ledger = "cards"
    _once = (BALANCES,)

    # === WHICH RECORDS === #

    def _relation(self, run):
        return self.env["mindbox.scope"]._get_cards(run.endpoint_id)

    def _scope(self, run):
        dates = self._between(run, SQL("record.create_date"))
        website = self._on_website(run, SQL("record.mindbox_website_id"))
        return SQL("%s AND %s", dates, website)

    # === THEIR ROWS === #

    def _get_header(self, run, file):
        return {
            CARDS: self.env["loyalty.card"]._mindbox_header(run.endpoint_id),
            BALANCES: [
                "DiscountCard",
                "ChangeAmount",
                "Comments",
                "ExpirationDateTimeUtc",
                "BalanceSystemName",
                "PointOfContactSystemName",
            ],
        }[file]

    def _get_options(self, file):
        return (("newCardCreationAllowed", "true"),) if file == CARDS else ()

    def _get_items(self, run, file, ids):
        endpoint = run.endpoint_id
        cards = endpoint._with_sender(self.env["loyalty.card"].browse(ids)).exists()
        untold = self._get_untold(endpoint, cards) if file == BALANCES else {}

        def make(card):
            customer = card._mindbox_customer()
            change = untold.get(card.id, 0)
            rows = self._get_card_rows(endpoint, file, card, change)
            told = {"res_id": card.id, "partner_id": customer.id, "amount": change}
            return Item(card.id, rows, told if file == BALANCES else None)

        return [self._try(card.id, lambda card=card: make(card)) for card in cards]

    def _get_untold(self, endpoint, cards):
        """Return {card ID: points that Mindbox was not told}."""
        balances = {card.id: card.points for card in cards}
        return self.env["mindbox.ledger"]._get_untold(endpoint, "cards", balances)

    def _get_card_rows(self, endpoint, file, card, change):
        """Return the row of a card in a file; none where nothing is to be changed."""
        if file == CARDS:
            return [card._mindbox_row(endpoint)]
        if not change:
            return []
        expires = ""
        if card.expiration_date and change > 0:
            expires = endpoint._format_moment(card._mindbox_expires_at(endpoint))
        where = card._mindbox_balance(endpoint), endpoint.point_of_contact or ""
        comment = card._mindbox_get_comment(None)
        return [[card.code, text(change), comment, expires, *where]]

    def _add_told_points(self, endpoint, told):
        """Make the whole balances of changes, as the ledger keeps them."""
        ids = [row["res_id"] for row in told]
        before = self.env["mindbox.ledger"]._get_acknowledged(endpoint, "cards", ids)
        for row in told:
            points, _state = before.get(row["res_id"], (0, {}))
            row["amount"] = round(points + row["amount"], 2)
        return told

    # === RECORD BY RECORD === #

    def _prepare_requests(self, run, records):
        untold = self._get_untold(run.endpoint_id, records)
        requests = []
        for card in records:
            requests.append(run._prepare_request(card, "card_issue"))
            if change := untold.get(card.id):
                requests.append(run._prepare_fact(card, "card_balance", change=change))
        return requests

    def _get_changed(self, run, records, since):
        run._mark_changed(records, ("card_issue",), since)
