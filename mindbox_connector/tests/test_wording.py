# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import TransactionCase, tagged

from ..wording import in_words


@tagged("post_install", "-at_install")
class TestWording(TransactionCase):
    """What the client says is understood in every language."""

    def test_shown_in_russian(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        russian = self.env(context={"lang": "ru_RU"})
        reason = in_words(russian, "Mindbox is out of order (503).")
        self.assertIn("503", reason)
        self.assertRegex(reason, "[а-я]")

    def test_unknown_words_stay(self):
        self.assertEqual(in_words(self.env, "Что-то своё (%)"), "Что-то своё (%)")
        self.assertEqual(in_words(self.env, False), "")
