# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a segment is good for: programs, pricelists, activities, mailings, exports."""

from ast import literal_eval
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import RfmCase


@tagged("post_install", "-at_install")
class TestUse(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("buyers", "orders >= 1"), ("rest", "")])
        cls.buyer = cls.make_customer("Buyer")
        cls.other = cls.make_customer("Other")
        cls.make_order(cls.buyer, 3, 100)
        cls.run_scheme(cls.scheme)
        cls.segment = cls.scheme.segment_ids[0]

    def test_program_of_a_segment(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Higher cashback",
                "program_type": "loyalty",
                "rfm_segment_ids": [Command.set(self.segment.ids)],
            }
        )
        for partner, expected in ((self.buyer, True), (self.other, False)):
            order = self.make_order(partner, state="draft")
            found = program.filtered_domain(order._get_program_domain())
            self.assertEqual(bool(found), expected)
        child = self.make_customer("Child", parent_id=self.buyer.id)
        order = self.make_order(child, state="draft")
        self.assertTrue(program.filtered_domain(order._get_program_domain()))

    def test_pricelist_of_a_segment(self):
        self.env.user.group_ids += self.env.ref("product.group_product_pricelist")
        group = self.env.ref("base.group_user")
        group.implied_ids += self.env.ref("product.group_product_pricelist")
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "For buyers",
                "sequence": -100,
                "rfm_segment_ids": [Command.set(self.segment.ids)],
            }
        )
        found = self.env["product.pricelist"]._get_partner_pricelist_multi(
            (self.buyer | self.other).ids
        )
        self.assertEqual(found[self.buyer.id], pricelist)
        self.assertNotEqual(found[self.other.id], pricelist)

    def test_plan_of_activities_for_a_segment(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Win back",
                "res_model": "res.partner",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_call"
                            ).id,
                            "summary": summary,
                            "responsible_type": "other",
                            "responsible_id": self.env.uid,
                        }
                    )
                    for summary in ("Call", "Call again")
                ],
            }
        )
        action = self.segment.action_plan()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard = wizard.create({"plan_id": plan.id})
        self.assertFalse(wizard.has_error)
        wizard.action_schedule_plan()
        summaries = self.buyer.activity_ids.mapped("summary")
        self.assertEqual(sorted(summaries), ["Call", "Call again"])
        self.assertFalse(self.other.activity_ids)

    def test_no_plan_for_more_than_people_could_call(self):
        schedule = type(self.env["mail.activity.schedule"])
        with patch.object(schedule, "_batch_size", 0):
            with self.assertRaisesRegex(UserError, "choose some"):
                self.segment.action_plan()

    def test_only_who_agrees_to_emails_gets_the_mailing_of_a_segment(self):
        domain = literal_eval(
            self.segment.action_mail()["context"]["default_mailing_domain"]
        )
        partners, consents = self.env["res.partner"], self.env["mindbox.consent"]
        self.assertFalse(partners.search(domain))
        consents._decide(self.buyer, {("email", ""): True})
        self.assertEqual(partners.search(domain), self.buyer)
        self.assertTrue(self.buyer.mindbox_agrees_email)
        consents._decide(self.buyer, {("sms", ""): False})
        self.assertEqual(partners.search(domain), self.buyer)
        consents._decide(self.buyer, {("email", ""): False})
        self.assertFalse(partners.search(domain))
        self.buyer.invalidate_recordset()
        self.assertFalse(self.buyer.mindbox_agrees_email)

    def test_mailing_to_a_segment(self):
        if not self.segment.can_mail():
            self.skipTest("Mailings are not installed")
        self.env["mindbox.consent"]._decide(self.buyer, {("email", ""): True})
        action = self.segment.action_mail()
        mailings = self.env["mailing.mailing"].with_context(**action["context"])
        mailing = mailings.create({"subject": action["context"]["default_subject"]})
        self.assertEqual(mailing.mailing_model_real, "res.partner")
        found = self.env["res.partner"].search(mailing._parse_mailing_domain())
        self.assertEqual(found, self.buyer)

    def test_export_of_a_segment(self):
        action = self.segment.action_view_customers()
        found = self.env["res.partner"].search(action["domain"])
        rows = found.export_data(["name", "rfm_segment_id", "rfm_score", "rfm_amount"])
        [[name, segment, score, amount]] = rows["datas"]
        self.assertEqual((name, segment, amount), ("Buyer", "buyers", 100))
        self.assertEqual(score, found.rfm_score)
