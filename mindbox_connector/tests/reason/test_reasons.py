# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import ast
import re
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from ... import answers, client
from ...reasons import ACTORS, Entry

DETAIL = re.compile(r"%\((\w+)\)s")
# The exceptions that carry a reason, and the reason itself.
CARRIERS = {
    "Reason",
    "MindboxSkipped",
    "MindboxError",
    "MindboxUnavailable",
    "MindboxThrottled",
    "MindboxMisconfigured",
    "MindboxRejected",
}
# Not details, but what came along with the answer.
NO_DETAILS = {"http_status", "response", "retry_after"}
# Where a code is no literal: looked up in a table that is tested, or handed on.
VARIABLE = (
    "answers.py",
    "client.py",
    "exceptions.py",
    "mindbox_delivery.py",
    "mindbox_import_customers.py",
    "mindbox_late.py",
    "mindbox_stoppable.py",
)
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
        self.assertLessEqual(get_codes_of_answers(), self.reasons.keys())

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


def get_codes_of_answers():
    """Return the codes that answers of Mindbox and of the network stand for."""
    return {
        *answers.MISCONFIGURED.values(),
        *answers.REFUSALS.values(),
        *answers.REFUSED_PROCESSING.values(),
        *(code for _pattern, code in answers.REFUSED_MESSAGES),
        *(code for _kind, code in client.NETWORK_CODES),
    }


def find_raised():
    """Yield (place, node of the code, names of details or None) of each reason."""
    for addon in ("mindbox_connector", "mindbox_rfm"):
        with suppress(FileNotFoundError):
            folder = Path(file_path(addon))
            for path in sorted(folder.rglob("*.py")):
                parts = path.relative_to(folder).parts
                if not {"tests", "migrations"} & {*parts}:
                    yield from find_in(path)


def find_in(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CARRIERS:
            if node.args and not isinstance(node.args[0], ast.Starred):
                yield f"{path.name}:{node.lineno}", node.args[0], get_details(node)


def get_details(node):
    """Return the names of the details that a call gives, None where they vary."""
    if node.func.id != "Reason":
        return {k.arg for k in node.keywords if k.arg} - NO_DETAILS
    if len(node.args) < 2:
        return set()
    given = node.args[1]
    if not isinstance(given, ast.Dict):
        return None
    return {key.value for key in given.keys}


@tagged("post_install", "-at_install")
class TestRaisedReasons(TransactionCase):
    """No reason is a sentence: each is a code of the catalogue, with its details."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reasons = cls.env["mindbox.reason"]._get_reasons()
        cls.raised = list(find_raised())

    def test_each_code_is_in_the_catalogue(self):
        self.assertGreater(len(self.raised), 40)
        for place, code, _details in self.raised:
            with self.subTest(place=place):
                if isinstance(code, ast.Constant):
                    self.assertIn(code.value, {None, *self.reasons})
                else:
                    self.assertIn(place.split(":")[0], VARIABLE)

    def test_the_details_are_those_of_the_sentence(self):
        for place, code, details in self.raised:
            if not isinstance(code, ast.Constant) or code.value is None:
                continue
            meaning = self.reasons[code.value].meaning
            with self.subTest(place=place):
                if details is not None:
                    names = DETAIL.findall(meaning._source)
                    self.assertEqual(details, {*names})

    def test_each_code_is_used(self):
        codes = [code for _place, code, _details in self.raised]
        used = {code.value for code in codes if isinstance(code, ast.Constant)}
        unused = self.reasons.keys() - used - get_codes_of_answers()
        # What an older version has stored, and what data/neutralize.sql does.
        self.assertEqual(unused, {"other", "owner_no_customer", "neutralized"})
