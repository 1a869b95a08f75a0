# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each fault between Odoo and Mindbox is found, told with its reason, and mended."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ...models.comparison.expectation import Expectation
from ..common import Reply
from ..sources import SourceCase
from .test_ledger import REJECTED, LedgerCase


class ReconciliationCase(LedgerCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            # What the demo data hold is not this test's business.
            self.set_domain(env, [("id", ">", self._first)])

    def set_domain(self, env, domain):
        env["mindbox.endpoint"].browse(self.endpoint_id).customer_domain = str(domain)

    def reconcile(self):
        """Compare as the nightly job does; return the run as a dict."""
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            run = endpoint._queue_reconciliation()
            endpoint._reconcile()
            self.assertEqual(run.state, "done", run.error)
            return run.read()[0]

    def differences(self, *names, state="open"):
        names = names or ("kind", "res_id", "problem", "cause")
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id), ("state", "=", state)]
            rows = env["mindbox.difference"].search_read(domain, names, order="id")
        return [tuple(row[name] for name in names) for row in rows]

    def send(self):
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id)]
            env["mindbox.difference"].search(domain).action_send()

    def execute(self, query, *params):
        with self.transaction() as env:
            env.cr.execute(query, params)

    def lose(self, kind, record_id):
        self.execute(
            "DELETE FROM mindbox_ledger WHERE kind = %s AND res_id = %s",
            kind,
            record_id,
        )

    def make_everything(self):
        """Return a customer, an order and a card that Mindbox has accepted."""
        partner_id = self.make_partner()
        order_id = self.make_order(partner_id, 120)
        card_id = self.make_card(partner_id, 50)
        self.deliver()
        return partner_id, order_id, card_id


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
                "Website.EditCustomer",
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
        self.assertEqual(operations[0], "Website.EditCustomer")

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

    def test_a_cancelled_order_stays_as_it_was_told(self):
        _partner_id, order_id, _card_id = self.make_everything()
        with self.transaction() as env:
            env["sale.order"].browse(order_id)._action_cancel()
        self.deliver()
        run = self.reconcile()
        self.assertEqual(self.differences(), [])
        self.assertEqual((run["orders_expected"], run["orders_told"]), (1, 1))

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


@tagged("post_install", "-at_install")
class TestAlert(ReconciliationCase):
    def alerts(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            kind = "mindbox_connector.activity_type_differences"
            return len(endpoint.activity_search([kind]))

    def test_the_responsible_person_is_told_once_until_it_is_over(self):
        _partner_id, order_id, card_id = self.make_everything()
        self.lose("orders", order_id)
        self.reconcile()
        self.assertEqual(self.alerts(), 1)
        self.lose("cards", card_id)
        self.reconcile()
        self.assertEqual(self.alerts(), 1)
        self.send()
        self.deliver()
        self.reconcile()
        self.assertEqual(self.alerts(), 0)

    def test_few_differences_are_no_alert_where_more_are_asked_for(self):
        _partner_id, order_id, _card_id = self.make_everything()
        self.set_endpoint(difference_alert=2)
        self.lose("orders", order_id)
        self.reconcile()
        self.assertEqual(self.alerts(), 0)


@tagged("post_install", "-at_install")
class TestReadBack(ReconciliationCase):
    def setUp(self):
        super().setUp()
        self.set_endpoint(
            read_customer_operation="Website.GetCustomerInfo",
            read_order_operation="Website.GetOrder",
        )
        self.shown = {}
        self.mindbox.answer = self.answer

    def answer(self, call):
        name = call["query"]["operation"]
        return Reply(body={"status": "Success", **self.shown.get(name, {})})

    def read_sample(self):
        run = self.reconcile()
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id)._read_back(run["id"])
            return env["mindbox.reconciliation"].browse(run["id"]).read()[0]

    def test_what_mindbox_shows_otherwise_is_named_field_by_field(self):
        partner_id, order_id, _card_id = self.make_everything()
        self.shown = {
            "Website.GetCustomerInfo": {
                "customer": {"email": "OTHER@example.com", "firstName": "anna"},
                "balances": [{"systemName": "Main", "total": 20}],
            },
            "Website.GetOrder": {"order": {"totalPrice": 100}},
        }
        run = self.read_sample()
        self.assertEqual(run["read_count"], 2)
        rows = self.differences("kind", "res_id", "problem", "detail")
        self.assertEqual(
            rows,
            [
                ("customers", partner_id, "other", "email, balance 50.00 ≠ 20.00"),
                ("orders", order_id, "other", "totalPrice 120.00 ≠ 100.00"),
            ],
        )
        self.assertNotIn("OTHER@example.com", str(rows))
        self.shown = {}
        self.read_sample()
        self.assertEqual(self.differences(), [])

    def test_what_mindbox_does_not_find_is_a_difference(self):
        partner_id, _order_id, _card_id = self.make_everything()
        missing = {"customer": {"processingStatus": "NotFound"}}
        self.shown = {"Website.GetCustomerInfo": missing}
        self.read_sample()
        ((found_id, problem),) = self.differences("res_id", "problem")
        self.assertEqual((found_id, problem), (partner_id, "unseen"))

    def test_a_mindbox_that_cannot_be_read_is_no_difference(self):
        self.make_everything()
        self.mindbox.answer = Reply(503, {"status": "InternalServerError"})
        run = self.read_sample()
        self.assertEqual(run["read_note"], "Mindbox is out of order (503).")
        self.assertEqual(self.differences(), [])


@tagged("post_install", "-at_install")
class TestRules(SourceCase):
    """The rules in SQL are those by which events are recorded."""

    def expected(self):
        return {(row[0], row[1]): row for row in self.get_rows(self.endpoint)}

    def get_rows(self, endpoint):
        self.env.flush_all()
        query = Expectation(endpoint).get_query(endpoint._get_told_kinds())
        return self.env.execute_query(query)

    def test_the_total_is_the_one_of_the_body(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        usd = self.env.ref("base.USD")
        (euro if self.endpoint.currency_id == usd else usd).active = True
        foreign = euro if self.endpoint.currency_id != euro else usd
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        orders = self.make_order((self.other_product, 3), (self.product, 1))
        orders |= self.make_order(
            (self.other_product, 7, {"price_unit": 33.335}), pricelist_id=pricelist.id
        )
        orders.action_confirm()
        found = self.expected()
        for order in orders:
            body = self.endpoint._with_sender(order)._mindbox_totals(self.endpoint)
            amount = found["orders", order.id][4]
            self.assertEqual(float(amount), body["totalPrice"], order.currency_id.name)

    def test_delivery_is_left_out_where_the_total_leaves_it_out(self):
        self.endpoint.delivery_in_total = False
        order = self.make_order((self.product, 1), (self.other_product, 1))
        order.order_line[1].is_delivery = True
        order.action_confirm()
        body = self.endpoint._with_sender(order)._mindbox_totals(self.endpoint)
        self.assertEqual(
            float(self.expected()["orders", order.id][4]), body["totalPrice"]
        )

    def test_who_is_no_customer_is_not_expected(self):
        partners = self.env["res.partner"]
        address = partners.create(
            {
                "name": "Street",
                "type": "delivery",
                "email": "a@example.com",
                "parent_id": self.customer.id,
            }
        )
        nobody = partners.create({"name": "No contact"})
        employee = new_test_user(self.env, "mbx_employee").partner_id
        employee.email = "employee@example.com"
        quotation = self.make_order((self.product, 1))
        order = self.make_order((self.product, 1), partner=address)
        order.action_confirm()
        found = self.expected()
        self.assertIn(("customers", self.customer.id), found)
        for partner in (address, nobody, employee):
            self.assertNotIn(("customers", partner.id), found)
        self.assertNotIn(("orders", quotation.id), found)
        self.assertEqual(found["orders", order.id][2], self.customer.id)

    def test_excluded_customers_and_their_orders_are_not_expected(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.endpoint.customer_domain = "[('name', '!=', 'Anna Ivanova')]"
        found = self.expected()
        self.assertNotIn(("customers", self.customer.id), found)
        self.assertNotIn(("orders", order.id), found)

    def test_a_kind_that_is_switched_off_is_not_expected(self):
        operations = self.endpoint.operation_ids
        operations.filtered(lambda o: o.event == "order_create").active = False
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.assertNotIn("orders", {kind for kind, _id in self.expected()})

    def test_each_website_and_company_has_its_own(self):
        company = self.env["res.company"].create({"name": "Second"})
        second = self.endpoint.copy(
            {"company_id": company.id, "endpoint_code": "Second.Website"}
        )
        second.secret_key = "key"
        second.action_start()
        mine = self.env["res.partner"].create(
            {"name": "M", "email": "m@example.com", "company_id": company.id}
        )
        theirs = self.expected()
        own = {(row[0], row[1]) for row in self.get_rows(second)}
        self.assertIn(("customers", mine.id), own)
        self.assertNotIn(("customers", mine.id), theirs)
        self.assertIn(("customers", self.customer.id), theirs)
        self.assertNotIn(("customers", self.customer.id), own)

    def test_in_draft_there_is_nothing_to_compare(self):
        draft = self.endpoint.copy({"name": "Draft"})
        with self.assertRaisesRegex(UserError, "Start the integration point"):
            draft.action_reconcile()

    def test_the_name_of_a_read_operation_is_checked_at_once(self):
        with self.assertRaises(ValidationError):
            self.endpoint.read_order_operation = "Get order?"

    def test_users_look_and_managers_act(self):
        difference = self.env["mindbox.difference"].create(
            {
                "endpoint_id": self.endpoint.id,
                "kind": "customers",
                "res_id": self.customer.id,
                "problem": "missing",
                "cause": "before",
            }
        )
        user = new_test_user(
            self.env, "mbx_looks", "mindbox_connector.group_mindbox_user"
        )
        self.assertTrue(difference.with_user(user).reason)
        for name in ("action_send", "action_settle"):
            with self.assertRaises(AccessError):
                getattr(difference.with_user(user), name)()
        company = self.env["res.company"].create({"name": "Second"})
        user.write({"company_ids": company.ids, "company_id": company.id})
        self.assertFalse(self.env["mindbox.difference"].with_user(user).search([]))

    def test_many_are_sent_in_jobs(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(501)]
        )
        differences = self.env["mindbox.difference"].create(
            [
                {
                    "endpoint_id": self.endpoint.id,
                    "kind": "customers",
                    "res_id": partner.id,
                    "problem": "missing",
                    "cause": "before",
                }
                for partner in partners
            ]
        )
        jobs = [("method_name", "=", "_mend_chunk")]
        before = self.env["queue.job"].search_count(jobs)
        differences.action_send()
        self.assertEqual(self.env["queue.job"].search_count(jobs) - before, 2)
        self.recorded()
        self.endpoint._mend_chunk(differences[:3].ids)
        self.env.cr.flush()
        self.assertEqual(set(differences[:3].mapped("state")), {"sent"})
        self.assertEqual(set(differences[3:].mapped("state")), {"open"})
