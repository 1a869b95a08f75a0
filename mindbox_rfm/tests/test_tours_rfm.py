# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pictures as a marketer uses them, in a real browser."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import TODAY, RfmCase


@tagged("post_install", "-at_install")
class TestToursRfm(RfmCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.let_admin_in()
        cls.scheme = cls.make_scheme("cells", include_prospects=False)
        for number in range(1, 9):
            customer = cls.make_customer(f"Usual {number}")
            cls.make_order(customer, 40 * number, 10 * number)
        cls.make_order(customer, 5, 5000)  # who moves up
        for number in (1, 2):
            customer = cls.make_customer(f"Best {number}")
            for days in (1, 50, 90):
                cls.make_order(customer, days, 1000)
        cls.run_scheme(cls.scheme, TODAY - timedelta(days=30))
        cls.run_scheme(cls.scheme)

    def test_pictures(self):
        """Cards, heat map, customers; who moved; then a cell is painted."""
        champions = self.scheme.segment_ids.filtered(lambda s: s.name == "Champions")
        self.assertNotEqual(self.scheme.matrix["111"], champions.id)
        self.start_tour("/odoo/rfm", "mindbox_rfm_tour", login="admin")
        self.assertEqual(self.scheme.matrix["111"], champions.id)
