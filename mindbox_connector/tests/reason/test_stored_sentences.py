# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import importlib.util

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

SCRIPT = "mindbox_connector/migrations/19.0.2.0.0/post-reasons.py"


def load():
    spec = importlib.util.spec_from_file_location("post_reasons", file_path(SCRIPT))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@tagged("post_install", "-at_install")
class TestStoredSentences(TransactionCase):
    """What version 1 has stored as a sentence is a code and details now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = load()

    def test_each_code_is_in_the_catalogue(self):
        # Those of the RFM add-on are known where it is installed.
        later = {"nobody_to_tell", "no_segment_operation"}
        known = self.env["mindbox.reason"]._get_reasons().keys()
        self.assertLessEqual(self.script.SENTENCES.keys() - later, known)

    def test_details_are_those_of_the_catalogue(self):
        for code, pattern in self.script.PATTERNS:
            entry = self.env["mindbox.reason"]._get_reasons().get(code)
            names = pattern.groupindex
            with self.subTest(code=code):
                meaning = entry and entry.meaning._source % dict.fromkeys(names, "x")
                self.assertNotIn("%", meaning or "")

    def test_a_sentence_is_recognised_in_both_languages(self):
        expected = "status_unmapped", {"milestone": "partially_shipped"}
        for sentence in (
            "No status is mapped for “Partially shipped”.",
            "Для этапа «Отгружен частично» статус не задан.",
        ):
            self.assertEqual(self.script.recognise(sentence), expected)

    def test_details_of_a_sentence_are_kept(self):
        self.assertEqual(
            self.script.recognise(
                "У товара «Лампа (2)» не заполнено поле «Артикул»: "
                "заполните его и отправьте повторно."
            ),
            (
                "product_without_id",
                {"product": "Лампа (2)", "reference": "default_code"},
            ),
        )
        self.assertEqual(
            self.script.recognise("Mindbox is out of order (503)."),
            ("server_error", {"status": "503"}),
        )

    def test_a_reason_within_a_reason_is_recognised(self):
        code, details = self.script.recognise(
            "Mindbox отклоняет один файл за другим: Mindbox refuses the call (400)."
        )
        self.assertEqual(code, "files_refused")
        self.assertEqual(details["reason"], ("refused", {"status": "400"}))

    def test_somebody_else_s_words_are_kept_as_they_are(self):
        words = "Поле не заполнено (/customer/email)\n100 %"
        reason = self.script.recognise(words)
        self.assertEqual(reason, ("other", {"text": words}))
        self.assertEqual(self.env["mindbox.reason"]._say(*reason), words)

    def test_a_column_of_sentences_becomes_two_and_goes(self):
        endpoint = self.env["mindbox.endpoint"].create({"name": "Old"})
        self.env["mindbox.request"].create(
            {"endpoint_id": endpoint.id, "event": "cart_set", "state": "skipped"}
        )
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE mindbox_request ADD COLUMN error text")
        self.env.cr.execute(
            "UPDATE mindbox_request SET error = 'Операция выключена.'"
            " WHERE endpoint_id = %s",
            (endpoint.id,),
        )
        self.script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        request = self.env["mindbox.request"].search(
            [("endpoint_id", "=", endpoint.id)]
        )
        self.assertEqual(request.reason_code, "operation_off")
        self.assertEqual(request.error, "The operation is switched off.")
        self.env.cr.execute(
            "SELECT FROM information_schema.columns"
            " WHERE table_name = 'mindbox_request' AND column_name = 'error'"
        )
        self.assertFalse(self.env.cr.fetchall())
