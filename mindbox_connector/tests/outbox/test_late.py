# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What follows when an accepted call was not processed."""

import json
import uuid

from odoo.tests import tagged

from ...models.outbox.mindbox_late import Told
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestLate(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.partner_id = self.make_partner()
        self.drop_events()

    def drop_events(self):
        with self.transaction() as env:
            env.cr.execute(
                "DELETE FROM mindbox_request WHERE endpoint_id = %s",
                (self.endpoint_id,),
            )

    def accept(self, event="customer_authorize", **values):
        """Put a request into the outbox that Mindbox has accepted."""
        transaction_id = str(uuid.uuid4())
        body = {"customer": {"ids": {"websiteID": "1"}, "firstName": "Anna"}}
        self.insert(
            {
                "event": event,
                "transaction_id": transaction_id,
                "res_id": self.partner_id,
                "payload": json.dumps(body),
                **values,
            }
        )
        self.deliver()
        return transaction_id

    def tell(self, transaction_id, outcome="failed", messages="Bad birthday"):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            told = [Told(transaction_id, outcome, messages)]
            return endpoint._record_outcomes(told)

    def row(self, index=0):
        names = "state outcome reason_code transaction_id attempts event error sent_at"
        return self.rows(*names.split())[index]

    def ledger(self):
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id)]
            names = ["res_id", "known_from", "digest", "amount"]
            return env["mindbox.ledger"].search_read(domain, names)

    def test_a_late_failure_is_shown_as_rejected_with_its_reason(self):
        self.tell(self.accept())
        row = self.row()
        self.assertEqual((row["state"], row["outcome"]), ("rejected", "failed"))
        self.assertIn("Bad birthday", row["error"])
        self.assertTrue(row["sent_at"], "the moment of its acceptance is kept")

    def test_personal_data_in_the_log_is_not_kept(self):
        self.tell(self.accept(), messages="“Anna” or anna@example.com is no name")
        self.assertNotRegex(self.row()["error"], "(?i)anna")

    def test_without_the_body_no_words_of_the_log_are_kept(self):
        transaction_id = self.accept()
        with self.transaction() as env:
            env.cr.execute("UPDATE mindbox_request SET payload = NULL")
        self.tell(transaction_id, messages="“Boris” is no name")
        self.assertEqual(self.row()["reason_code"], "failed_late")

    def test_what_has_failed_late_can_be_sent_again_as_a_new_call(self):
        transaction_id = self.accept()
        self.tell(transaction_id)
        with self.transaction() as env:
            env["mindbox.request"].browse(self.row()["id"]).action_resend()
        self.deliver()
        row = self.row()
        self.assertEqual((row["state"], row["outcome"]), ("sent", "unknown"))
        self.assertNotEqual(row["transaction_id"], transaction_id)

    def test_a_cause_that_may_have_passed_is_tried_again_by_itself(self):
        transaction_id = self.accept()
        self.tell(transaction_id, messages="The order is not found")
        self.assertEqual(self.row()["state"], "pending")
        self.make_due()
        self.deliver()
        row = self.row()
        self.assertEqual((row["state"], row["outcome"]), ("sent", "unknown"))
        self.assertNotEqual(row["transaction_id"], transaction_id)

    def test_a_registration_that_is_known_late_leads_to_the_edit(self):
        transaction_id = self.accept("customer_register", merge_key="a/res.partner/1")
        self.tell(transaction_id, messages="The customer is registered already")
        self.assertEqual(self.row()["reason_code"], "sent_instead")
        self.assertEqual(self.row(1)["event"], "customer_edit")

    def test_telling_it_twice_changes_nothing(self):
        transaction_id = self.accept()
        self.assertEqual(self.tell(transaction_id), 1)
        self.assertEqual(self.tell(transaction_id), 0)

    def test_a_repeat_in_the_same_log_counts_for_nothing(self):
        transaction_id = self.accept()
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            told = [
                Told(transaction_id, "failed", "x"),
                Told(transaction_id, "processed"),
            ]
            endpoint._record_outcomes(told)
        self.assertEqual(self.row()["outcome"], "processed")

    def test_a_remark_on_an_earlier_attempt_is_none_on_the_last(self):
        transaction_id = self.accept("customer_edit")
        with self.transaction() as env:
            row = env["mindbox.request"].browse(self.row()["id"])
            row.sudo().write({"mode": "sync", "outcome": "processed", "attempts": 2})
        self.tell(transaction_id, "with_remarks", "Not found")
        self.assertEqual(self.row()["outcome"], "processed")

    def test_a_remark_on_what_a_killed_delivery_has_sent_is_none_on_the_last(self):
        body = json.dumps({"customer": {"ids": {"websiteID": "1"}}})
        self.insert({"event": "customer_edit", "mode": "sync", "payload": body})
        self.die_while_recording()
        self.make_due()
        self.deliver()
        self.assertEqual(len(self.mindbox.calls), 2)
        self.tell(self.rows("transaction_id")[0]["transaction_id"], "with_remarks")
        self.assertEqual(self.row()["outcome"], "processed")

    def test_a_remark_on_the_only_attempt_is_kept(self):
        transaction_id = self.accept("customer_edit")
        with self.transaction() as env:
            row = env["mindbox.request"].browse(self.row()["id"])
            row.sudo().write({"mode": "sync", "outcome": "processed"})
        self.tell(transaction_id, "with_remarks", "Bad birthday")
        self.assertEqual(self.row()["outcome"], "with_remarks")

    def test_somebody_elses_integration_point_learns_nothing(self):
        transaction_id = self.accept()
        with self.transaction() as env:
            other = self.make_endpoint_of_another_website(env)
            other._record_outcomes([Told(transaction_id, "failed", "x")])
        self.assertEqual(self.row()["outcome"], "unknown")

    def make_endpoint_of_another_website(self, env):
        endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
        return endpoint.copy({"name": "Local"})

    # === LEDGER === #

    def test_the_ledger_says_whether_it_was_accepted_or_processed(self):
        transaction_id = self.accept("customer_edit")
        self.assertEqual(self.ledger()[0]["known_from"], "accepted")
        self.tell(transaction_id, "processed", "")
        self.assertEqual(self.ledger()[0]["known_from"], "processed")

    def test_what_a_synchronous_call_has_told_is_processed(self):
        self.accept("customer_edit", mode="sync")
        self.assertEqual(self.ledger()[0]["known_from"], "processed")

    def test_what_has_failed_late_was_never_told(self):
        self.tell(self.accept("customer_edit"))
        self.assertFalse(self.ledger())

    def test_of_a_record_told_before_only_the_newest_is_taken_back(self):
        bodies = [f'{{"customer":{{"sex":"{sex}"}}}}' for sex in ("male", "female")]
        _before, last = (self.accept("customer_edit", payload=b) for b in bodies)
        self.tell(last)
        [known] = self.ledger()
        with self.transaction() as env:
            digest = env["mindbox.ledger"]._get_digest({"sex": "male"})
        self.assertEqual(known["digest"], digest)

    def test_points_that_were_not_booked_are_taken_back(self):
        balance = {"balanceChanges": [{"changeAmount": 50}]}
        values = {"res_model": "loyalty.card", "res_id": 987654}
        for points in (30, 50):
            balance["balanceChanges"][0]["changeAmount"] = points
            transaction_id = self.accept(
                "card_balance", payload=json.dumps(balance), **values
            )
        self.tell(transaction_id)
        self.assertEqual(self.ledger()[0]["amount"], 30)
