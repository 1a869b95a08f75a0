# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each fault between Odoo and Mindbox is found, told with its reason, and mended."""

from odoo.tests import tagged

from ..common import Reply
from .common import REJECTED, ReconciliationCase


@tagged("post_install", "-at_install")
class TestFaults(ReconciliationCase):
    def test_when_all_is_through_both_sides_agree(self):
        self.make_everything()
        run = self.reconcile()
        self.assertEqual(self.differences(), [])
        counts = {kind: run[f"{kind}_told"] for kind in ("customers", "orders")}
        self.assertEqual(counts, {"customers": 1, "orders": 1})
        self.assertEqual(run["orders_amount"], 120)
        self.assertEqual(run["orders_told_amount"], 120)
        self.assertEqual((run["cards_amount"], run["cards_told_amount"]), (50, 50))

    def test_a_lost_row_is_found_and_sent(self):
        _partner_id, order_id, _card_id = self.make_everything()
        self.lose("orders", order_id)
        run = self.reconcile()
        self.assertEqual((run["orders_expected"], run["orders_told"]), (1, 0))
        self.assertEqual(self.differences(), [("orders", order_id, "missing", "lost")])
        self.send()
        self.deliver()
        self.assertEqual(self.differences(state="sent")[0][:2], ("orders", order_id))
        self.reconcile()
        self.assertEqual(self.differences(), [])
        self.assertEqual(len(self.differences(state="resolved")), 1)

    def test_a_changed_total_is_found_and_sent(self):
        _partner_id, order_id, _card_id = self.make_everything()
        self.execute("UPDATE sale_order SET amount_total = 133 WHERE id = %s", order_id)
        self.reconcile()
        ((_kind, found_id, problem, reason),) = self.differences(
            "kind", "res_id", "problem", "reason"
        )
        self.assertEqual((found_id, problem), (order_id, "amount"))
        self.assertIn("133.00", reason)
        self.assertIn("120.00", reason)
        with self.transaction() as env:
            env["sale.order"].browse(order_id).order_line.price_unit = 133
        self.deliver()
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_a_customer_who_is_gone_in_odoo_is_found_and_listed_for_deletion(self):
        extra_id = self.make_partner()
        self.deliver()
        self.execute("DELETE FROM res_partner WHERE id = %s", extra_id)
        self.reconcile()
        self.assertEqual(self.differences(), [("customers", extra_id, "extra", "gone")])
        self.send()
        with self.transaction() as env:
            erasure = env["mindbox.erasure"].search(
                [("endpoint_id", "=", self.endpoint_id)]
            )
            self.assertEqual(erasure.customer_id_value, str(extra_id))
        self.reconcile()
        self.assertEqual(self.differences("cause"), [("erased",)])
        with self.transaction() as env:
            env["mindbox.erasure"].search(
                [("endpoint_id", "=", self.endpoint_id)]
            ).action_done()
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_a_card_with_another_balance_is_found_and_corrected(self):
        _partner_id, _order_id, card_id = self.make_everything()
        self.execute("UPDATE loyalty_card SET points = 80 WHERE id = %s", card_id)
        self.reconcile()
        self.assertEqual(
            self.differences(), [("cards", card_id, "amount", "unrecorded")]
        )
        self.send()
        self.deliver()
        changes = self.mindbox.bodies()[-1]["balanceChanges"]
        self.assertEqual([change["changeAmount"] for change in changes], [30])
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_what_was_there_before_the_start_is_told_as_such_and_sent_in_order(self):
        with self.transaction(mindbox_skip=True) as env:
            values = {"name": "Before", "email": "before@example.com"}
            partner_id = env["res.partner"].create(values).id
        self.execute(
            "UPDATE res_partner SET create_date = now() - interval '1 year'"
            " WHERE id = %s",
            partner_id,
        )
        order_id = self.make_order(partner_id, 120)
        self.execute("DELETE FROM mindbox_request WHERE partner_id = %s", partner_id)
        self.make_everything()
        self.mindbox.calls.clear()
        self.reconcile()
        found = self.differences()
        self.assertIn(("customers", partner_id, "missing", "before"), found)
        self.assertIn(("orders", order_id, "missing"), [row[:3] for row in found])
        self.send()
        self.deliver()
        operations = [call["query"]["operation"] for call in self.mindbox.calls]
        self.assertEqual(
            operations,
            [
                "Website.RegisterCustomer",
                "Website.CreateUnauthorizedOrder",
                "Website.UpdateOrderStatus",
            ],
        )
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_an_order_alone_takes_its_customer_along(self):
        partner_id, order_id, _card_id = self.make_everything()
        self.lose("orders", order_id)
        self.reconcile()
        self.lose("customers", partner_id)
        self.mindbox.calls.clear()
        self.send()
        self.deliver()
        operations = [call["query"]["operation"] for call in self.mindbox.calls]
        self.assertEqual(operations[0], "Website.RegisterCustomer")

    def test_a_rejection_is_told_in_mindbox_words_and_replaced_when_sent(self):
        self.mindbox.answer = REJECTED
        partner_id = self.make_partner()
        self.deliver()
        self.reconcile()
        ((cause, reason),) = self.differences("cause", "reason")
        self.assertEqual((cause, reason), ("rejected", "Rejected: no"))
        self.mindbox.answer = Reply()
        self.send()
        self.deliver()
        self.assertEqual(sorted(self.states()), ["cancelled", "sent"])
        self.reconcile()
        self.assertEqual(self.differences(), [])
        self.assertEqual(self.ledger("customers")[0]["res_id"], partner_id)

    def test_a_refused_balance_is_not_counted_twice(self):
        _partner_id, _order_id, card_id = self.make_everything()
        self.mindbox.answer = REJECTED
        self.change("loyalty.card", card_id, points=70)
        self.deliver()
        self.mindbox.answer = Reply()
        self.reconcile()
        self.assertEqual(self.differences("cause"), [("rejected",)])
        self.send()
        self.deliver()
        self.assertEqual(self.ledger("cards")[0]["amount"], 70)
        self.assertNotIn("rejected", self.states())

    def test_what_waits_needs_nobody(self):
        self.make_partner()
        run = self.reconcile()
        self.assertEqual(self.differences("cause"), [("waits",)])
        self.assertEqual((run["difference_count"], run["waiting_count"]), (0, 1))
        self.send()
        self.assertEqual(self.states(), ["pending"])

    def test_data_that_were_changed_past_odoo_are_found(self):
        partner_id, _order_id, _card_id = self.make_everything()
        self.execute(
            "UPDATE res_partner SET name = 'Bella',"
            " write_date = now() at time zone 'UTC' + interval '1 minute'"
            " WHERE id = %s",
            partner_id,
        )
        self.reconcile()
        self.assertEqual(
            self.differences(), [("customers", partner_id, "data", "unrecorded")]
        )

    def test_a_touched_customer_with_the_same_data_is_no_difference(self):
        partner_id, _order_id, _card_id = self.make_everything()
        self.execute(
            "UPDATE res_partner SET comment = 'VIP',"
            " write_date = now() at time zone 'UTC' + interval '1 minute'"
            " WHERE id = %s",
            partner_id,
        )
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_a_cancelled_order_stays_and_costs_nothing(self):
        _partner_id, order_id, _card_id = self.make_everything()
        with self.transaction() as env:
            env["sale.order"].browse(order_id)._action_cancel()
        self.deliver()
        run = self.reconcile()
        self.assertEqual(self.differences(), [])
        self.assertEqual((run["orders_expected"], run["orders_told"]), (1, 1))
        self.assertEqual((run["orders_amount"], run["orders_told_amount"]), (0, 0))

    def test_an_erased_customer_is_not_sent_again(self):
        partner_id = self.make_partner()
        self.make_order(partner_id, 120)
        self.deliver()
        with self.transaction() as env:
            env["res.partner"].browse(partner_id).action_mindbox_erase()
        run = self.reconcile()
        self.assertEqual(
            self.differences(), [("customers", partner_id, "extra", "erased")]
        )
        self.assertEqual(run["difference_count"], 0)
        self.send()
        self.assertNotIn("pending", self.states())

    def test_a_merge_that_mindbox_has_not_made_is_a_difference(self):
        survivor_id, merged_id = self.make_partner(), self.make_partner()
        self.deliver()
        with self.transaction() as env:
            wizard = env["base.partner.merge.automatic.wizard"].create({})
            survivor = env["res.partner"].browse(survivor_id)
            wizard._merge([survivor_id, merged_id], survivor)
        self.mindbox.answer = REJECTED
        self.deliver()
        self.reconcile()
        self.assertIn(("customers", merged_id, "extra", "merged"), self.differences())
