# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which changes of a mapped field make an event: all of them, and no others."""

from odoo import Command
from odoo.tests import tagged

from .common import FieldMapCase


@tagged("post_install", "-at_install")
class TestChanges(FieldMapCase):
    def changed(self, event="customer_edit"):
        return [row.res_id for row in self.recorded(event)]

    def test_a_mapped_field_that_is_written_makes_one_event(self):
        self.map("city", "city")
        self.map("function", "job")
        self.customer.write({"city": "Moscow", "function": "Baker"})
        self.assertEqual(self.changed(), self.customer.ids)
        self.customer.city = "Kazan"
        custom = self.body("customer_edit")["customer"]["customFields"]
        self.assertEqual(custom, {"city": "Kazan", "job": "Baker"})

    def test_the_same_value_again_makes_none(self):
        self.map("city", "city")
        self.customer.city = "Moscow"
        self.recorded()
        self.customer.write({"city": "Moscow"})
        self.assertFalse(self.recorded())

    def test_other_fields_make_none(self):
        self.map("city", "city")
        self.customer.write({"street": "Arbat 1", "comment": "nice"})
        self.assertFalse(self.recorded())

    def test_a_related_record_that_changes_makes_one_for_each_linked_to_it(self):
        self.map("user_id.login", "manager")
        user = self.env["res.users"].create({"name": "Oleg", "login": "oleg"})
        other = self.env["res.partner"].create({"name": "B", "email": "b@example.com"})
        (self.customer | other).user_id = user
        self.assertCountEqual(self.changed(), (self.customer | other).ids)
        user.login = "oleg2"
        self.assertCountEqual(self.changed(), (self.customer | other).ids)
        self.assertEqual(self.told(other), {"manager": "oleg2"})

    def test_tags_are_told_as_a_list(self):
        self.map("category_id", "tags", "list")
        tags = self.env["res.partner.category"].create([{"name": "A|B"}, {"name": "C"}])
        self.customer.category_id = tags
        self.assertEqual(self.changed(), self.customer.ids)
        self.assertCountEqual(self.told(self.customer)["tags"], ["A/B", "C"])
        tags[1].name = "D"
        self.assertEqual(self.changed(), self.customer.ids)
        self.customer.category_id = [Command.clear()]
        self.assertEqual(self.changed(), self.customer.ids)

    def test_what_is_computed_and_stored_makes_one(self):
        self.map("commercial_company_name", "firm")
        self.recorded()
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.customer.parent_id = firm
        self.recorded()
        firm.name = "New Firm"
        self.env.flush_all()
        self.assertIn(self.customer.id, self.changed())
        self.assertEqual(self.told(self.customer), {"firm": "New Firm"})

    def test_a_field_that_shows_another_one_is_followed_there(self):
        """What all variants share stands in the template."""
        self.endpoint.with_context(active_test=False).operation_ids.filtered(
            lambda operation: operation.event == "product_set"
        ).active = True
        self.map("description_sale", "words", model="product.product")
        self.recorded()
        self.product.product_tmpl_id.description_sale = "Bright"
        self.assertEqual(self.changed("product_set"), self.product.ids)
        body = self.endpoint._with_sender(self.product)._mindbox_product_set_body
        self.assertEqual(
            body(self.endpoint)["product"]["customFields"], {"words": "Bright"}
        )

    def test_orders_and_lines_are_told_with_the_order(self):
        self.map("client_order_ref", "reference", model="sale.order")
        self.map("name", "words", model="sale.order.line")
        order = self.make_order((self.product, 1))
        order.client_order_ref = "A-1"
        self.assertFalse(self.recorded(), "a quotation is nothing to tell")
        order.action_confirm()
        self.recorded()
        order.client_order_ref = "A-2"
        self.assertEqual(self.changed("order_update"), order.ids)
        order.order_line.name = "For Anna"
        told = self.body("order_update")["order"]
        self.assertEqual(told["customFields"], {"reference": "A-2"})
        self.assertEqual(told["lines"][0]["customFields"], {"words": "For Anna"})

    def test_a_card_is_told_again(self):
        self.map("expiration_date", "until", "date", "loyalty.card")
        program = self.env["loyalty.program"].create(
            {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.customer.id, "code": "c1"}
        )
        self.recorded()
        card.expiration_date = "2030-01-31"
        told = self.body("card_issue")["discountCard"]
        self.assertEqual(told["customFields"], {"until": "2030-01-31"})

    def test_unmapped_writes_cost_no_statement_more(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.customer.write({"street": "Arbat", "comment": str(before)})
            self.env["res.country"].browse(self.env.ref("base.be").id).write(
                {"vat_label": str(before)}
            )
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        count()
        without = count()
        self.map("city", "city")
        self.map("country_id.code", "country")
        count()  # fills the caches
        self.assertEqual(count(), without)

    def test_whoever_starts_is_listened_to_at_once(self):
        """What is looked up while it starts is not remembered."""

        def listens():
            routes = self.env["mindbox.endpoint"]._get_routes()
            return self.endpoint.id in [endpoint_id for endpoint_id, *_shop in routes]

        for state in ("draft", "running", "draft", "running"):
            self.endpoint.state = state
            self.assertEqual(listens(), state == "running")
        self.assertFalse(self.env["mindbox.field.map"]._get_watched())
        self.map("city", "town")
        self.assertIn("res.partner", self.env["mindbox.field.map"]._get_watched())

    def test_what_came_from_mindbox_is_not_sent_back(self):
        self.map("city", "city")
        self.customer.with_context(mindbox_skip=True).city = "Omsk"
        self.assertFalse(self.recorded())

    def test_a_record_with_very_many_linked_to_it_stops_nobody(self):
        self.map("country_id.code", "country")
        self.customer.country_id = self.env.ref("base.ru")
        self.recorded()
        path = "odoo.addons.mindbox_connector.models.mapping.base"
        with self.assertLogs(path, "WARNING"):
            self.patch_limit(path)
            self.env.ref("base.ru").code = "XX"
        self.assertFalse(self.recorded())

    def patch_limit(self, path):
        self.patch(__import__(path, fromlist=["base"]), "MAX_RELATED", 0)
