# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cards with their owners, and what is on them."""

from odoo.tests.common import tagged

from ...models.history.csv_file import read_rows
from .common import ImportCase, read_file


@tagged("post_install", "-at_install")
class TestCards(ImportCase):
    def test_cards_with_their_owners_go_before_what_is_on_them(self):
        card = self.make_card(12.5)
        self.endpoint.card_type = "Club"
        run = self.start("cards")
        self.assertIsNone(self.work(run))
        operations = [operation for operation, _key, _rows in self.files()]
        self.assertEqual(
            operations,
            [
                "DirectCrm.Customers.ImportCards",
                "DirectCrm.CreateCustomerBalanceChangeOperation",
            ],
        )
        by_code = [
            next(row for row in rows if card.code in row)
            for _operation, _key, rows in self.files()
        ]
        owner, code, status, _moment, kind = by_code[0]
        self.assertEqual(owner, str(card.partner_id.id))
        self.assertEqual((code, status, kind), (card.code, "Activated", "Club"))
        self.assertEqual(by_code[1][:2], [card.code, "12.5"])
        self.assertEqual(run.done + run.skipped, run.total)
        first = self.mindbox.calls[0]["query"]
        self.assertEqual(first["newCardCreationAllowed"], "true")

    def download(self, run):
        """Return {operation's name: rows} of what is offered for the upload by hand."""
        run.invalidate_recordset(["chunk_ids"])
        offered = run.chunk_ids.filtered("content_id")
        return {
            chunk.file: list(read_rows(chunk.content_id.raw))[1:] for chunk in offered
        }

    def test_cards_and_what_is_on_them_are_both_there_for_the_upload_by_hand(self):
        card = self.make_card(12.5)
        run = self.start("cards", way="files")
        self.assertIsNone(self.work(run))
        files = self.download(run)
        self.assertEqual(list(files), ["cards", "balances"], "in the order to upload")
        self.assertIn(card.code, [row[1] for row in files["cards"]])
        self.assertIn([card.code, "12.5"], [row[:2] for row in files["balances"]])
        self.assertEqual(run.done + run.skipped, run.total)

    def test_an_empty_file_is_not_offered(self):
        self.env["loyalty.card"].search([]).points = 0
        self.make_card(0)
        self.env["mindbox.source"]._mindbox_flush()
        run = self.start("cards", way="files")
        self.work(run)
        self.assertEqual(list(self.download(run)), ["cards"])

    def test_cards_are_known_though_there_are_no_points_on_any(self):
        self.env["loyalty.card"].search([]).points = 0
        card = self.make_card(0)
        card._mindbox_unmark()
        self.work(self.start("cards"))
        self.assertTrue(self.env["mindbox.scope"]._knows("cards", card))

    def test_points_that_mindbox_hears_of_anyway_are_not_told_twice(self):
        card = self.make_card(10)
        self.env["mindbox.source"]._mindbox_flush()
        run = self.start("cards")
        self.work(run)
        _operation, _key, rows = self.files()[-1]
        self.assertNotIn(card.code, [row[0] for row in rows])

    def test_points_go_to_the_balance_of_their_program(self):
        card = self.make_card(12.5)
        self.endpoint.balance_name = "Bonus"
        card.program_id.mindbox_balance = "Club"
        self.endpoint.point_of_contact = "Shop"
        self.work(self.start("cards"))
        header, *rows = read_file(self.mindbox.calls[-1])
        [cells] = [row for row in rows if card.code in row]
        row = dict(zip(header, cells, strict=True))
        self.assertEqual(row["BalanceSystemName"], "Club")
        self.assertEqual(row["PointOfContactSystemName"], "Shop")

    def make_card(self, points):
        program = self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "company_id": self.endpoint.company_id.id,
            }
        )
        card = self.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "partner_id": self.make_customers("Owner").id,
                "points": points,
            }
        )
        if points == 12.5:
            # As if it had been made before the connector was there.
            self.env["mindbox.source"]._mindbox_unmark()
            card._mindbox_unmark()
        return card
