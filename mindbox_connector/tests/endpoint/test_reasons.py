# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ... import answers, client
from ...reasons import ACTORS, Entry

DETAIL = re.compile(r"%\((\w+)\)s")
SPAM = Entry("Spam: %(words)s.", "nobody", "Nothing to do.")


@tagged("post_install", "-at_install")
class TestReasons(TransactionCase):
    """Reasons are codes and details; words are made when they are shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.english = cls.env["mindbox.reason"].with_context(lang="en_US")
        cls.russian = cls.env["mindbox.reason"].with_context(lang="ru_RU")
        cls.reasons = cls.env["mindbox.reason"]._get_reasons()

    def install_spam(self):
        reasons = {**self.reasons, "review_spam": SPAM}
        patcher = patch.object(type(self.english), "_reasons", lambda _self: reasons)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.addCleanup(self.env.registry.clear_cache)
        self.env.registry.clear_cache()

    def test_each_code_has_a_meaning_and_advice_in_two_languages(self):
        for code, entry in self.reasons.items():
            for text in (entry.meaning, entry.advice, entry.label):
                if text is None or isinstance(text, str):
                    continue
                english = self.english._translate(text)
                russian = self.russian._translate(text)
                with self.subTest(code=code):
                    self.assertTrue(english)
                    if DETAIL.sub("", english):
                        self.assertRegex(russian, "[а-яё]")
                    self.assertEqual(
                        sorted(DETAIL.findall(english)), sorted(DETAIL.findall(russian))
                    )

    def test_each_code_tells_who_must_act(self):
        for code, entry in self.reasons.items():
            with self.subTest(code=code):
                self.assertIn(entry.actor, ACTORS)

    def test_each_heading_stands_without_details(self):
        for code, label in self.english._get_selection():
            with self.subTest(code=code):
                self.assertRegex(label, r"\w{3,}")
                self.assertNotIn("%", label)

    def test_choices_are_details_of_the_sentence(self):
        for code, entry in self.reasons.items():
            names = DETAIL.findall(self.english._translate(entry.meaning))
            with self.subTest(code=code):
                self.assertLessEqual(entry.choices.keys(), {*names})
                for model, field in entry.choices.values():
                    self.assertTrue(self.env[model]._fields[field].selection)

    def test_answers_have_codes_of_the_catalogue(self):
        codes = {
            *answers.MISCONFIGURED.values(),
            *answers.REFUSALS.values(),
            *answers.REFUSED_PROCESSING.values(),
            *(code for _pattern, code in answers.REFUSED_MESSAGES),
            *(code for _kind, code in client.NETWORK_CODES),
        }
        self.assertLessEqual(codes, self.reasons.keys())

    def test_the_same_reason_is_read_in_each_language(self):
        reason = "server_error", {"status": 503}
        self.assertEqual(self.english._say(*reason), "Mindbox is out of order (503).")
        self.assertRegex(self.russian._say(*reason), r"[а-я].*\(503\)")

    def test_a_detail_that_can_be_chosen_is_shown_by_its_label(self):
        reason = "status_unmapped", {"milestone": "confirmed"}
        self.assertIn("“Confirmed”", self.english._say(*reason))
        self.assertNotIn("onfirmed", self.russian._say(*reason))

    def test_a_missing_detail_leaves_a_gap(self):
        self.assertEqual(
            self.english._say("server_error"), "Mindbox is out of order (…)."
        )

    def test_a_code_that_nobody_knows_is_shown_as_it_is(self):
        self.assertEqual(
            self.english._say("gone_with_its_add_on"), "gone_with_its_add_on"
        )
        self.assertEqual(self.english._say(False), "")

    def test_another_add_on_s_reason_is_in_words_and_in_the_selection(self):
        self.install_spam()
        self.assertEqual(
            self.russian._say("review_spam", {"words": "casino"}), "Spam: casino."
        )
        self.assertIn(("review_spam", "Spam: …."), self.english._get_selection())
