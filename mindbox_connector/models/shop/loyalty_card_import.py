# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card number that Mindbox does not know is made there, by the one way there is.

Issuing a card finds out whether Mindbox knows it. The numbers it does not know go in a
file, each with its owner; once it has left, issuing them is tried again. To a call that
is only accepted nobody says that: there the file goes first.
"""

from datetime import datetime, timedelta

from odoo import fields, models

from ...exceptions import MindboxSkipped
from ...reasons import NO_REASON, Reason
from ..outbox.csv_text import read_cells, to_csv
from ..outbox.lanes import MISSING_CARD_ATTEMPTS

# Mindbox takes 60 files an hour, of all kinds. The first files of an hour follow each
# other quickly, so that a new card, and what its customer does next, waits for seconds.
QUICK_FILES = 20
QUICK_INTERVAL = timedelta(seconds=10)
INTERVAL = timedelta(minutes=2)
NO_CARD = Reason("not_found", {"entity": "discountCard"})


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    def _send_instead(self, reason):
        """The card is made, and this request is tried again."""
        done = super()._send_instead(reason)
        if not done and self._lacks_card(reason):
            self.endpoint_id._make_cards(self)
        return done

    def _find_card(self):
        return self.env["loyalty.card"].browse(self.res_id).exists()

    def _waits_for_card(self):
        """Whether no file has named the card yet, as far as anybody knows.

        A call that may have left goes to its end: what becomes of it is told.
        """
        if self.may_have_left or self.attempts and self.reason_code != NO_CARD.code:
            return False
        card = self._find_card()
        return not (card and self.env["mindbox.scope"]._knows("cards", card))

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

    def _leave_contested(self, rows):
        """Nobody says that there is no such card to a call that is only accepted."""
        rows = super()._leave_contested(rows)
        issues = self._find_issues_before_file(rows)
        lanes = {row["customer_key"] for row in rows if row["id"] in issues.ids}
        for issue in issues:
            issue.attempts += 1
            issue._wait_again(NO_CARD)
            self._make_cards(issue)
        return [row for row in rows if row["customer_key"] not in lanes]

    def _find_issues_before_file(self, rows):
        """Return the asynchronous issues of cards that no file has made yet."""
        requests = self.env["mindbox.request"]
        if self.cards_made_in_mindbox or not self._get_operation("card_import"):
            return requests
        issues = requests.browse(
            row["id"]
            for row in rows
            if (row["event"], row["mode"]) == ("card_issue", "async")
            and row["missing_attempts"] < MISSING_CARD_ATTEMPTS
        )
        issues.invalidate_recordset(
            ["attempts", "missing_attempts", "may_have_left", "reason_code"]
        )
        return issues.filtered(lambda issue: issue._waits_for_card())

    def _make_cards(self, request):
        """Queue a file of the cards that Mindbox does not know; not too many of them.

        Where one cannot leave yet, the next attempt to issue the card asks again.

        :param request: the one that has found out
        """
        now = fields.Datetime.now()
        operation = self._get_operation("card_import")
        card = self.env["loyalty.card"].browse(request.res_id).exists()
        if not operation or not card or now < self._get_next_card_file_at(now):
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

    def _get_next_card_file_at(self, now):
        """Return when the next file of cards may leave."""
        domain = [("endpoint_id", "=", self.id), ("event", "=", "card_import")]
        hour = [("occurred_at", ">", now - timedelta(hours=1))]
        files = self.env["mindbox.request"].search_count(domain + hour)
        interval = QUICK_INTERVAL if files < QUICK_FILES else INTERVAL
        return (self.card_file_at or datetime.min) + interval

    def _get_missing_cards(self):
        """Return the cards that wait to be made in Mindbox, as the sender sees them."""
        waiting = self._find_issues_of_missing_cards()
        cards = self.env["loyalty.card"].browse(set(waiting.mapped("res_id")))
        scope = self.env["mindbox.scope"]
        return self._with_sender(cards.exists()).filtered(
            lambda card: scope._has(self, card)
        )

    def _find_issues_of_missing_cards(self):
        return self.env["mindbox.request"].search(
            [
                ("endpoint_id", "=", self.id),
                ("event", "=", "card_issue"),
                ("state", "=", "pending"),
                ("reason_code", "=", "not_found"),
            ]
        )

    def _after_sent(self, parcels):
        """A file with the cards of many customers is not kept, as those could not be
        forgotten in it. Its cards are there as soon as Mindbox has worked it off."""
        result = super()._after_sent(parcels)
        bulk = [parcel.id for parcel in parcels if parcel.call.mode == "bulk"]
        rows = self.env["mindbox.request"].browse(bulk).exists()
        if files := rows.filtered(lambda row: row.event == "card_import"):
            made = set().union(*(read_cells(file.payload or "") for file in files))
            files.payload = False
            self._go_on_after(made)
        self._issue_again(self._find_merge_requests(parcels).partner_id)
        return result

    def _issue_again(self, survivors):
        """Issue what was refused as another customer's card: they are one by now.

        A file has made it for its owner of then, who was merged before it was issued.
        """
        refused = [
            ("endpoint_id", "=", self.id),
            ("partner_id", "in", survivors.ids),
            ("event", "=", "card_issue"),
            ("state", "=", "rejected"),
            ("reason_code", "=", "other_customer"),
        ]
        requests = self.env["mindbox.request"]
        if survivors and (issues := requests.search(refused)):
            requests._resend(issues.ids)

    def _go_on_after(self, made):
        """Have the cards issued that a file has made.

        :param made: the numbers that are in it, and what else is
        """
        settled = fields.Datetime.now() + timedelta(seconds=self.settle_seconds)
        issues = self._find_issues_of_missing_cards()
        issues.next_attempt_at = settled
        late = issues.filtered(lambda issue: issue.mode == "async")
        late.filtered(lambda issue: issue._find_card().code in made).write(
            NO_REASON.get_values()
        )


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
