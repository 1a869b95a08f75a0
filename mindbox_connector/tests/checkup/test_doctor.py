# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The health check in a world where all is well, and who may make it."""

import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.checkup.checks import ENDPOINT_CHECKS, SERVER_CHECKS
from ...models.checkup.server_words import LEVELS
from .common import CheckupCase


@tagged("post_install", "-at_install")
class TestDoctor(CheckupCase):
    def test_where_all_is_well_there_is_no_false_alarm(self):
        self.assertFalse(self.look())
        found = self.env["mindbox.doctor"]._examine(self.endpoint)
        self.assertIn(found["level"], ("ok", "note"))
        [point] = found["points"]
        self.assertEqual({line["check"] for line in found["server"]}, {*SERVER_CHECKS})
        self.assertEqual({line["check"] for line in point["lines"]}, {*ENDPOINT_CHECKS})

    def test_the_key_is_in_none_of_the_lines(self):
        self.endpoint.secret_key = "a-very-secret-key"
        text = json.dumps(self.endpoint.get_health_check())
        self.assertNotIn("a-very-secret-key", text)
        self.assertNotIn(self.feed.token, text)

    def test_a_mindbox_user_looks_at_nothing(self):
        with self.assertRaises(AccessError):
            self.endpoint.with_user(self.user).get_health_check()

    def test_every_line_has_a_level_and_every_fault_says_what_helps(self):
        for check in (*SERVER_CHECKS.values(), *ENDPOINT_CHECKS.values()):
            self.assertTrue(check.title and check.how)
            for code, words in check.words.items():
                self.assertIn(words.level, LEVELS, code)
                bad = words.level in ("warning", "error")
                self.assertEqual(bad, bad and bool(words.helps), code)

    def test_no_code_means_two_things(self):
        checks = (*SERVER_CHECKS.values(), *ENDPOINT_CHECKS.values())
        codes = [code for check in checks for code in check.words]
        self.assertEqual(len(codes), len(set(codes)))
