# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An empty list of differences says whether anything was compared."""

from odoo import fields
from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestEmptyList(SourceCase):
    def say(self):
        return str(self.env["mindbox.difference"].get_empty_list_help("<p>Help</p>"))

    def compare(self, state="done"):
        self.env["mindbox.reconciliation"].create(
            {
                "endpoint_id": self.endpoint.id,
                "state": state,
                "finished_at": state == "done" and fields.Datetime.now(),
            }
        )

    def test_where_nothing_was_ever_compared_nobody_agrees(self):
        self.assertIn(f"Not compared yet: {self.endpoint.name}", self.say())
        self.compare("failed")
        self.assertNotIn("agree", self.say())
        self.compare()
        self.assertIn("Both sides agreed on", self.say())
        self.assertIn("<p>Help</p>", self.say())

    def test_a_shop_without_any_integration_point_has_compared_nothing(self):
        self.env["mindbox.endpoint"].search([]).state = "draft"
        self.assertIn("Nothing has been compared yet", self.say())

    def test_differences_that_a_filter_hides_are_no_agreement(self):
        self.compare()
        self.env["mindbox.difference"].create(
            {
                "endpoint_id": self.endpoint.id,
                "kind": "customers",
                "res_id": self.customer.id,
                "problem": "missing",
                "cause": "before",
            }
        )
        self.assertIn("No difference matches", self.say())
