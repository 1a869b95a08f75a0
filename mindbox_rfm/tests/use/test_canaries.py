# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A customer passes through every feature, wants to be forgotten, and is nowhere."""

import json

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mindbox_connector.tests.canaries import find
from odoo.addons.mindbox_connector.tests.common import Reply
from odoo.addons.mindbox_connector.tests.history.common import ImportCase

DEVICE = "canary00-1111-2222-3333-444444444444"
# Each is unlike anything else, so that it is found in parts of texts, too.
WORDS = {
    "name": "Kanareika",
    "surname": "Zheltukhina",
    "email": "kanareika.z@example.com",
    "phone": "470998877",
    "street": "Canary Wharf",
    "card": "0447-CANARY-4711",
    "order": "CANARY-ORDER-17",
    "favourite": "Canarian favourite",
    "device": DEVICE,
    "address": "203.0.113.77",
}
QUOTED = " / ".join(WORDS.values())
# Where they are before, at least: a test that finds nothing anywhere proves nothing.
SINGING = {
    "mindbox_request.payload",
    "mindbox_request.response",
    "mindbox_request.reason_details",
    "mindbox_request.device_uuid",
    "mindbox_request.customer_ip",
    "mindbox_request.customer_key",
    "mindbox_inbound.body",
    "mindbox_import_line.reason_details",
    "mindbox_import_chunk.reason_details",
    "mindbox_import.hold_reason_details",
    "mindbox_endpoint.pause_reason_details",
    "mindbox_difference.reference",
    "mindbox_ledger.reference",
    "mail_activity.note",
    "mail_message.body",
    "queue_job.exc_info",
    "file of mindbox.import.chunk",
}


@tagged("post_install", "-at_install")
class TestCanaries(ImportCase):
    def setUp(self):
        super().setUp()
        # Everything happens in the one transaction of the test.
        endpoints = type(self.endpoint)
        self.patch(endpoints, "_commit", lambda endpoint: None)
        self.patch(endpoints, "_committed", lambda endpoint, work: work())
        others = self.env["mindbox.endpoint"].search([("id", "!=", self.endpoint.id)])
        others.state = "draft"
        self.mindbox.answer = lambda call: Reply(
            body={"status": "Success", "echo": QUOTED}
        )
        self.customer = self.env["res.partner"].create(
            {
                "name": f"{WORDS['name']} {WORDS['surname']}",
                "email": WORDS["email"],
                "phone": f"+32 {WORDS['phone']}",
                "street": WORDS["street"],
            }
        )
        self.order = self.make_order()
        self.card = self.make_card()

    def make_order(self):
        product = self.env["product.product"].create({"name": "Lamp"})
        order = self.env["sale.order"].create(
            {
                "name": WORDS["order"],
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        order.write({"is_favorite": True, "favorite_name": WORDS["favourite"]})
        return order

    def make_card(self):
        program = {"name": "Club", "program_type": "loyalty"}
        return self.env["loyalty.card"].create(
            {
                "program_id": self.env["loyalty.program"].create(program).id,
                "partner_id": self.customer.id,
                "code": WORDS["card"],
                "points": 5,
            }
        )

    # === THROUGH EVERY FEATURE === #

    def pass_through_everything(self):
        self.deliver()
        self.browse_before_login()
        self.compare()
        self.compute_segments()
        self.import_everything()
        self.be_refused()
        self.freeze_an_import()
        self.hear_from_mindbox()
        self.leave_in_texts()

    def deliver(self):
        self.env["mindbox.source"]._mindbox_flush()
        self.env.cr.postcommit.clear()
        self.endpoint._deliver()

    def browse_before_login(self):
        requests = self.env["mindbox.request"]
        mine = requests.search([("partner_id", "=", self.customer.id)], limit=1)
        mine.write({"device_uuid": DEVICE, "customer_ip": WORDS["address"]})
        view = {"event": "product_view", "device_uuid": DEVICE}
        view |= {"customer_key": DEVICE, "customer_ip": WORDS["address"]}
        requests.create({**view, "endpoint_id": self.endpoint.id, "payload": "{}"})

    def compare(self):
        ledger = self.env["mindbox.ledger"]
        ledger.search([("kind", "=", "orders")]).amount = 1
        ledger.search([("kind", "=", "cards")]).reference = WORDS["card"]
        self.endpoint._queue_reconciliation()
        self.endpoint._reconcile()

    def compute_segments(self):
        scheme = self.env["rfm.scheme"]._create_from_preset("article")
        scheme.state = "active"
        scheme._compute()
        self.deliver()

    def import_everything(self):
        for kind in ("customers", "cards", "orders"):
            self.work(self.start(kind, way="files", more_columns=False))
            self.work(self.start(kind, more_columns=False))

    def be_refused(self):
        refusal = {"status": "ProtocolError", "errorMessage": QUOTED}
        self.mindbox.answer = Reply(400, refusal)
        self.work(self.start("orders", more_columns=False))
        self.customer.city = "Namur"
        self.deliver()

    def freeze_an_import(self):
        self.mindbox.answer = Reply(503)
        self.frozen = self.start("customers")
        self.work(self.frozen)

    def hear_from_mindbox(self):
        """One call is applied, one is about nobody, and one waits."""
        withdrawn = [{"pointOfContact": "Email", "isSubscribed": False}]
        mine = {"email": WORDS["email"], "mobilePhone": f"32{WORDS['phone']}"}
        for customer, words in ((mine, "told"), ({}, QUOTED), (mine, QUOTED)):
            body = {"kind": "consent", "customer": customer, "note": words}
            body |= {"subscriptions": withdrawn}
            content = json.dumps(body).encode()
            self.env["mindbox.inbound"]._receive(self.endpoint, content)
            if words == "told" or not customer:
                self.endpoint._apply_inbound()

    def leave_in_texts(self):
        """Put them where only a fault of the connector or of Mindbox would."""
        self.endpoint.message_post(body=QUOTED)
        self.endpoint.activity_schedule("mail.mail_activity_data_todo", note=QUOTED)
        details = {"messages": QUOTED}
        self.endpoint.pause_reason_details = details
        self.frozen.hold_reason_details = details
        self.frozen.chunk_ids.reason_details = details
        self.endpoint._kick()
        jobs = [("model_name", "=", "mindbox.endpoint")]
        self.env["queue.job"].sudo().search(jobs, limit=1).exc_info = QUOTED

    # === AND NOWHERE === #

    def test_an_erased_customer_is_found_in_nothing_the_addons_keep(self):
        self.pass_through_everything()
        self.assertLessEqual(SINGING, find(self.env, WORDS.values()))
        self.customer.action_mindbox_erase()
        self.env["mindbox.erasure"].search([]).action_done()
        self.assertFalse(find(self.env, WORDS.values()))
