# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mapping a field: what may be, by whom, and what becomes of it."""

import json
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.checkup.settings import find_fields
from ...models.mapping.path import find_secret
from .common import FieldMapCase


@tagged("post_install", "-at_install")
class TestFieldMap(FieldMapCase):
    def refuse(self, *args, words="", **vals):
        with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            self.map(*args, **vals)

    def test_what_is_no_field_is_refused_in_clear_words(self):
        self.refuse("nonsense", "a", words="There is no field “nonsense”")
        self.refuse("name.length", "a", words="There is no field")
        self.refuse("parent_id.nonsense", "a", words="There is no field")
        self.refuse("contact_address", "a", words="not stored")
        self.refuse("parent_id.parent_id.city", "a", words="too far")
        self.refuse("child_ids.city", "a", "list", words="several records")
        self.refuse("category_id", "a", words="several records")
        self.refuse("city", "a", "number", words="cannot be told as “Number”")
        self.refuse("image_1920", "a", words="cannot be told as")

    def test_secrets_stay(self):
        self.refuse("signup_type", "a", words="secret")
        self.refuse("access_token", "a", model="sale.order", words="secret")
        self.refuse("user_id.password", "a", words="secret|not stored")
        for name in "api_key totp_secret x_password oauth_uid password_date".split():
            field = type("field", (), {"name": name})
            self.assertTrue(find_secret([field]), name)
        for name in "passport_number tokenised compass hashtag signal".split():
            field = type("field", (), {"name": name})
            self.assertFalse(find_secret([field]), name)

    def test_what_the_writer_may_not_read_is_refused(self):
        manager = new_test_user(
            self.env,
            "mapper",
            "base.group_user,mindbox_connector.group_mindbox_manager",
        )
        maps = self.env["mindbox.field.map"].with_user(manager)
        values = {"endpoint_id": self.endpoint.id, "name": "a", "value_type": "text"}
        maps.create(values | {"model": "res.partner", "path": "city"})
        with (
            self.assertRaisesRegex(ValidationError, "You may not read"),
            self.env.cr.savepoint(),
        ):
            order = {"model": "sale.order", "path": "client_order_ref"}
            maps.create(values | order | {"name": "b"})
        field = self.env["res.partner"]._fields["ref"]
        with (
            patch.object(field, "groups", "base.group_system"),
            self.assertRaisesRegex(ValidationError, "You may not read"),
            self.env.cr.savepoint(),
        ):
            maps.create(values | {"name": "c", "model": "res.partner", "path": "ref"})

    @mute_logger("odoo.sql_db")
    def test_names_that_mindbox_cannot_have_or_that_are_taken_are_refused(self):
        self.refuse("city", "is wrong", words="cannot be a system name")
        self.map("city", "town")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.map("street", "Town")
        self.map("client_order_ref", "town", model="sale.order")
        self.refuse("name", "isfavorite", model="sale.order", words="itself already")

    def test_only_a_customers_field_can_be_emptied(self):
        self.refuse(
            "client_order_ref",
            "a",
            model="sale.order",
            when_empty="clear",
            words="customers only",
        )
        self.map("city", "city", when_empty="clear")
        self.map("street", "street")
        self.assertEqual(self.told(self.customer), {"city": "%CLEAR%"})

    def test_each_integration_point_has_its_own(self):
        other = self.endpoint.copy({"name": "Other"})
        self.map("city", "city", endpoint_id=other.id)
        self.assertEqual(self.told(self.customer), {})

    def test_a_field_that_is_gone_breaks_nothing_and_is_named(self):
        one = self.map("city", "town")
        self.customer.city = "Omsk"
        self.env.cr.execute(
            "UPDATE mindbox_field_map SET path = 'x_gone' WHERE id = %s", [one.id]
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(self.told(self.customer), {})
        self.customer.city = "Tomsk"
        self.assertIn("x_gone", one.problem)
        found = {line.code: line.values for line in find_fields(self.endpoint)}
        self.assertEqual(found["field_gone"]["name"], "town")
        one.active = False
        self.assertFalse(list(find_fields(self.endpoint)))

    def test_a_text_says_what_people_read_an_enumeration_what_is_stored(self):
        self.map("sex", "sexText")
        self.map("sex", "sexCode", "enumeration")
        self.customer.sex = "female"
        self.assertEqual(
            self.told(self.customer), {"sexText": "Female", "sexCode": "female"}
        )

    def test_moments_are_written_as_the_integration_point_does(self):
        self.map("create_date", "since", "datetime")
        told = self.endpoint._format_moment(self.customer.create_date)
        self.assertEqual(self.told(self.customer), {"since": told})

    def test_the_form_shows_what_mindbox_would_be_told(self):
        self.customer.city = "Omsk"
        form = Form(self.env["mindbox.field.map"])
        form.endpoint_id = self.endpoint
        form.path = "city"
        form.name = "town"
        form.example_ref = f"res.partner,{self.customer.id}"
        self.assertEqual(json.loads(form.example), {"town": "Omsk"})
        form.value_type = "number"
        self.assertIn("cannot be told", form.example)
        form.value_type = "text"
        form.model = "product.product"
        self.assertFalse(form.path)

    def test_the_example_is_one_that_the_user_may_read(self):
        one = self.map("client_order_ref", "reference", model="sale.order")
        self.make_order((self.product, 1), client_order_ref="secret")
        manager = new_test_user(
            self.env,
            "looker",
            "base.group_user,mindbox_connector.group_mindbox_manager",
        )
        self.assertNotIn("secret", one.with_user(manager).example)
        self.assertIn("secret", one.example)
