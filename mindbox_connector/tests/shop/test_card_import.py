# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card that Mindbox does not know is made there by a file, and then issued."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.shop.loyalty_card_import import INTERVAL, QUICK_FILES, QUICK_INTERVAL
from ..common import Reply
from ..comparison.common import LedgerCase
from ..history.common import read_file

ISSUE, FILE = "Website.IssueDiscountCard", "DirectCrm.Customers.ImportCards"


@tagged("post_install", "-at_install")
class TestCardImport(LedgerCase):
    """Mindbox knows a card once a file has named it."""

    def setUp(self):
        super().setUp()
        self.made, self.lost = set(), []
        self.mindbox.answer = self.answer
        self.partner_id = self.make_partner()

    def answer(self, call):
        operation = call["query"]["operation"]
        if operation == FILE:
            self.made.update(row[1] for row in read_file(call)[1:])
        if operation != ISSUE:
            return Reply()
        number = json.loads(call["body"])["discountCard"]["ids"]["number"]
        status = "Bound" if number in self.made else "NotFound"
        if "/async" in call["path"]:
            # Nobody hears of it.
            self.lost += [number] * (status == "NotFound")
            return Reply()
        card = {"processingStatus": status, "ids": {"number": number}}
        return Reply(200, {"status": "Success", "discountCard": card})

    def make_cards(self, *names):
        for name in names:
            self.make_card(self.make_partner(name=name, email=f"{name}@x.com"), 0)

    def issue(self):
        """Deliver until nothing comes again; how many rounds that takes may differ.

        The file may have left before all cards were refused: then another one follows.
        """
        for _round in range(12):
            self.deliver()
            self.make_due()
            self.set_endpoint(card_file_at=False)
            if "pending" not in self.states():
                break

    def calls(self, operation):
        return [c for c in self.mindbox.calls if c["query"]["operation"] == operation]

    def events(self):
        rows = self.rows("event", "state", "payload")
        return [row for row in rows if row["event"].startswith("card_i")]

    def get_wait_for_the_next_file(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            now = endpoint.card_file_at = fields.Datetime.now()
            return endpoint._get_next_card_file_at(now) - now

    def test_an_unknown_card_is_made_with_its_owner_and_then_issued(self):
        self.set_endpoint(card_type="Club")
        card_id = self.make_card(self.partner_id, 0)
        self.issue()
        [call] = self.calls(FILE)
        self.assertEqual(call["query"]["newCardCreationAllowed"], "true")
        header, row = read_file(call)
        cells = dict(zip(header, row, strict=True))
        self.assertEqual(cells["ExternalIdentitywebsiteID"], str(self.partner_id))
        self.assertEqual((cells["Status"], cells["CardType"]), ("Activated", "Club"))
        with self.transaction() as env:
            code = env["loyalty.card"].browse(card_id).code
        self.assertEqual(cells["CardNumber"], code)
        self.assertEqual({row["state"] for row in self.events()}, {"sent"})
        self.assertEqual(len(self.calls(ISSUE)), 2)

    def test_many_unknown_cards_are_made_by_one_file(self):
        self.make_cards("anna", "berta", "clara")
        self.issue()
        self.assertLessEqual(len(self.calls(FILE)), 2)
        self.assertEqual(len(self.made), 3)
        self.assertEqual({row["state"] for row in self.events()}, {"sent"})

    def test_the_files_of_an_hour_leave_quickly_at_first_and_then_in_peace(self):
        quick = self.get_wait_for_the_next_file()
        self.insert(*({"event": "card_import", "state": "sent"},) * QUICK_FILES)
        later = self.get_wait_for_the_next_file()
        self.assertEqual((quick, later), (QUICK_INTERVAL, INTERVAL))
        hour = QUICK_FILES * QUICK_INTERVAL + (60 - QUICK_FILES) * INTERVAL
        self.assertGreater(hour, timedelta(hours=1), "Mindbox takes 60 in an hour")

    def test_once_a_file_has_left_its_cards_are_issued_without_a_longer_wait(self):
        self.set_endpoint(settle_seconds=0)
        self.make_cards("anna")
        self.deliver()
        self.deliver()
        self.assertEqual(self.calls(FILE)[0]["query"]["operation"], FILE)
        self.deliver()
        self.assertEqual({row["state"] for row in self.events()}, {"sent"})

    def issue_asynchronously(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            operations = endpoint.operation_ids
            operations.filtered(lambda o: o.event == "card_issue").mode = "async"

    def test_a_call_that_is_only_accepted_leaves_after_the_file(self):
        self.issue_asynchronously()
        self.make_cards("anna", "berta")
        self.issue()
        self.assertFalse(self.lost)
        self.assertEqual(len(self.calls(FILE)), 1)
        self.assertEqual(len(self.calls(ISSUE)), 2)
        self.assertEqual({row["state"] for row in self.events()}, {"sent"})

    def test_a_card_that_mindbox_knows_needs_no_file_again(self):
        self.issue_asynchronously()
        card_id = self.make_card(self.partner_id, 0)
        self.issue()
        with self.transaction() as env:
            env["loyalty.card"].browse(card_id).partner_id = self.make_partner(
                name="Berta", email="berta@x.com"
            )
        self.issue()
        self.assertEqual(len(self.calls(FILE)), 1)
        self.assertEqual(len(self.calls(ISSUE)), 2)

    def test_no_card_is_made_where_mindbox_makes_them(self):
        self.set_endpoint(cards_made_in_mindbox=True)
        self.make_card(self.partner_id, 0)
        self.issue()
        self.assertFalse(self.calls(FILE))

    def test_a_file_with_the_cards_of_many_customers_is_not_kept(self):
        self.make_card(self.partner_id, 0)
        self.issue()
        [payload] = [r["payload"] for r in self.events() if r["event"] == "card_import"]
        self.assertFalse(payload)
