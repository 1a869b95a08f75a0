# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import MindboxSkipped
from ..shop.loyalty_card import CARD_TYPES
from .mindbox_import_reader import Item, text

CARDS, OWNERS, BALANCES = "cards", "card_owners", "balances"


class MindboxImportCards(models.AbstractModel):
    """Cards, whose they are, and what is on them: a file of each, in this order."""

    _name = "mindbox.import.cards"
    _description = "Import of Cards"
    _inherit = "mindbox.import.reader"
    _source = "loyalty.card"
    _files = (CARDS, OWNERS, BALANCES)
    _ledger = "cards"

    # === WHICH RECORDS === #

    def _scope(self, run):
        return SQL(
            """
            record.partner_id IS NOT NULL AND %(dates)s AND EXISTS (
                SELECT FROM loyalty_program program
                  JOIN res_partner owner ON owner.id = record.partner_id
                  LEFT JOIN sale_order sale ON sale.id = record.order_id
                 WHERE program.id = record.program_id
                   AND program.program_type = ANY(%(types)s)
                   AND (sale.id IS NULL OR sale.state = 'sale' OR record.points != 0)
                   AND %(routed)s AND %(website)s
            )
            """,
            dates=self._between(run, SQL("record.create_date")),
            types=list(CARD_TYPES),
            routed=self._routed(
                run,
                SQL("COALESCE(sale.website_id, program.website_id)"),
                SQL("COALESCE(program.company_id, sale.company_id, owner.company_id)"),
            ),
            website=SQL(
                "COALESCE(sale.website_id, program.website_id) = %s", run.website_id.id
            )
            if run.website_id
            else SQL("TRUE"),
        )

    # === THEIR ROWS === #

    def _get_header(self, run, file):
        return {
            CARDS: ["CardNumber", "Status", "StatusChangeDateTimeUtc"],
            OWNERS: [
                f"ExternalIdentity{run.endpoint_id.customer_id_name}",
                "DiscountCard",
            ],
            BALANCES: [
                "DiscountCard",
                "ChangeAmount",
                "Comments",
                "ExpirationDateTimeUtc",
            ],
        }[file]

    def _get_options(self, file):
        return (("newCardCreationAllowed", "true"),) if file == CARDS else ()

    def _get_items(self, run, file, ids):
        endpoint = run.endpoint_id
        cards = endpoint._with_sender(self.env["loyalty.card"].browse(ids)).exists()
        known = self._get_known_points(endpoint, ids) if file == BALANCES else {}

        def make(card):
            customer = card._mindbox_customer()
            if not customer:
                raise MindboxSkipped(
                    self.env._("The owner of the card is no customer.")
                )
            customer._mindbox_check_included(endpoint)
            change = round(card.points - known.get(card.id, 0), 2)
            rows = self._get_card_rows(endpoint, file, card, customer, change)
            told = {"res_id": card.id, "partner_id": customer.id, "amount": change}
            return Item(card.id, rows, told if file == BALANCES else None)

        return [self._try(card.id, lambda card=card: make(card)) for card in cards]

    def _get_card_rows(self, endpoint, file, card, customer, change):
        """Return the row of a card in a file; none where nothing is to be changed."""
        if file == CARDS:
            status = "Activated" if card.active else "Inactive"
            return [[card.code, status, endpoint._format_moment(card.create_date)]]
        if file == OWNERS:
            return [[str(customer.id), card.code]]
        if not change:
            return []
        expires = ""
        if card.expiration_date and change > 0:
            moment = fields.Datetime.to_datetime(card.expiration_date)
            expires = endpoint._format_moment(moment)
        return [[card.code, text(change), card._mindbox_get_comment(None), expires]]

    def _get_known_points(self, endpoint, ids):
        """Return {card ID: points that Mindbox knows of, or is about to hear of}.

        An import adds what is missing to them, so that points never count twice.
        """
        known = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT res_id, sum((payload::json->'balanceChanges'
                                        ->0->>'changeAmount')::numeric)::float8
                      FROM mindbox_request
                     WHERE endpoint_id = %s AND event = 'card_balance'
                       AND res_model = 'loyalty.card' AND res_id = ANY(%s)
                       AND state = 'pending' AND payload != ''
                     GROUP BY res_id
                    """,
                    endpoint.id,
                    ids,
                )
            )
        )
        for card_id, amount in self._get_told_points(endpoint, ids).items():
            known[card_id] = known.get(card_id, 0) + amount
        return known

    def _get_told_points(self, endpoint, ids):
        """Return {card ID: points that Mindbox has acknowledged}."""
        rows = self.env["mindbox.ledger"].search_read(
            [
                ("endpoint_id", "=", endpoint.id),
                ("kind", "=", "cards"),
                ("res_id", "in", ids),
            ],
            ["res_id", "amount"],
        )
        return {row["res_id"]: row["amount"] for row in rows}

    def _add_told_points(self, endpoint, told):
        """Make the whole balances of changes, as the ledger keeps them."""
        before = self._get_told_points(endpoint, [row["res_id"] for row in told])
        for row in told:
            row["amount"] = round(before.get(row["res_id"], 0) + row["amount"], 2)
        return told

    # === RECORD BY RECORD === #

    def _prepare_requests(self, run, records):
        known = self._get_known_points(run.endpoint_id, records.ids)
        requests = []
        for card in records:
            requests.append(run._prepare_request(card, "card_issue"))
            change = round(card.points - known.get(card.id, 0), 2)
            if change:
                requests.append(run._prepare_fact(card, "card_balance", change=change))
        return requests

    def _get_changed(self, run, records, since):
        run._mark_changed(records, ("card_issue",), since)
