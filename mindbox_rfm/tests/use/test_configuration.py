# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The schemes of a company go along in the connector's configuration file."""

import base64
import json

from odoo import Command
from odoo.tests import tagged

from ...models.use.mindbox_catalogue import SEGMENT_SET
from ..common import RfmCase


@tagged("post_install", "-at_install")
class TestConfiguration(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        endpoints = cls.env["mindbox.endpoint"]
        cls.endpoint = endpoints.create({"name": "Test", "endpoint_code": "Shop"})
        cls.scheme = cls.make_scheme(active=False, mindbox_way="operation")
        cls.scheme.told_field_ids = [Command.create({"value": "score", "name": "rfm"})]
        cls.segment = cls.scheme.segment_ids[0]
        cls.endpoint.operation_ids = [
            Command.create(
                {
                    "event": SEGMENT_SET,
                    "name": "Enter.Vip",
                    "mode": "async",
                    "rfm_segment_id": cls.segment.id,
                }
            )
        ]
        cls.text = cls.endpoint._export_configuration().decode()

    def open(self, text, endpoint):
        file = base64.b64encode(text.encode())
        wizards = self.env["mindbox.configuration.wizard"]
        return wizards.create({"file": file, "endpoint_id": endpoint.id})

    def test_where_nothing_is_it_makes_schemes_with_segments_and_rules(self):
        kept = self.scheme._get_content()
        self.endpoint.unlink()
        self.scheme.unlink()
        nothing = self.env["mindbox.endpoint"]
        wizard = self.open(self.text, nothing)
        self.assertFalse(wizard.problems)
        made = nothing.browse(wizard.action_apply()["res_id"])
        self.assertEqual(made._export_configuration().decode(), self.text)
        scheme = self.env["rfm.scheme"].search([("company_id", "=", self.company.id)])
        self.assertEqual((scheme.state, scheme._get_content()), ("draft", kept))
        operation = made.operation_ids.filtered(lambda one: one.name == "Enter.Vip")
        self.assertEqual(operation.rfm_segment_id.scheme_id, scheme)

    def test_changes_of_a_scheme_are_told_and_segments_stay(self):
        self.scheme.lookback_months = 7
        more = {"name": "More", "code": "more", "scheme_id": self.scheme.id}
        self.env["rfm.segment"].create(more)
        wizard = self.open(self.text, self.endpoint)
        changes = wizard._look()[1]
        self.assertEqual([one.kind for one in changes], ["change"])
        self.assertIn("Months of Orders: 7 → 0", changes[0].new)
        wizard.action_apply()
        self.assertEqual(self.scheme.lookback_months, 0)
        self.assertIn("more", self.scheme.segment_ids.mapped("code"))

    def test_what_does_not_fit_is_refused_in_words(self):
        content = json.loads(self.text)
        scheme = content["rfm_schemes"][0]
        odd = [
            ({"settings": scheme["settings"] | {"moon": 1}}, "“moon”"),
            ({"settings": scheme["settings"] | {"bins": "many"}}, "“many”"),
            ({"rules": [scheme["rules"][0] | {"segment": "gone"}]}, "damaged"),
            ({"rules": [scheme["rules"][0] | {"conditions": [1]}]}, "damaged"),
            ({"segments": [{"code": "vip"}]}, "damaged"),
            ({"name": {}}, "damaged"),
            ({"told": {"mood": "x"}}, "damaged"),
        ]
        for changed, words in odd:
            text = json.dumps(content | {"rfm_schemes": [scheme | changed]})
            self.assertIn(words, self.open(text, self.endpoint).problems)
        text = json.dumps(content | {"rfm_schemes": []})
        self.scheme.name = "Other"
        self.assertIn("is not found", self.open(text, self.endpoint).problems)
