# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""“Send to Mindbox” as a server action: an event of its own, without code."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import FieldMapCase


@tagged("post_install", "-at_install")
class TestAction(FieldMapCase):
    def make_action(self, *told, model="sale.order", **vals):
        """Make an action that tells (target, path, type) or (target, text)."""
        lines = [
            {"target": target, "path": path, "value_type": rest[0]}
            if rest
            else {"target": target, "text": path}
            for target, path, *rest in told
        ]
        return self.env["ir.actions.server"].create(
            {
                "name": "Thanks",
                "model_id": self.env["ir.model"]._get_id(model),
                "state": "mindbox",
                "mindbox_operation": "Website.Thank",
                "mindbox_field_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    def run_action(self, action, records):
        context = {"active_model": records._name, "active_ids": records.ids}
        action.with_context(**context, active_id=records[:1].id).run()

    def code(self, action):
        return action._get_mindbox_code()

    def test_a_run_tells_of_each_record_whose_customer_it_is(self):
        action = self.make_action(
            ("customer.customFields.lastOrder", "name", "text"),
            ("customerAction.customFields.total", "amount_total", "number"),
            ("customerAction.customFields.channel", "shop"),
        )
        self.assertEqual(action.mindbox_customer_path, "partner_id")
        orders = self.make_order((self.product, 1)) | self.make_order((self.product, 2))
        self.run_action(action, orders)
        rows = self.recorded(self.code(action))
        self.assertEqual(rows.partner_id, self.customer)
        self.assertEqual(rows.operation_id.name, "Website.Thank")
        bodies = [self.build(row) for row in rows]
        self.assertEqual(
            [body["customerAction"]["customFields"] for body in bodies],
            [{"total": 100, "channel": "shop"}, {"total": 200, "channel": "shop"}],
        )
        self.assertEqual(
            bodies[0]["customer"],
            {
                "ids": {"websiteID": str(self.customer.id)},
                "customFields": {"lastOrder": orders[0].name},
            },
        )
        self.assertIn("executionDateTimeUtc", bodies[0])
        self.assertTrue(rows[0].transaction_id != rows[1].transaction_id)
        self.assertEqual(len(set(rows.mapped("customer_key"))), 1)

    def test_one_transaction_tells_of_a_record_once(self):
        action = self.make_action()
        order = self.make_order((self.product, 1))
        self.run_action(action, order)
        self.run_action(action, order)
        self.assertEqual(len(self.recorded(self.code(action))), 1)
        self.run_action(action, order)
        self.assertEqual(len(self.recorded(self.code(action))), 1)

    def test_what_is_nobodys_or_an_employees_is_not_told(self):
        action = self.make_action(model="res.partner")
        self.assertFalse(action.mindbox_customer_path)
        self.run_action(action, self.env.user.partner_id)
        self.assertFalse(self.recorded(self.code(action)))
        self.customer._mindbox_erase()
        self.recorded()
        self.run_action(action, self.customer)
        self.assertFalse(self.recorded(self.code(action)))

    def test_customers_whom_the_integration_point_leaves_out_are_skipped(self):
        action = self.make_action(model="res.partner")
        self.endpoint.customer_domain = "[('name', '=', 'Nobody')]"
        self.run_action(action, self.customer)
        row = self.recorded(self.code(action))
        self.assertEqual((row.state, row.reason_code), ("skipped", "customer_excluded"))

    def test_each_integration_point_gets_the_operation(self):
        action = self.make_action()
        event = [("event", "=", self.code(action))]
        operations = self.env["mindbox.operation"].search(event)
        self.assertIn(self.endpoint, operations.endpoint_id)
        renamed = operations.filtered(lambda one: one.endpoint_id != self.endpoint)[:1]
        renamed.name = "Other.Name"
        action.mindbox_operation = "Website.ThankYou"
        own = operations.filtered(lambda one: one.endpoint_id == self.endpoint)
        self.assertEqual(own.name, "Website.ThankYou")
        self.assertEqual(renamed.name, "Other.Name" if renamed else False)
        selection = dict(self.env["mindbox.catalogue"]._get_selection())
        self.assertEqual(selection[self.code(action)], "Thanks")
        action.unlink()
        self.assertFalse(self.env["mindbox.operation"].search(event))

    def test_an_action_whose_requests_wait_is_not_deleted(self):
        action = self.make_action(model="res.partner")
        self.run_action(action, self.customer)
        row = self.recorded(self.code(action))
        with self.assertRaises(UserError):
            action.unlink()
        row.action_cancel()
        action.state = "multi"
        self.assertFalse(row.exists())

    def test_places_that_the_body_fills_itself_are_refused(self):
        for target in ("customer.ids.websiteID", "customer.email", "customer"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.make_action((target, "x"))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.make_action(("order.a", "x"), ("order.a.b", "y"))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.make_action(("order.a", ""))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.make_action(("order.a", "access_token", "text"))

    def test_what_has_no_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no customer"):
            self.make_action(model="product.product")

    def test_only_who_may_configure_odoo_makes_one_and_anybody_runs_it(self):
        manager = new_test_user(
            self.env,
            "actor",
            "mindbox_connector.group_mindbox_manager,sales_team.group_sale_manager",
        )
        action = self.make_action()
        with self.assertRaises(AccessError):
            action.with_user(manager).mindbox_operation = "Other"
        with self.assertRaises(AccessError):
            action.mindbox_field_ids.with_user(manager).create(
                {"action_id": action.id, "target": "order.a", "text": "x"}
            )
        order = self.make_order((self.product, 1))
        self.run_action(action.with_user(manager), order)
        self.assertTrue(self.recorded(self.code(action)))
