# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import TransactionCase, tagged

from .. import answers, client
from ..wording import PATTERNS, in_words


@tagged("post_install", "-at_install")
class TestWording(TransactionCase):
    """What the client says is understood in every language."""

    def test_client_is_known(self):
        said = [
            *answers.MISCONFIGURED.values(),
            *(reason for _kind, reason in client.NETWORK_REASONS),
            *(f"Mindbox: order {end}." for end in answers.REFUSED_PROCESSING.values()),
            client.UNUSABLE,
            answers._explain({}, 400),
        ]
        for reason in said:
            with self.subTest(reason=reason):
                self.assertTrue(any(p.fullmatch(reason) for p in PATTERNS.values()))

    def test_shown_in_russian(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        russian = self.env(context={"lang": "ru_RU"})
        reason = in_words(russian, "Mindbox is out of order (503).")
        self.assertIn("503", reason)
        self.assertRegex(reason, "[а-я]")

    def test_unknown_words_stay(self):
        self.assertEqual(in_words(self.env, "Что-то своё (%)"), "Что-то своё (%)")
        self.assertEqual(in_words(self.env, False), "")
