# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Why something was sent, waits, or was not even recorded: in words, on the record."""

from odoo.tests import new_test_user, tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestTimeline(SourceCase):
    def test_the_timeline_of_a_customer_shows_cards_and_orders_too(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        self.env.invalidate_all()
        models = set(self.customer.mindbox_request_ids.mapped("res_model"))
        self.assertIn("sale.order", models)
        self.assertEqual(set(order.mindbox_request_ids.mapped("res_id")), {order.id})

    def test_what_is_recorded_needs_no_words(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.assertFalse(order.mindbox_notice)
        self.endpoint.name_alphabet = "russian_latin"
        self.assertFalse(self.customer.mindbox_notice)

    def test_a_switched_off_event_is_named(self):
        operation = self.endpoint.operation_ids.filtered(
            lambda operation: operation.event == "order_favorite"
        )
        operation.active = False
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.assertIn("Order marked as favourite", order.mindbox_notice)

    def test_nobody_listens(self):
        self.env["mindbox.endpoint"].search([]).state = "draft"
        self.assertIn("No integration point is started", self.customer.mindbox_notice)

    def test_no_integration_point_serves_the_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.env["res.partner"].create(
            {"name": "E", "email": "e@x.com", "company_id": company.id}
        )
        self.assertIn("No integration point serves", partner.mindbox_notice)

    def test_employees_visitors_and_quotations(self):
        employee = self.env.ref("base.user_admin").partner_id
        self.assertIn("employee", employee.mindbox_notice)
        public = self.env.ref("base.public_partner")
        cart = self.make_cart((self.product, 1), partner=public)
        self.assertIn("visitor", cart.mindbox_notice)
        quotation = self.make_order((self.product, 1))
        self.assertIn("quotation", quotation.mindbox_notice)

    def test_a_coupon_is_no_card(self):
        program = self.env["loyalty.program"].create(
            {"name": "Coupons", "program_type": "coupons"}
        )
        coupon = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.customer.id}
        )
        self.assertIn("coupon", coupon.mindbox_notice)

    def test_only_who_may_see_mindbox_sees_it(self):
        user = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        fields = self.customer.with_user(user).fields_get()
        self.assertNotIn("mindbox_notice", fields)
        self.assertNotIn("mindbox_request_ids", fields)


@tagged("post_install", "-at_install")
class TestReading(SourceCase):
    """Whoever reads all fields of a record, as other systems do, gets them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "mindbox_connector.group_mindbox_user,sales_team.group_sale_manager"
        cls.reader = new_test_user(cls.env, "reader", groups)
        cls.env["product.public.category"].create({"name": "Shelf"})
        cls.env["mindbox.consent"].create(
            {"partner_id": cls.customer.id, "channel": "email", "is_subscribed": True}
        )

    def get_sources(self):
        """Return a record of each model whose changes reach Mindbox."""
        for name in sorted(self.registry.descendants(["mindbox.source"], "_inherit")):
            model = self.env[name]
            if not model._abstract:
                yield model.search([], limit=1) or model.new()

    def test_an_administrator_reads_all_fields_of_each_source(self):
        for record in self.get_sources():
            with self.subTest(model=record._name):
                record = record.with_user(self.env.ref("base.user_admin"))
                record.read() if record.id else record.mindbox_notice  # noqa: B018

    def test_a_mindbox_user_reads_all_of_ours_of_each_source(self):
        for record in self.get_sources():
            with self.subTest(model=record._name):
                record = record.with_user(self.reader)
                ours = [
                    name
                    for name, field in record._fields.items()
                    if (field._module or "").startswith("mindbox_")
                    and record._has_field_access(field, "read")
                ]
                self.assertIn("mindbox_notice", ours)
                if record.id and record.has_access("read"):
                    record.read(ours)
