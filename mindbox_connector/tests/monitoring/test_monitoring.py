# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may read the measures, and what is in them."""

import json
import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...reasons import Reason
from .common import TOKEN, MonitoringCase


@tagged("post_install", "-at_install")
class TestMonitoring(MonitoringCase):
    def test_json_has_the_measures_of_every_point(self):
        answer = self.ask()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        points = {p["id"]: p for p in answer.json()["integration_points"]}
        point = points[str(self.endpoint.id)]
        self.assertEqual(point["name"], self.endpoint.name)
        self.assertEqual((point["waiting"], point["status"]), (0, "draft"))
        self.assertEqual(point["alerts"], [])
        self.assertIn("success_rate", point["hour"])

    def test_without_the_token_there_is_nothing_to_see(self):
        wrong = (None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, "Bearer жё")
        for path in ("/mindbox/health", "/mindbox/metrics"):
            for authorization in wrong[:-1]:
                answer = self.ask(path, authorization)
                self.assertEqual(answer.status_code, 401)
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
                self.assertFalse(answer.text)
            self.assertEqual(self.ask(path, wrong[-1].encode()).status_code, 401)
            self.assertEqual(self.ask(f"{path}?token={TOKEN}", None).status_code, 401)

    def test_a_person_who_is_logged_in_needs_the_token_too(self):
        self.authenticate("admin", "admin")
        self.assertEqual(self.ask(authorization=None).status_code, 401)

    def test_where_no_token_is_set_the_routes_are_not_there(self):
        self.set_token(False)
        for authorization in (None, "Bearer ", f"Bearer {TOKEN}", "Bearer None"):
            self.assertEqual(self.ask(authorization=authorization).status_code, 404)

    def test_the_environment_wins(self):
        with patch.dict(os.environ, {"MINDBOX_HEALTH_TOKEN": "other"}):
            self.assertEqual(self.ask().status_code, 401)
            self.assertEqual(self.ask(authorization="Bearer other").status_code, 200)
            settings = self.env["res.config.settings"].create({})
            self.assertFalse(settings.mindbox_health_token)
            self.assertTrue(settings.mindbox_health_source)

    def test_administrators_replace_the_token_nobody_else_sees_it(self):
        settings = self.env["res.config.settings"].create({})
        settings.action_rotate_mindbox_health_token()
        self.assertEqual(self.ask().status_code, 401)
        token = self.env["res.config.settings"].create({}).mindbox_health_token
        self.assertGreaterEqual(len(token), 40)
        self.assertEqual(self.ask(authorization=f"Bearer {token}").status_code, 200)
        manager = new_test_user(
            self.env, "mbx_health", "mindbox_connector.group_mindbox_manager"
        )
        with self.assertRaises(AccessError):
            settings.with_user(manager).action_rotate_mindbox_health_token()

    def test_no_personal_data_is_told(self):
        partner = self.env["res.partner"].create(
            {"name": "Kanareika", "email": "kanareika@example.com"}
        )
        self.env["mindbox.request"].create(
            {
                "endpoint_id": self.endpoint.id,
                "event": "customer_edit",
                "partner_id": partner.id,
                "state": "rejected",
                "reason_code": "validation_error",
                "reason_details": {"messages": "kanareika@example.com is wrong"},
            }
        )
        self.endpoint._pause(Reason("paused_by_hand", {"user": "Kanareika"}))
        for path in ("/mindbox/health", "/mindbox/metrics"):
            self.assertNotIn("anareika", json.dumps(self.ask(path).text))
