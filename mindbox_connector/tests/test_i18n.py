# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import TranslationModuleReader

MODULE = "mindbox_connector"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\{\d+\}\}")
REFRESH = "Export the terms again, then translate what is empty: see CONTRIBUTING."


@tagged("post_install", "-at_install")
class TestRussian(TransactionCase):
    """Every term of every screen exists in Russian."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        catalogue = polib.pofile(file_path(f"{MODULE}/i18n/ru.po"))
        cls.russian = {entry.msgid: entry.msgstr for entry in catalogue}

    def test_complete(self):
        reader = TranslationModuleReader(self.env.cr, modules=[MODULE])
        terms = {source for _module, _type, _name, _id, source, *_rest in reader}
        missing = sorted(term for term in terms if not self.russian.get(term))
        self.assertFalse(missing, REFRESH)

    def test_placeholders(self):
        """A lost placeholder would break the sentence."""
        for english, russian in self.russian.items():
            with self.subTest(term=english):
                self.assertEqual(
                    sorted(PLACEHOLDER.findall(english)),
                    sorted(PLACEHOLDER.findall(russian)),
                )
