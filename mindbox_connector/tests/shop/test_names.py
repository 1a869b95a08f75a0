# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox takes of a person: names and what they lose, the time zone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...models.shop.names import split_name
from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestNames(SourceCase):
    def notice(self, name):
        self.customer.name = name
        self.customer.invalidate_recordset(["mindbox_notice"])
        return self.customer.mindbox_notice

    def test_a_name_that_loses_something_is_told_where_it_is_seen(self):
        self.assertFalse(self.notice("Пётр О'Нил-Петров"))
        self.assertIn(": Z o ë", self.notice("Zoë Смит"))
        self.endpoint.name_alphabet = "russian_latin"
        self.assertFalse(self.notice("Zoë Смит"))
        self.assertIn("100", self.notice("Ян " * 50))
        profile = self.customer._mindbox_profile(self.endpoint)
        self.assertTrue(profile["fullName"].startswith("Ян Ян"), "sent all the same")

    @settings(max_examples=200, deadline=None)
    @given(
        name=st.text(max_size=300),
        name_format=st.sampled_from(["first_last", "last_first", "full"]),
    )
    def test_any_name_is_split_into_valid_fields(self, name, name_format):
        fields = split_name(name, name_format)
        self.assertEqual(
            bool(fields), bool(name.strip("\x00").split()) and bool(fields)
        )
        for value in fields.values():
            self.assertTrue(0 < len(value) <= 100)
            self.assertEqual(value, value.replace("\x00", ""))

    def test_a_name_is_no_word_of_mindboxs(self):
        """It would empty the field."""
        for name_format in ("full", "first_last"):
            fields = split_name("%CLEAR% Ivanova%CLEAR%", name_format)
            self.assertEqual(" ".join(fields.values()), "CLEAR IvanovaCLEAR")

    def test_what_postgresql_cannot_store_does_not_lose_a_name(self):
        self.customer.name = "Anna\0 \ud83dIvanova"
        self.env.flush_all()
        self.assertEqual(self.customer.name, "Anna ?Ivanova")
        name = "Ma\ud83dria\0"
        partner = self.env["res.partner"].create({"name": name, "street": name})
        self.assertEqual(partner.name, "Ma?ria")
        self.assertEqual(partner.street, "Ma?ria")

    def test_russian_names_are_split_as_the_endpoint_says(self):
        self.assertEqual(
            split_name("Петров Иван Сергеевич", "last_first"),
            {"lastName": "Петров", "firstName": "Иван", "middleName": "Сергеевич"},
        )
        self.assertEqual(
            split_name("Иван Сергеевич Петров", "first_last"),
            {"firstName": "Иван", "middleName": "Сергеевич", "lastName": "Петров"},
        )

    def test_a_time_zone_is_told_where_wanted_and_never_an_employees(self):
        portal = self.env["res.users"].create(
            {
                "name": "Visitor",
                "login": "visitor@x.com",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        customer, of_employee = (
            self.env["res.partner"]
            .with_user(user)
            .sudo()
            .create({"name": "New", "tz": "Asia/Tokyo"})
            for user in (portal, self.env.ref("base.user_admin"))
        )
        self.assertNotIn("timeZone", customer._mindbox_profile(self.endpoint))
        self.endpoint.send_time_zone = True
        profile = customer._mindbox_profile(self.endpoint)
        self.assertEqual(profile["timeZone"], "Asia/Tokyo")
        self.assertNotIn("timeZone", of_employee._mindbox_profile(self.endpoint))
