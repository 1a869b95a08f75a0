# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What else Mindbox tells: contacts, merges, points, promo codes, segments."""

from unittest.mock import patch

from odoo.tests import tagged

from ...models.inbound.kinds import InboundKind
from .common import InboundCase


@tagged("post_install", "-at_install")
class TestKinds(InboundCase):
    def tearDown(self):
        # Whatever came from Mindbox: nothing of it goes back.
        self.assertFalse(self.sent())
        super().tearDown()

    # === CONTACTS === #

    def test_a_bounced_address_is_marked_until_there_is_another(self):
        call = self.hear("contact", "10:00:00", contact="email", status="invalid")
        self.assertEqual(call.state, "applied")
        self.assertEqual(self.customer.mindbox_email_state, "invalid")
        self.customer.with_context(mindbox_skip=True).email = "other@example.com"
        self.assertFalse(self.customer.mindbox_email_state)
        ids = {"websiteID": self.customer.id}
        late = self.hear(
            "contact",
            contact="email",
            status="invalid",
            customer={"ids": ids, "email": "anna@example.com"},
        )
        self.assertIgnored(late, "inbound_contact_changed")

    def test_of_a_contact_the_newest_word_counts(self):
        phone = {"contact": "mobilePhone"}
        self.hear("contact", "10:00:02", status="confirmed", **phone)
        late = self.hear("contact", "10:00:01", status="invalid", **phone)
        self.assertIgnored(late, "inbound_outdated")
        same = self.hear("contact", "10:00:02", status="confirmed", **phone)
        self.assertIgnored(same, "inbound_known")
        self.assertEqual(self.customer.mindbox_phone_state, "confirmed")
        self.hear("contact", "10:00:03", status="valid", **phone)
        self.assertFalse(self.customer.mindbox_phone_state)
        for odd in ({"contact": "fax", "status": "invalid"}, {"contact": "email"}, {}):
            self.assertRefused(self.hear("contact", **odd), "inbound_part")

    # === MERGES === #

    def test_a_merge_is_for_a_person_to_look_at(self):
        twin = self.env["res.partner"].with_context(mindbox_skip=True)
        twin = twin.create({"name": "Anna's Twin"})
        others = [
            {"ids": {"websiteID": str(twin.id)}},
            {"ids": {"websiteID": "987654"}},
        ]
        call = self.hear("merge", mergedCustomers=others)
        self.assertEqual(call.state, "applied")
        activity = self.customer.activity_ids
        self.assertIn(str(twin.id), activity.note)
        self.assertNotIn("Twin", activity.note)
        self.assertEqual(activity.user_id, self.endpoint.user_id)
        self.assertTrue(twin.exists())
        again = self.hear("merge", mergedCustomers=others[1:])
        self.assertIgnored(again, "inbound_known")
        for odd in (None, [], "x", [{}] * 21):
            self.assertRefused(self.hear("merge", mergedCustomers=odd), "inbound_part")

    # === POINTS === #

    def make_card(self, code):
        program = self.env["loyalty.program"].create(
            {"name": "Club", "program_type": "loyalty"}
        )
        cards = self.env["loyalty.card"].with_context(mindbox_skip=True)
        return cards.create(
            {
                "program_id": program.id,
                "partner_id": self.customer.id,
                "code": code,
                "points": 5,
            }
        )

    def test_points_of_mindbox_are_shown_beside_those_of_odoo(self):
        self.assertRefused(self.hear("balance", balance={"total": 7}), "inbound_card")
        card = self.make_card("44-1")
        call = self.hear(
            "balance", "10:00:02", balance={"available": "7,5", "total": 9}
        )
        self.assertEqual(call._get_record(), card)
        self.assertEqual((card.mindbox_points, card.points), (7.5, 5))
        late = self.hear("balance", "10:00:01", balance={"available": 3})
        self.assertIgnored(late, "inbound_outdated")
        other = self.make_card("44-2")
        self.assertRefused(self.hear("balance", balance={"total": 7}), "inbound_card")
        self.hear("balance", balance={"total": 8}, card={"number": "44-2"})
        self.assertEqual((card.mindbox_points, other.mindbox_points), (7.5, 8))
        for odd in (None, {}, {"total": "nan"}, {"total": 1e300}, {"total": []}):
            self.assertRefused(self.hear("balance", balance=odd), "inbound_part")

    # === PROMO CODES === #

    def test_a_promo_code_is_the_customers_coupon(self):
        told = {"value": "SPRING-1", "availableTill": "2099-05-01T00:00:00Z"}
        self.assertRefused(self.hear("promo_code", promoCode=told), "inbound_program")
        program = self.env["loyalty.program"].create(
            {
                "name": "From Mindbox",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "reward_ids": [(0, 0, {"reward_type": "discount", "discount": 10})],
            }
        )
        self.endpoint.inbound_program_id = program
        card = self.hear("promo_code", promoCode=told)._get_record()
        self.assertEqual((card.code, card.partner_id), ("SPRING-1", self.customer))
        self.assertEqual(str(card.expiration_date), "2099-05-01")
        self.assertTrue(self.try_code("SPRING-1"))
        self.assertIgnored(self.hear("promo_code", promoCode=told), "inbound_known")
        stranger = self.customer.with_context(mindbox_skip=True).copy(
            {"email": "x@y.example"}
        )
        ids = {"websiteID": stranger.id}
        call = self.hear("promo_code", promoCode=told, customer={"ids": ids})
        self.assertRefused(call, "inbound_code_taken")
        for odd in (None, {}, {"value": " "}, {"value": "x" * 65}, {"value": "a\0b"}):
            self.assertRefused(self.hear("promo_code", promoCode=odd), "inbound_part")

    def try_code(self, code):
        """Whether a customer can use a code in an order."""
        product = self.env["product.product"].create({"name": "Lamp", "list_price": 50})
        orders = self.env["sale.order"].with_context(mindbox_skip=True)
        line = {"product_id": product.id, "product_uom_qty": 1}
        order = orders.create(
            {"partner_id": self.customer.id, "order_line": [(0, 0, line)]}
        )
        result = order._try_apply_code(code)
        return "error" not in result

    # === SEGMENTS === #

    def hear_segment(self, when, segment, inside):
        told = {"segmentation": "Life", "segment": segment, "inSegment": inside}
        return self.hear("segment", when, **told)

    def segment(self):
        return (
            self.env["mindbox.membership"]
            .search([("partner_id", "=", self.customer.id)])
            .mapped("segment")
        )

    def test_a_customer_is_in_one_segment_of_a_segmentation(self):
        self.hear_segment("10:00:00", "New", True)
        self.assertEqual(self.segment(), ["New"])
        self.hear_segment("10:00:01", "Loyal", True)
        left = self.hear_segment("10:00:01", "New", False)
        self.assertIgnored(left, "inbound_outdated")
        self.assertEqual(self.segment(), ["Loyal"])
        self.assertIgnored(
            self.hear_segment("10:00:00", "New", True), "inbound_outdated"
        )
        self.hear_segment("10:00:02", "Loyal", False)
        self.assertEqual(self.segment(), [False])
        self.assertIgnored(
            self.hear_segment("10:00:03", "Loyal", False), "inbound_known"
        )
        for odd in ({"segmentation": "x y"}, {"segment": ""}, {"inSegment": None}):
            told = {"segmentation": "Life", "segment": "New", "inSegment": True}
            self.assertRefused(self.hear("segment", **(told | odd)), "inbound_part")
        self.customer.action_mindbox_erase()
        self.assertFalse(self.segment())
        self.sent()

    # === ANYTHING ELSE === #

    def test_a_server_action_reads_the_call(self):
        self.assertRefused(
            self.hear("action", data={"city": "Namur"}), "inbound_action"
        )
        self.endpoint.inbound_action_id = self.env["ir.actions.server"].create(
            {
                "name": "Move",
                "model_id": self.env["ir.model"]._get_id("mindbox.inbound"),
                "state": "code",
                "code": "data = env.context['mindbox_data']['data']\n"
                "if data['city'] == '?':\n    raise UserError(data['city'])\n"
                "record.partner_id.write({'city': data['city']})",
            }
        )
        call = self.hear("action", data={"city": "Namur"})
        self.assertEqual((call.state, self.customer.city), ("applied", "Namur"))
        self.assertRefused(self.hear("action", data={"city": "?"}), "inbound_fault")
        self.assertEqual(
            self.hear("action", data={"city": "Liège"}, customer=None).state, "applied"
        )

    def test_the_kind_of_another_add_on_is_an_entry_and_a_method(self):
        kinds = self.env["mindbox.catalogue"]._inbound_kinds()
        kinds["survey"] = InboundKind("Survey answered")

        def apply_survey(call, data):
            call.partner_id.comment = data["answer"]
            return call.partner_id

        catalogue, calls = (
            type(self.env["mindbox.catalogue"]),
            type(self.env["mindbox.inbound"]),
        )
        self.addCleanup(self.env.registry.clear_cache)
        with (
            patch.object(catalogue, "_inbound_kinds", lambda _self: kinds),
            patch.object(calls, "_apply_survey", apply_survey, create=True),
        ):
            self.env.registry.clear_cache()
            call = self.hear("survey", answer="Yes")
            self.assertEqual((call.state, call.kind), ("applied", "survey"))
            self.assertIn("Yes", self.customer.comment)
            field = self.env["mindbox.inbound"]._fields["kind"]
            self.assertIn("survey", field.get_values(self.env))
