# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A card that Mindbox does not know is made there by a file, and then issued."""

import json

from odoo.tests import tagged

from ..common import Reply
from ..comparison.common import LedgerCase
from ..history.common import read_file

ISSUE, FILE = "Website.IssueDiscountCard", "DirectCrm.Customers.ImportCards"


@tagged("post_install", "-at_install")
class TestCardImport(LedgerCase):
    """Mindbox knows a card once a file has named it."""

    def setUp(self):
        super().setUp()
        self.made = set()
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
        card = {"processingStatus": status, "ids": {"number": number}}
        return Reply(200, {"status": "Success", "discountCard": card})

    def make_cards(self, *names):
        for name in names:
            self.make_card(self.make_partner(name=name, email=f"{name}@x.com"), 0)

    def issue(self):
        """Deliver until nothing comes again."""
        for _round in range(4):
            self.deliver()
            self.make_due()

    def calls(self, operation):
        return [c for c in self.mindbox.calls if c["query"]["operation"] == operation]

    def events(self):
        rows = self.rows("event", "state", "payload")
        return [row for row in rows if row["event"].startswith("card_i")]

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
