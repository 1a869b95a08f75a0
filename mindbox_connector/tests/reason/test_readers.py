# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everybody reads a reason in the own language, whoever's company it is."""

from unittest.mock import patch

from odoo.tests import tagged

from ...reasons import Reason
from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestReaders(SourceCase):
    """A company in Russian, with readers of both languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.env.company.partner_id.lang = "ru_RU"
        cls.env.cr.flush()
        cls.env.cr.postcommit.clear()
        cls.env["mindbox.request"].search([]).unlink()

    def read_as(self, record, name):
        """Return a field's value for an English and for a Russian reader."""
        return [record.with_context(lang=lang)[name] for lang in ("en_US", "ru_RU")]

    def check(self, record, name, english):
        read = self.read_as(record, name)
        self.assertEqual(read[0], english)
        self.assertRegex(read[1], "[а-яё]")

    def skip(self):
        """Return the row of a customer without any contact."""
        self.env["res.partner"].create({"name": "Nobody"})
        row = self.recorded("customer_edit")
        self.build(row)
        return row

    def test_a_skipped_row_is_read_in_both_languages(self):
        row = self.skip()
        self.assertEqual(row.state, "skipped")
        self.assertEqual(row.reason_code, "no_contact")
        words = "No contact: the customer has neither e-mail nor phone."
        self.check(
            row, "error", "No contact: the customer has neither e-mail nor phone."
        )
        self.assertEqual(self.read_as(row, "reason")[0], words)

    def test_a_body_that_cannot_be_built_is_read_in_both_languages(self):
        self.customer.name = "Anna Petrova"
        row = self.recorded("customer_edit")
        with (
            patch.object(
                type(self.customer), "_mindbox_profile", side_effect=ZeroDivisionError
            ),
            self.assertLogs("odoo.addons.mindbox_connector", "ERROR"),
        ):
            self.build(row)
        self.assertEqual(row.state, "rejected")
        english, russian = self.read_as(row, "error")
        self.assertEqual(english, "The body cannot be built (ZeroDivisionError).")
        self.assertEqual(
            russian, "Не удалось собрать тело запроса (ZeroDivisionError)."
        )

    def test_monitoring_is_told_the_code(self):
        self.endpoint._pause(Reason("body_fault", {"kind": "ZeroDivisionError"}))
        measures = self.endpoint._measure()[self.endpoint]
        self.assertEqual(measures["reason"], "body_fault")
        english, russian = self.read_as(self.endpoint, "pause_reason")
        self.assertIn("cannot be built", english)
        self.assertIn("Не удалось", russian)

    def test_who_must_act_and_how_is_read_in_both_languages(self):
        row = self.skip()
        self.assertEqual(row.reason_actor, "customer_data")
        self.check(
            row,
            "reason_advice",
            "Enter an e-mail or a phone that can be used: it is sent with it.",
        )

    def test_groups_are_one_for_both_languages(self):
        row = self.skip()
        for lang in ("en_US", "ru_RU"):
            groups = (
                self.env["mindbox.request"]
                .with_context(lang=lang)
                ._read_group([("id", "in", row.ids)], ["reason_code"])
            )
            self.assertEqual(groups, [("no_contact",)])

    def test_each_reader_finds_it_by_words_of_the_own_language(self):
        row = self.skip()
        mine = ("id", "=", row.id)
        requests = self.env["mindbox.request"]
        for lang, words in (("en_US", "nor PHONE"), ("ru_RU", "Нет контакта")):
            domain = [mine, ("error", "ilike", words)]
            self.assertEqual(requests.with_context(lang=lang).search(domain), row)
        self.assertFalse(requests.search([mine, ("error", "ilike", "no such words")]))

    def test_it_is_found_by_its_details(self):
        row = self.skip()
        row.write(Reason("other", {"text": "Что-то 100% своё"}).get_values())
        for words, found in (("100% своё", row), ("text", row.browse())):
            domain = [("id", "=", row.id), ("error", "ilike", words)]
            self.assertEqual(self.env["mindbox.request"].search(domain), found)

    def test_what_has_no_reason_is_found_as_such(self):
        row = self.skip()
        mine = ("id", "=", row.id)
        requests = self.env["mindbox.request"]
        self.assertEqual(requests.search([mine, ("error", "!=", False)]), row)
        self.assertFalse(requests.search([mine, ("error", "=", False)]))

    def test_it_is_found_by_who_must_act(self):
        row = self.skip()
        mine = ("id", "=", row.id)
        requests = self.env["mindbox.request"]
        for actor, found in (("customer_data", row), ("nobody", row.browse())):
            domain = [mine, ("reason_actor", "=", actor)]
            self.assertEqual(requests.search(domain), found)
        self.assertFalse(
            requests.search([mine, ("reason_actor", "!=", "customer_data")])
        )
