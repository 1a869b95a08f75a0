# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox was told is kept, when it has accepted it, and once."""

import json

from odoo.tests import TransactionCase, tagged

from ..common import Reply
from .common import REJECTED, LedgerCase


@tagged("post_install", "-at_install")
class TestLedger(LedgerCase):
    def test_an_accepted_customer_is_kept_without_personal_data(self):
        partner_id = self.make_partner(phone="+7 999 123-45-67")
        self.deliver()
        (row,) = self.ledger("customers", "res_id", "digest", "reference", "amount")
        self.assertEqual(row["res_id"], partner_id)
        (body,) = self.mindbox.bodies()
        with self.transaction() as env:
            digest = env["mindbox.ledger"]._get_digest(body["customer"])
        self.assertEqual(row["digest"], digest)
        self.assertFalse(row["reference"])

    def test_the_digest_follows_the_data_and_not_what_was_cleared(self):
        partner_id = self.make_partner(phone="+7 999 123-45-67")
        self.deliver()
        (before,) = self.ledger("customers", "digest")
        self.change("res.partner", partner_id, phone=False)
        self.deliver()
        (row,) = self.ledger("customers", "digest")
        self.assertNotEqual(row["digest"], before["digest"])
        customer = self.mindbox.bodies()[-1]["customer"]
        self.assertEqual(customer["mobilePhone"], "%CLEAR%")
        with self.transaction() as env:
            ledger = env["mindbox.ledger"]
            self.assertEqual(row["digest"], ledger._get_digest(customer))
            del customer["mobilePhone"]
            self.assertEqual(row["digest"], ledger._get_digest(customer))

    def test_what_is_refused_is_not_known_to_mindbox(self):
        self.mindbox.answer = REJECTED
        self.make_partner()
        self.deliver()
        self.assertEqual(self.ledger("customers"), [])

    def test_an_order_is_kept_with_its_last_told_total(self):
        partner_id = self.make_partner()
        order_id = self.make_order(partner_id, 120.5)
        self.deliver()
        (row,) = self.ledger("orders")
        self.assertEqual((row["res_id"], row["amount"]), (order_id, 120.5))
        with self.transaction() as env:
            order = env["sale.order"].browse(order_id)
            self.assertEqual(row["reference"], order.name)
            order.order_line.price_unit = 99.99
        self.assertEqual(self.ledger("orders")[0]["amount"], 120.5)
        self.deliver()
        self.assertEqual(self.ledger("orders")[0]["amount"], 99.99)

    def test_a_balance_is_the_sum_of_the_accepted_changes(self):
        card_id = self.make_card(self.make_partner(), 50)
        self.change("loyalty.card", card_id, points=80)
        self.change("loyalty.card", card_id, points=70.5)
        self.deliver()
        (row,) = self.ledger("cards")
        self.assertEqual((row["res_id"], row["amount"]), (card_id, 70.5))
        self.change("loyalty.card", card_id, points=0)
        self.deliver()
        self.assertEqual(self.ledger("cards")[0]["amount"], 0)

    def test_a_change_of_a_balance_that_is_sent_again_counts_once(self):
        self.make_card(self.make_partner(), 50)
        self.deliver()
        with self.transaction() as env:
            rows = env["mindbox.request"].search(
                [("endpoint_id", "=", self.endpoint_id), ("state", "=", "sent")]
            )
            rows.action_resend()
        self.mindbox.answer = Reply(body={"status": "TransactionAlreadyProcessed"})
        self.deliver()
        self.assertEqual(self.ledger("cards")[0]["amount"], 50)

    def test_a_change_that_was_accepted_keeps_its_id_even_when_refused_later(self):
        self.make_card(self.make_partner(), 50)
        self.deliver()
        domain = [
            ("endpoint_id", "=", self.endpoint_id),
            ("event", "=", "card_balance"),
        ]
        with self.transaction() as env:
            before = env["mindbox.request"].search(domain).transaction_id
            env["mindbox.request"].search(domain).action_resend()
        self.mindbox.answer = REJECTED
        self.deliver()
        with self.transaction() as env:
            change = env["mindbox.request"].search(domain)
            self.assertEqual(change.state, "rejected")
            change.action_resend()
            self.assertEqual(change.transaction_id, before)

    def test_a_refused_change_counts_when_it_is_accepted_at_last(self):
        card_id = self.make_card(self.make_partner(), 50)
        self.deliver()
        self.mindbox.answer = REJECTED
        self.change("loyalty.card", card_id, points=60)
        self.deliver()
        self.assertEqual(self.ledger("cards")[0]["amount"], 50)
        self.mindbox.answer = Reply()
        with self.transaction() as env:
            env["mindbox.request"].search(
                [("endpoint_id", "=", self.endpoint_id), ("state", "=", "rejected")]
            ).action_resend()
        self.deliver()
        self.assertEqual(self.ledger("cards")[0]["amount"], 60)

    def test_what_the_import_has_told_is_overwritten_by_what_comes_later(self):
        partner_id = self.make_partner()
        order_id = self.make_order(partner_id, 120)
        card_id = self.make_card(partner_id, 50)
        with self.transaction() as env:
            env["mindbox.request"].search(
                [("endpoint_id", "=", self.endpoint_id)]
            ).unlink()
            ledger = env["mindbox.ledger"]
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            told = {"res_id": order_id, "partner_id": partner_id, "amount": 100}
            ledger._acknowledge(endpoint, "orders", [told | {"reference": "S1"}])
            told = {"res_id": card_id, "partner_id": partner_id, "amount": 50}
            ledger._acknowledge(endpoint, "cards", [told])
            ledger._acknowledge(endpoint, "cards", [told])
        self.assertEqual(self.ledger("orders")[0]["origin"], "import")
        self.assertEqual(self.ledger("cards")[0]["amount"], 50)
        self.change("loyalty.card", card_id, points=65)
        with self.transaction() as env:
            env["sale.order"].browse(order_id).order_line.price_unit = 110
        self.deliver()
        (order,) = self.ledger("orders")
        self.assertEqual((order["amount"], order["origin"]), (110, "request"))
        self.assertEqual(self.ledger("cards")[0]["amount"], 65)

    def test_a_merged_customer_is_known_until_mindbox_has_merged_it(self):
        survivor_id, merged_id = self.make_partner(), self.make_partner()
        self.deliver()
        with self.transaction() as env:
            wizard = env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge(
                [survivor_id, merged_id], env["res.partner"].browse(survivor_id)
            )
        rows = self.ledger("customers", "res_id", "partner_id")
        self.assertEqual([row["res_id"] for row in rows], [survivor_id, merged_id])
        self.assertEqual({row["partner_id"][0] for row in rows}, {survivor_id})
        self.deliver()
        rows = self.ledger("customers", "res_id")
        self.assertEqual([row["res_id"] for row in rows], [survivor_id])

    def test_an_erased_customer_leaves_no_digest_and_no_orders(self):
        partner_id = self.make_partner()
        self.make_order(partner_id, 120)
        self.deliver()
        with self.transaction() as env:
            env["res.partner"].browse(partner_id).action_mindbox_erase()
        self.assertEqual(self.ledger("orders"), [])
        (row,) = self.ledger("customers", "digest")
        self.assertFalse(row["digest"])
        with self.transaction() as env:
            env["mindbox.erasure"].search(
                [("endpoint_id", "=", self.endpoint_id)]
            ).action_done()
        self.assertEqual(self.ledger("customers"), [])

    def test_a_customer_known_from_the_ledger_only_is_erased_in_mindbox_too(self):
        """Its requests were removed long ago."""
        partner_id = self.make_partner()
        self.deliver()
        domain = [("endpoint_id", "=", self.endpoint_id)]
        with self.transaction() as env:
            env["mindbox.request"].search(domain).unlink()
            env["res.partner"].browse(partner_id).unlink()
            erasure = env["mindbox.erasure"].search(domain)
            self.assertEqual(erasure.customer_id_value, str(partner_id))

    def test_two_answers_about_one_record_in_one_batch(self):
        partner_id = self.make_partner()
        body = json.dumps({"customer": {"ids": {"websiteID": str(partner_id)}}})
        row = {"event": "customer_edit", "res_id": partner_id, "payload": body}
        self.insert(row, row)
        self.deliver()
        (row,) = self.ledger("customers", "res_id")
        self.assertEqual(row["res_id"], partner_id)


@tagged("post_install", "-at_install")
class TestResend(TransactionCase):
    def test_many_requests_go_again_in_a_handful_of_statements(self):
        endpoint = self.env["mindbox.endpoint"].create(
            {"name": "Shop", "endpoint_code": "Shop.Website", "secret_key": "key"}
        )
        requests = self.env["mindbox.request"].create(
            [
                {
                    "endpoint_id": endpoint.id,
                    "event": "customer_authorize",
                    "state": "sent",
                    "payload": "{}",
                }
            ]
            * 300
        )
        self.env.flush_all()
        with self.assertQueryCount(__system__=10):
            requests.action_resend()
        self.assertEqual(set(requests.mapped("state")), {"pending"})
