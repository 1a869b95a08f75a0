# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A configuration goes from one database to another as a file."""

import base64
import json

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...models.configuration.file import FORMAT, VERSION
from ..security import SecurityCase


@tagged("post_install", "-at_install")
class TestConfiguration(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request.unlink()
        cls.endpoint.write({"brand": "Flora", "balance_card": True, "timeout": 20})
        cls.endpoint.action_make_inbound_key()
        mapped = {"path": "ref", "name": "customerNumber", "model": "res.partner"}
        maps = cls.env["mindbox.field.map"]
        cls.map = maps.create(mapped | {"endpoint_id": cls.endpoint.id})
        cls.text = cls.endpoint._export_configuration().decode()

    def change(self, **parts):
        """Return the exported file with some parts changed."""
        return json.dumps(json.loads(self.text) | parts)

    def change_settings(self, **settings):
        return self.change(settings=json.loads(self.text)["settings"] | settings)

    def open(self, text=None, user=None, endpoint=None, **values):
        """Return the wizard after a file was uploaded."""
        endpoint = self.endpoint if endpoint is None else endpoint
        file = base64.b64encode((text or self.text).encode())
        wizards = self.env["mindbox.configuration.wizard"]
        if user:
            wizards = wizards.with_user(user)
        values |= {"file": file, "file_name": "shop.json", "endpoint_id": endpoint.id}
        return wizards.create(values)

    def see(self, wizard):
        """Return the changes it shows as {(kind, label): (old, new)}."""
        problems, changes = wizard._look()
        self.assertFalse(problems)
        return {(one.kind, one.label): (one.old, one.new) for one in changes}

    # -- The file --

    def test_it_says_its_format_and_keeps_no_secret(self):
        content = json.loads(self.text)
        self.assertEqual((content["format"], content["version"]), (FORMAT, VERSION))
        self.assertEqual(content["settings"]["brand"], "Flora")
        secrets = self.endpoint.secret_key, self.endpoint.inbound_key
        self.assertFalse([one for one in secrets if f'"{one}"' in self.text])
        self.assertFalse({"secret_key", "inbound_key"} & content["settings"].keys())

    def test_what_was_exported_changes_nothing_where_it_comes_from(self):
        wizard = self.open(user=self.manager, with_removals=True)
        self.assertEqual(self.see(wizard), {})
        self.assertIn("Nothing changes", wizard.preview_html)

    def test_a_new_one_exports_the_same(self):
        self.endpoint.operation_ids[0].unlink()
        self.endpoint.status_ids[0].status = "Own"
        text = self.endpoint._export_configuration().decode()
        self.endpoint.action_pause()
        self.endpoint.unlink()
        nothing = self.env["mindbox.endpoint"]
        action = self.open(text, self.admin, nothing).action_apply()
        made = nothing.browse(action["res_id"])
        self.assertEqual((made.state, made.secret_key), ("draft", False))
        self.assertEqual(made._export_configuration().decode(), text)

    # -- What it would change --

    def test_each_change_is_told_in_words_before_it_is_made(self):
        operation = self.endpoint.operation_ids.filtered(
            lambda one: one.event == "customer_edit"
        )
        operation.write({"name": "Old.Name", "mode": "sync"})
        self.endpoint.write({"name": "Here", "brand": False, "line_status": "none"})
        self.endpoint.status_ids.filtered(lambda s: s.milestone == "paid").unlink()
        wizard = self.open(user=self.manager)
        found = self.see(wizard)
        label = "Customer changed, Operation"
        edit = ("Old.Name", "Website.EditCustomer")
        self.assertEqual(found["change", label], edit)
        self.assertEqual(found["keep", "Name"], ("Here", "Shop"))
        self.assertEqual(found["change", "Brand"], ("–", "Flora"))
        status = ("Only by the operation of statuses", "As a text")
        self.assertEqual(found["change", "Status of Lines"], status)
        self.assertIn(("", "Paid"), found.values())
        self.assertIn("Old.Name", wizard.preview_html)
        self.assertEqual(operation.name, "Old.Name", "nothing is written yet")
        wizard.action_apply()
        self.assertEqual(operation.name, "Website.EditCustomer")
        self.assertEqual((self.endpoint.name, self.endpoint.brand), ("Here", "Flora"))
        self.assertIn("paid", self.endpoint.status_ids.mapped("milestone"))
        note = self.endpoint.message_ids[0].body
        self.assertIn("shop.json", note)
        self.assertIn("Old.Name → Website.EditCustomer", note)

    def test_what_the_file_does_not_have_goes_only_if_somebody_says_so(self):
        content = json.loads(self.text)
        text = self.change(statuses=content["statuses"][1:])
        gone = content["statuses"][0]["milestone"]
        kinds = {kind for kind, _label in self.see(self.open(text))}
        self.assertEqual(kinds, {"keep"})
        self.open(text).action_apply()
        self.assertIn(gone, self.endpoint.status_ids.mapped("milestone"))
        wizard = self.open(text, with_removals=True)
        self.assertEqual({kind for kind, _label in self.see(wizard)}, {"remove"})
        wizard.action_apply()
        self.assertNotIn(gone, self.endpoint.status_ids.mapped("milestone"))

    def test_mapped_fields_go_along(self):
        self.map.path = "vat"
        found = self.see(self.open(user=self.manager))
        label = "Customer, customerNumber, Field in Odoo"
        self.assertEqual(found, {("change", label): ("vat", "ref")})
        self.map.unlink()
        wizard = self.open(user=self.manager)
        label = "Customer, customerNumber"
        self.assertEqual(self.see(wizard), {("add", label): ("", "ref")})
        wizard.action_apply()
        made = self.endpoint.field_map_ids
        self.assertEqual((made.name, made.path), ("customerNumber", "ref"))

    # -- What does not fit --

    def assert_refused(self, text, *words, user=None):
        wizard = self.open(text, user or self.manager)
        for word in words:
            self.assertIn(word, wizard.problems)
        before = self.endpoint._export_configuration()
        with self.assertRaises(UserError):
            wizard.action_apply()
        self.assertEqual(self.endpoint._export_configuration(), before)

    def test_a_file_that_is_none_is_refused(self):
        for text in ("[]", "no", '{"format": "other"}', "[" * 5000, '{"a": NaN}'):
            self.assert_refused(text, "no file of a configuration")
        zero = self.change_settings(brand="a\0b")
        self.assert_refused(zero, "no file of a configuration")

    def test_another_version_of_the_format_is_refused(self):
        self.assert_refused(self.change(version=VERSION + 1), "format 2")

    def test_unknown_fields_events_and_parts_are_named(self):
        operation = json.loads(self.text)["operations"][0]
        known = json.loads(self.text)["operations"]
        self.assert_refused(self.change_settings(colour="red"), "“colour”")
        odd = [*known, operation | {"event": "moon_phase"}]
        self.assert_refused(self.change(operations=odd), "“moon_phase”")
        odd = [*known, operation | {"weight": 3}]
        self.assert_refused(self.change(operations=odd), "“weight”")
        self.assert_refused(self.change(weather=[]), "“weather”")
        twice = [*known, operation]
        self.assert_refused(self.change(operations=twice), "twice")

    def test_values_that_cannot_stand_there_are_named(self):
        self.assert_refused(self.change_settings(timeout="soon"), "Timeout", "“soon”")
        self.assert_refused(self.change_settings(timeout=10**12), "Timeout")
        self.assert_refused(self.change_settings(name=False), "Name")
        self.assert_refused(self.change_settings(order_ref="mood"), "“mood”")
        self.assert_refused(self.change(settings=[]), "damaged")
        self.assert_refused(self.change(operations={"a": 1}), "damaged")
        self.assert_refused(self.change(statuses=[{"status": "Paid"}]), "damaged")

    def test_what_it_names_must_be_here(self):
        text = self.change_settings(inbound_program_id="Autumn Codes")
        self.assert_refused(text, "“Autumn Codes” is not found")
        values = {"name": "Autumn Codes", "program_type": "coupons"}
        program = self.env["loyalty.program"].create(values)
        self.assert_refused(text, "closed to you")
        self.open(text).action_apply()
        self.assertEqual(self.endpoint.inbound_program_id, program)
        same = self.open(text, self.manager)
        self.assertFalse(same.problems, "what stays as it is need not be found")
        same.action_apply()
        self.assertEqual(self.endpoint.inbound_program_id, program)
        self.endpoint.inbound_program_id = False
        self.env["loyalty.program"].create(values)
        self.assert_refused(text, "several are called", user=self.env.user)

    def test_what_is_left_alone_need_not_be_found(self):
        text = self.change_settings(website_id="Staging", name="Staging")
        wizard = self.open(text, self.manager)
        self.assertFalse(wizard.problems)
        self.assertIn(("–", "Staging"), self.see(wizard).values())
        wizard.action_apply()
        self.assertEqual(self.endpoint.name, "Shop")

    def test_what_runs_keeps_the_names_by_which_mindbox_knows_its_records(self):
        text = self.change_settings(customer_id_name="otherID")
        self.assert_refused(text, "Customer ID", "Pause")
        self.endpoint.action_pause()
        self.open(text).action_apply()
        self.assertEqual(self.endpoint.customer_id_name, "otherID")

    def test_what_the_models_refuse_leaves_nothing_behind(self):
        content = json.loads(self.change_settings(brand="New"))
        content["statuses"][0]["status"] = "a|b"
        wizard = self.open(json.dumps(content), self.manager)
        self.assertFalse(wizard.problems)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            wizard.action_apply()
        self.assertEqual(self.endpoint.brand, "Flora")

    # -- Who may --

    def test_only_managers_of_the_company_export_and_take_over(self):
        other = self.env["res.company"].create({"name": "Another"})
        elsewhere = self.manager.copy({"login": "elsewhere"})
        elsewhere.write({"company_ids": [Command.set(other.ids)], "company_id": other})
        for user in (self.user, self.stranger, elsewhere):
            mine = self.endpoint.with_user(user)
            for method in ("action_export_configuration", "action_take_over"):
                with self.assertRaises(AccessError):
                    getattr(mine, method)()
            with self.assertRaises(AccessError):
                mine._export_configuration()
        self.assertTrue(self.endpoint.with_user(self.manager)._export_configuration())
        with self.assertRaises(AccessError):
            self.open(user=elsewhere).action_apply()

    def test_a_new_one_is_made_by_administrators_only(self):
        nothing = self.env["mindbox.endpoint"]
        with self.assertRaises(AccessError):
            nothing.with_user(self.manager).action_take_over()
        with self.assertRaises(AccessError):
            self.open(user=self.manager, endpoint=nothing).action_apply()
