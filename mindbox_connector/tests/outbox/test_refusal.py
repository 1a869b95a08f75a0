# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox refuses goes as another event, or again, or is told."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.outbox.lanes import MISSING_ATTEMPTS
from ...reasons import Reason
from ..common import Reply
from .common import DOWN, DeliveryCase

KNOWN = Reply(
    200,
    {
        "status": "ValidationError",
        "validationMessages": [
            {
                "message": "Технические ID должны быть уникальны.",
                "location": "/customer/ids/websiteID",
            }
        ],
    },
)


def say(**parts):
    """Return a success in which the parts have these processing statuses."""
    told = {
        name: [{"processingStatus": one} for one in status]
        if isinstance(status, list)
        else {"processingStatus": status}
        for name, status in parts.items()
    }
    return Reply(200, {"status": "Success", **told})


@tagged("post_install", "-at_install")
class TestRefusal(DeliveryCase):
    def answer(self, **replies):
        """Give the calls of an operation, by its last word, an answer of their own."""

        def answer(call):
            return replies.get(call["query"]["operation"].split(".")[-1], Reply())

        self.mindbox.answer = answer

    def operations(self):
        return [
            c["query"]["operation"].removeprefix("Website.") for c in self.mindbox.calls
        ]

    def set_mode(self, event, mode):
        with self.transaction() as env:
            operations = env["mindbox.endpoint"].browse(self.endpoint_id).operation_ids
            operations.filtered(lambda o: o.event == event).mode = mode

    def register(self, **values):
        """Sign a customer up, and change and clear something of it at once."""
        partner_id = self.make_partner(phone="+7 999 123-45-67", **values)
        with self.transaction() as env:
            partner = env["res.partner"].browse(partner_id)
            partner._mindbox_mark("customer_register")
            partner.write({"name": "Anna Changed", "phone": False})
        return partner_id

    def merge(self):
        return self.insert(
            {
                "event": "customer_merge",
                "mode": "sync",
                "payload": json.dumps({"customersToMerge": []}),
            }
        )

    # === KNOWN ALREADY === #

    def test_a_registration_of_somebody_known_is_told_as_an_edit(self):
        self.answer(RegisterCustomer=KNOWN)
        self.register()
        self.deliver()
        self.deliver()
        self.assertEqual(self.operations(), ["RegisterCustomer", "EditCustomer"])
        first, second = self.rows("state", "event", "reason_code", "instead_of")
        self.assertEqual(
            (first["state"], first["reason_code"]), ("skipped", "sent_instead")
        )
        self.assertEqual(
            (second["state"], second["instead_of"]), ("sent", "customer_register")
        )

    def refuse(self, status, http_status=200, **message):
        """Sign somebody up whom Mindbox refuses; return the state and the reason."""
        body = {"status": status, "validationMessages": [message]}
        self.answer(RegisterCustomer=Reply(http_status, body))
        self.register()
        self.deliver()
        row = self.rows("state", "reason_code")[0]
        return row["state"], row["reason_code"]

    def test_an_id_or_contact_that_somebody_has_is_known_by_its_place(self):
        found = self.refuse("ValidationError", message="!", location="/customer/email")
        self.assertEqual(found, ("skipped", "sent_instead"))

    def test_bad_data_of_somebody_new_are_told_at_once(self):
        place = "/customer/birthDate"
        found = self.refuse("ValidationError", message="Too old", location=place)
        self.assertEqual(found, ("rejected", "validation_error"))
        self.assertEqual(self.operations(), ["RegisterCustomer"])

    def test_a_contact_that_is_none_is_told_at_once(self):
        words, place = "Неверный формат номера", "/customer/mobilePhone"
        found = self.refuse("ValidationError", message=words, location=place)
        self.assertEqual(found, ("rejected", "validation_error"))

    def test_a_plain_refusal_of_a_registration_is_told_at_once(self):
        found = self.refuse("ProtocolError", 400, message="No such field: hair")
        self.assertEqual(found, ("rejected", "protocol_error"))
        self.assertEqual(self.operations(), ["RegisterCustomer"])

    def test_what_was_merged_into_a_refused_registration_is_not_lost(self):
        self.answer(RegisterCustomer=KNOWN)
        self.register()
        self.deliver()
        self.deliver()
        customer = self.mindbox.bodies()[-1]["customer"]
        self.assertEqual(customer["mobilePhone"], "%CLEAR%")
        self.assertEqual(customer["fullName"], "Anna Changed")

    def test_what_is_refused_both_ways_is_told(self):
        self.answer(RegisterCustomer=KNOWN, EditCustomer=say(customer="NotFound"))
        self.set_mode("customer_edit", "sync")
        self.register()
        for _round in range(MISSING_ATTEMPTS + 1):
            self.deliver()
            self.make_due()
        self.assertEqual(self.operations().count("RegisterCustomer"), 1)
        self.assertEqual(self.states(), ["skipped", "rejected"])

    def test_without_the_other_operation_a_refusal_is_told(self):
        self.answer(RegisterCustomer=KNOWN)
        with self.transaction() as env:
            operations = env["mindbox.endpoint"].browse(self.endpoint_id).operation_ids
            operations.filtered(lambda o: o.event == "customer_edit").active = False
        self.register()
        self.deliver()
        self.assertEqual(self.states(), ["rejected"])

    def test_a_refusal_that_is_found_late_takes_the_same_way(self):
        self.register()
        self.deliver()
        with self.transaction() as env:
            row = env["mindbox.request"].search([("event", "=", "customer_register")])
            self.assertTrue(row._refuse(Reason("known_already", {"messages": "!"})))
        self.deliver()
        self.assertEqual(self.operations()[-1], "EditCustomer")
        customer = self.mindbox.bodies()[-1]["customer"]
        self.assertEqual(customer["fullName"], "Anna Changed")

    # === NOT THERE, OR NOT YET === #

    def test_an_edit_of_somebody_unknown_is_told_as_a_registration(self):
        self.answer(EditCustomer=say(customer="NotFound"))
        self.set_mode("customer_edit", "sync")
        partner_id = self.make_partner()
        self.insert(
            {
                "event": "customer_edit",
                "mode": "sync",
                "res_id": partner_id,
                "partner_id": partner_id,
                "customer_key": f"partner-{partner_id}",
            }
        )
        self.deliver()
        self.deliver()
        self.assertIn("RegisterCustomer", self.operations())

    def test_a_merge_of_somebody_unknown_is_tried_again_and_then_told(self):
        parts = {
            "customersToMerge": ["Found", "NotFound"],
            "resultingCustomer": "Found",
        }
        self.mindbox.answer = say(**parts)
        self.merge()
        for _round in range(MISSING_ATTEMPTS - 1):
            self.deliver()
            self.assertEqual(self.states(), ["pending"])
            self.make_due()
        self.deliver()
        row = self.rows("state", "attempts", "reason_code", "error")[0]
        self.assertEqual((row["state"], row["reason_code"]), ("rejected", "not_found"))
        self.assertIn("customersToMerge", row["error"])

    def test_a_merge_without_its_survivor_is_tried_again(self):
        self.mindbox.answer = say(
            customersToMerge=["Found"], resultingCustomer="NotFound"
        )
        self.merge()
        self.deliver()
        self.assertEqual(self.states(), ["pending"])

    def test_what_follows_in_the_lane_waits_for_what_comes_again(self):
        self.mindbox.answer = say(order="NotFound")
        self.facts("a", mode="sync")
        self.facts("a", "b", mode="async")
        self.deliver()
        self.assertEqual(self.states(), ["pending", "pending", "sent"])

    def test_a_call_about_something_unknown_is_no_outage(self):
        self.mindbox.answer = say(order="NotFound")
        self.facts(*"abcdefgh", mode="sync")
        self.deliver()
        self.assertFalse(self.endpoint("held_until")["held_until"])

    def test_what_an_outage_has_cost_is_not_counted_to_what_is_missing(self):
        self.mindbox.answer = say(order="NotFound")
        self.facts("a", mode="sync", attempts=40)
        for _round in range(MISSING_ATTEMPTS - 1):
            self.deliver()
            self.assertEqual(self.states(), ["pending"])
            self.make_due()
        self.deliver()
        self.assertEqual(self.states(), ["rejected"])

    def test_those_who_wait_for_what_is_missing_make_no_outage_of_one_failure(self):
        later = fields.Datetime.now() + timedelta(minutes=4)
        missing = {"attempts": 2, "missing_attempts": 2, "next_attempt_at": later}
        self.facts("a", "b", mode="sync", **missing)
        self.facts("c", attempts=1)
        self.mindbox.answer = DOWN
        self.deliver()
        self.assertFalse(self.endpoint("held_until")["held_until"])

    def test_who_has_waited_for_what_is_missing_proves_an_outage_like_others(self):
        self.facts(*"abcdefgh", attempts=2, missing_attempts=2)
        self.mindbox.answer = DOWN
        self.deliver()
        self.assertTrue(self.endpoint("held_until")["held_until"])
        self.assertLess(len(self.mindbox.calls), 8)

    def test_an_unknown_order_that_is_found_late_is_sent_again_with_a_new_key(self):
        [row_id] = self.facts("a")
        self.deliver()
        before = self.rows("transaction_id")[0]["transaction_id"]
        with self.transaction() as env:
            row = env["mindbox.request"].browse(row_id)
            self.assertTrue(row._refuse(Reason("order_unknown", {"messages": "!"})))
        self.make_due()
        self.deliver()
        after = self.rows("transaction_id", "state")[0]
        self.assertNotEqual(after["transaction_id"], before)
        self.assertEqual(after["state"], "sent")

    def test_a_late_refusal_that_will_not_pass_is_for_somebody_to_act(self):
        [row_id] = self.facts("a")
        self.deliver()
        with self.transaction() as env:
            row = env["mindbox.request"].browse(row_id)
            self.assertFalse(row._refuse(Reason("other_customer", {"entity": "card"})))

    def test_where_mindbox_itself_has_failed_it_is_tried_again(self):
        self.mindbox.answer = say(customer="MindboxServerError")
        self.facts("a", mode="sync")
        self.deliver()
        self.assertEqual(self.states(), ["pending"])
