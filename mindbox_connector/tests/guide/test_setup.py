# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The set-up page: each step is judged from the world, and answers become settings."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.checkup import server
from ...models.guide.questions import PROJECT, Questions
from ..common import LocalMindbox, Reply
from ..security import SecurityCase


@tagged("post_install", "-at_install")
class TestSetup(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request.unlink()
        cls.mindbox = LocalMindbox()
        cls.addClassCleanup(cls.mindbox.close)
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.endpoint.write({"url": cls.mindbox.url, "contacts_checked_at": False})
        cls.startClassPatcher(
            patch.object(server, "_is_runner_at_work", lambda _env: True)
        )
        cls.startClassPatcher(patch.object(server, "find_faults", lambda _channel: ()))
        crons = server._get_crons(cls.env)
        crons.write({"nextcall": fields.Datetime.now()})

    def see(self):
        """Return {step: state} as a manager sees them."""
        found = self.env["mindbox.endpoint"].with_user(self.manager)
        self.setup_page = found.get_setup(self.endpoint.id)
        return {step["code"]: step["state"] for step in self.setup_page["steps"]}

    def say(self, code):
        steps = {step["code"]: step for step in self.setup_page["steps"]}
        return steps[code]["text"]

    def test_it_leads_from_nothing_to_running(self):
        self.endpoint.secret_key = False
        states = self.see()
        self.assertEqual(states["connect"], "todo")
        for later in ("operations", "start", "history"):
            self.assertEqual(states[later], "blocked")
        self.endpoint.secret_key = "key"
        self.endpoint.action_test_connection()
        states = self.see()
        self.assertEqual((states["connect"], states["operations"]), ("done", "done"))
        self.assertEqual((states["contacts"], states["start"]), ("todo", "todo"))
        self.endpoint.action_check_contacts()
        self.endpoint.action_start()
        states = self.see()
        needed = [s["state"] for s in self.setup_page["steps"] if s["is_needed"]]
        self.assertEqual(set(needed), {"done"})
        self.assertTrue(self.setup_page["is_done"])
        self.assertEqual(states["history"], "todo")

    def test_without_an_integration_point_the_first_step_makes_one(self):
        steps = self.env["mindbox.guide"]._judge(self.env["mindbox.endpoint"])
        self.assertEqual(steps[0]["state"], "todo")
        self.assertEqual(steps[0]["method"], "action_open_point")
        self.assertFalse([step for step in steps if step["state"] == "done"][1:])

    def test_an_operation_that_mindbox_does_not_know_is_named(self):
        error = {"status": "ProtocolError", "errorMessage": "Operation not found"}
        self.mindbox.answer = Reply(400, error)
        self.endpoint.action_test_connection()
        self.mindbox.answer = Reply()
        operation = self.endpoint.operation_ids[0]
        operation.test_outcome = "unknown"
        (self.endpoint.operation_ids - operation).test_outcome = "known"
        self.assertEqual(self.see()["operations"], "todo")
        self.assertIn(operation.name, self.say("operations"))
        operation.name = "Another.Name"
        self.assertFalse(operation.test_outcome, "with another name it says nothing")

    def test_a_dead_runner_is_a_step_to_do(self):
        with patch.object(server, "_is_runner_at_work", lambda _env: False):
            self.assertEqual(self.see()["runner"], "todo")
        self.assertEqual(self.see()["runner"], "done")

    def test_all_methods_of_steps_can_be_called(self):
        self.endpoint.action_start()
        self.see()
        for step in self.setup_page["steps"]:
            if step["method"].startswith(("action_open", "action_view")):
                action = getattr(
                    self.endpoint.with_user(self.manager), step["method"]
                )()
                self.assertEqual(action["type"], "ir.actions.act_window", step)

    def test_the_app_opens_with_it_until_something_runs(self):
        def opens(user):
            points = self.env["mindbox.endpoint"].with_user(user)
            return points._action_open_app()["xml_id"].partition(".")[2]

        self.assertEqual(opens(self.manager), "setup_action")
        self.assertEqual(opens(self.user), "mindbox_request_action")
        self.endpoint.action_start()
        self.assertEqual(opens(self.manager), "mindbox_request_action")

    def test_it_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.env["mindbox.endpoint"].with_user(self.user).get_setup()


@tagged("post_install", "-at_install")
class TestQuestions(SecurityCase):
    def answer(self, **answers):
        """Return the questions with answers, as a person sends them back."""
        lines = []
        for line in Questions(self.endpoint).write_text().splitlines():
            number = line.partition(" ")[0].rstrip(".")
            code = self.codes.get(number)
            lines.append(f"> {line} {answers.get(code, '')}".rstrip())
        return "\r\n".join(lines)

    @property
    def codes(self):
        return {
            number: rest[-1] if number[0] != "2" else rest[2].event
            for number, rest in Questions(self.endpoint).list().items()
        }

    def test_every_question_is_about_a_field(self):
        for name in PROJECT:
            field = self.endpoint._fields[name]
            self.assertIn(field.type, ("char", "boolean", "selection"))
            self.assertFalse(field.readonly, name)

    def test_answers_become_settings(self):
        text = self.answer(
            customer_id_name="shopID",
            brand="-",
            cards_made_in_mindbox="да",
            name_alphabet="3",
            line_status="+",
            customer_edit="Shop.Edit",
            product_view="-",
            paid="PAID",
            partially_shipped="Part",
            returned="-",
        )
        endpoint = self.endpoint.with_user(self.manager)
        changes = {c["number"]: c for c in endpoint.read_answers(text)}
        self.assertEqual(changes["1.1"]["new"], "shopID")
        self.assertFalse([c for c in changes.values() if c["problem"]])
        endpoint.store_answers(text)
        self.assertEqual(endpoint.customer_id_name, "shopID")
        self.assertTrue(endpoint.cards_made_in_mindbox)
        self.assertEqual(endpoint.name_alphabet, "any")
        names = {one.event: one.name for one in endpoint.operation_ids}
        self.assertEqual(names["customer_edit"], "Shop.Edit")
        self.assertNotIn("product_view", names, "the project has none")
        statuses = {one.milestone: one.status for one in endpoint.status_ids}
        self.assertEqual(statuses["paid"], "PAID")
        self.assertEqual(statuses["partially_shipped"], "Part")
        self.assertNotIn("returned", statuses)
        self.assertTrue(endpoint.answered_at)
        self.assertEqual(endpoint.manager_answers, text)
        self.assertFalse(endpoint.read_answers(self.answer()), "nothing more to change")

    def test_what_is_left_as_it_is_changes_nothing(self):
        self.assertFalse(self.endpoint.read_answers(self.answer()))
        self.assertFalse(self.endpoint.read_answers("Good morning!\n\n1. I am away"))

    def test_what_cannot_be_is_told_and_nothing_is_stored(self):
        text = self.answer(customer_id_name="ID клиента", name_alphabet="7")
        problems = [c["problem"] for c in self.endpoint.read_answers(text)]
        self.assertEqual(len([one for one in problems if one]), 2)
        with self.assertRaises(UserError):
            self.endpoint.store_answers(text)
        self.assertFalse(self.endpoint.answered_at)

    def test_the_key_is_not_asked_for_and_not_in_the_text(self):
        text = Questions(self.endpoint).write_text()
        self.assertNotIn(self.endpoint.secret_key, text.replace("secret key", ""))

    def test_numbers_stay_when_an_operation_goes(self):
        text = self.answer(customer_edit="Shop.Edit")
        self.endpoint.operation_ids.filtered(lambda o: o.event == "cart_set").unlink()
        [change] = self.endpoint.read_answers(text)
        self.assertEqual(change["new"], "Shop.Edit")

    def test_a_mindbox_user_stores_nothing(self):
        with self.assertRaises(AccessError):
            self.endpoint.with_user(self.user).store_answers("1.1. A [B]: c")
