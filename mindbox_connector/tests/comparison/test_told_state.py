# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from ..common import Reply
from .common import REJECTED, ReconciliationCase

STATE = ("res_id", "state")


@tagged("post_install", "-at_install")
class TestToldState(ReconciliationCase):
    """What Mindbox was told of a record besides its data is in the ledger."""

    def decide(self, partner_id, agreed, channel="email", **values):
        with self.transaction() as env:
            values |= {"partner_id": partner_id, "channel": channel}
            values |= {"is_subscribed": agreed}
            return env["mindbox.consent"].create(values).id

    def told(self, kind, record_id):
        rows = self.ledger(kind, *STATE)
        return next((r["state"] for r in rows if r["res_id"] == record_id), None)

    def pay(self, order_id):
        with self.transaction() as env:
            env["sale.order"].browse(order_id)._mindbox_mark(
                "order_status", milestone="paid"
            )

    # === WRITTEN FROM WHAT WAS ACCEPTED === #

    def test_a_consent_is_kept_by_channel_topic_and_brand(self):
        self.set_endpoint(brand="Shoes")
        with self.transaction() as env:
            topic = env["mindbox.topic"].create({"name": "News", "code": "News"}).id
        consent_id = self.decide(self.make_partner(), True, topic_id=topic)
        self.deliver()
        self.assertEqual(self.told("consents", consent_id), {"Email/News/Shoes": True})

    def test_a_refused_consent_is_not_told(self):
        partner_id = self.make_partner()
        self.deliver()
        self.mindbox.answer = REJECTED
        consent_id = self.decide(partner_id, True)
        self.deliver()
        self.assertIsNone(self.told("consents", consent_id))

    def test_an_order_is_kept_with_the_status_of_its_lines(self):
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        self.assertEqual(self.told("orders", order_id), {"": "Confirmed"})

    def test_a_status_that_changes_afterwards_is_kept(self):
        order_id = self.make_order(self.make_partner(), 120)
        self.pay(order_id)
        self.deliver()
        self.assertEqual(self.told("orders", order_id), {"": "Paid"})
        self.assertEqual(self.ledger("orders", "amount")[0]["amount"], 120)

    def test_what_has_come_back_is_kept_by_line(self):
        order_id = self.make_order(self.make_partner(), 120)
        with self.transaction() as env:
            order = env["sale.order"].browse(order_id)
            line_id = order.order_line.id
            order._mindbox_mark(
                "order_status", milestone="returned", lines=[(line_id, 1)]
            )
        self.deliver()
        told = self.told("orders", order_id)
        self.assertEqual(told, {"": "Confirmed", str(line_id): "Returned"})

    # === COMPARED === #

    def test_a_lost_consent_is_found_and_sent(self):
        partner_id = self.make_partner()
        self.deliver()
        consent_id = self.decide(partner_id, False)
        self.execute("DELETE FROM mindbox_request WHERE res_model = 'mindbox.consent'")
        self.reconcile()
        self.assertEqual(self.differences()[0][:3], ("consents", consent_id, "missing"))
        self.send()
        self.deliver()
        sent = self.mindbox.bodies()[-1]["customer"]["subscriptions"]
        self.assertEqual(sent, [{"pointOfContact": "Email", "isSubscribed": False}])
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_only_the_newest_decision_of_a_channel_is_expected(self):
        partner_id = self.make_partner()
        self.deliver()
        self.decide(partner_id, True)
        self.execute("DELETE FROM mindbox_request WHERE res_model = 'mindbox.consent'")
        self.decide(partner_id, False)
        self.deliver()
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_a_lost_status_is_found_and_sent(self):
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        self.execute(
            'UPDATE mindbox_ledger SET state = \'{"": "Created"}\''
            " WHERE kind = 'orders' AND res_id = %s",
            order_id,
        )
        self.reconcile()
        ((kind, res_id, problem, _cause),) = self.differences()
        self.assertEqual((kind, res_id, problem), ("orders", order_id, "state"))
        ((reason,),) = self.differences("reason")
        self.assertIn("Odoo: Confirmed; told: Created.", reason)
        self.send()
        self.deliver()
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def test_a_status_by_its_operation_only_is_found_and_sent(self):
        # One status leaves after the other, and here none has to settle.
        self.set_endpoint(line_status="none", settle_seconds=0)
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        self.assertEqual(self.told("orders", order_id), {"": "Confirmed"})
        self.execute("UPDATE mindbox_ledger SET state = NULL WHERE kind = 'orders'")
        self.reconcile()
        self.assertEqual(self.differences("problem"), [("state",)])
        self.send()
        self.deliver()
        self.assertEqual(self.told("orders", order_id), {"": "Confirmed"})

    def test_what_was_told_before_states_were_kept_is_no_difference(self):
        self.make_order(self.make_partner(), 120)
        self.deliver()
        self.execute("UPDATE mindbox_ledger SET state = 'null' WHERE kind = 'orders'")
        self.reconcile()
        self.assertEqual(self.differences(), [])

    # === SWITCHED ON LATER === #

    def test_consents_of_before_are_sent_when_their_operation_is_switched_on(self):
        with self.transaction() as env:
            operations = env["mindbox.endpoint"].browse(self.endpoint_id).operation_ids
            consents = operations.filtered(lambda o: o.event == "customer_subscription")
            consents.active = False
            operation_id = consents.id
        consent_id = self.decide(self.make_partner(), True)
        self.deliver()
        self.reconcile()
        self.assertEqual(self.differences(), [])
        self.change("mindbox.operation", operation_id, active=True)
        self.reconcile()
        self.assertEqual(self.differences()[0][:2], ("consents", consent_id))

    # === IMPORTED === #

    def test_an_import_record_by_record_tells_the_consents_that_are_not_told(self):
        partner_id = self.make_partner()
        told_id, untold_id = (
            self.decide(partner_id, True),
            self.decide(partner_id, True, channel="sms"),
        )
        self.execute(
            "DELETE FROM mindbox_request WHERE res_model = 'mindbox.consent'"
            " AND res_id = %s",
            untold_id,
        )
        self.deliver()
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            run = env["mindbox.import"].create(
                {"endpoint_id": endpoint.id, "kind": "customers", "way": "records"}
            )
            partner = env["res.partner"].browse(partner_id)
            rows = run._get_reader()._prepare_requests(run, partner)
            found = [r["res_id"] for r in rows if r["res_model"] == "mindbox.consent"]
            run.unlink()
        self.assertEqual(found, [untold_id])
        self.assertIsNotNone(self.told("consents", told_id))

    # === OUTCOMES === #

    def fail_late(self, **domain):
        with self.transaction() as env:
            request = env["mindbox.request"].search(
                [("endpoint_id", "=", self.endpoint_id)]
                + [(name, "=", value) for name, value in domain.items()],
                limit=1,
            )
            request.write({"state": "rejected", "outcome": "failed"})
            env.flush_all()
            env["mindbox.ledger"]._revoke_requests(request.ids)

    def test_of_an_update_that_failed_late_what_was_told_before_is_kept(self):
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        with self.transaction() as env:
            env["sale.order"].browse(order_id).order_line.price_unit = 110
        self.deliver()
        self.assertEqual(self.ledger("orders", "amount")[0]["amount"], 110)
        self.fail_late(event="order_update")
        self.assertEqual(self.ledger("orders", "amount")[0]["amount"], 120)
        self.assertEqual(self.told("orders", order_id), {"": "Confirmed"})
        self.reconcile()
        self.assertEqual(self.differences("problem"), [("amount",)])

    def test_an_amount_that_nobody_knows_any_more_is_a_difference(self):
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        with self.transaction() as env:
            env["sale.order"].browse(order_id).order_line.price_unit = 110
        self.deliver()
        self.execute(
            "UPDATE mindbox_request SET payload = NULL WHERE event = 'order_create'"
        )
        self.fail_late(event="order_update")
        self.reconcile()
        self.assertEqual(self.differences("problem"), [("amount",)])
        self.mindbox.answer = Reply()
        self.send()
        self.deliver()
        self.reconcile()
        self.assertEqual(self.differences(), [])

    def fail_an_update(self):
        """Of an order of 120 that became one of 110 the update fails late."""
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        with self.transaction() as env:
            env["sale.order"].browse(order_id).order_line.price_unit = 110
        self.deliver()
        return order_id

    def test_a_status_that_follows_does_not_hide_an_amount_that_failed_late(self):
        order_id = self.fail_an_update()
        self.pay(order_id)
        self.deliver()
        self.fail_late(event="order_update")
        self.assertEqual(self.ledger("orders", "amount")[0]["amount"], 120)
        self.assertEqual(self.told("orders", order_id), {"": "Paid"})
        self.reconcile()
        self.assertEqual(self.differences("problem"), [("amount",)])

    def test_a_later_status_does_not_make_good_an_amount_that_nobody_knows(self):
        order_id = self.fail_an_update()
        self.execute(
            "UPDATE mindbox_request SET payload = NULL WHERE event = 'order_create'"
        )
        self.fail_late(event="order_update")
        self.pay(order_id)
        self.deliver()
        self.reconcile()
        self.assertEqual(self.differences("problem"), [("amount",)])

    def test_a_status_that_failed_late_takes_no_amount_along(self):
        order_id = self.make_order(self.make_partner(), 120)
        self.deliver()
        self.pay(order_id)
        self.deliver()
        self.execute(
            "UPDATE mindbox_request SET payload = NULL WHERE event = 'order_create'"
        )
        self.fail_late(event="order_status")
        self.assertEqual(self.ledger("orders", "amount")[0]["amount"], 120)
        self.reconcile()
        self.assertEqual(self.differences("problem"), [("state",)])

    def test_a_consent_that_failed_late_is_not_told(self):
        consent_id = self.decide(self.make_partner(), True)
        self.deliver()
        self.fail_late(event="customer_subscription")
        self.assertIsNone(self.told("consents", consent_id))
