# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheme, and a customer whose orders are counted."""

from ..common import RfmCase


class FactsCase(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_books()
        cls.scheme = cls.make_scheme()
        cls.anna = cls.make_customer("Anna")

    def compute(self, **values):
        if values:
            self.scheme.write(values)
        return self.run_scheme(self.scheme)
