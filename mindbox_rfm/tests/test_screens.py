# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from odoo.addons.mindbox_connector.tests.screens import ScreensCase


@tagged("post_install", "-at_install")
class TestScreens(ScreensCase):
    def test_each_window_and_wizard_opens(self):
        self.check_views("mindbox_rfm")

    def test_each_window_names_its_views(self):
        self.check_windows("mindbox_rfm")

    def test_no_field_hides_a_method(self):
        self.check_fields("mindbox_rfm")
