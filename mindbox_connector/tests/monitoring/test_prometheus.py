# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prometheus understands what is told."""

from prometheus_client.parser import text_string_to_metric_families

from odoo.tests import TransactionCase, tagged

from ...models.monitoring.alerts import ALERTS
from ...models.monitoring.prometheus import Family, render
from .common import MonitoringCase


@tagged("post_install", "-at_install")
class TestPrometheus(MonitoringCase):
    def test_prometheus_understands_the_metrics(self):
        answer = self.ask("/mindbox/metrics")
        self.assertIn("version=0.0.4", answer.headers["Content-Type"])
        families = {f.name: f for f in text_string_to_metric_families(answer.text)}
        self.assertIn("mindbox_waiting_requests", families)
        for family in families.values():
            self.assertEqual(family.type, "gauge")
            self.assertTrue(family.documentation)
        names = {s.labels["name"] for s in families["mindbox_status"].samples}
        self.assertIn(self.endpoint.name, names)
        alerts = {s.labels["alert"] for s in families["mindbox_alert"].samples}
        self.assertEqual(alerts, set(ALERTS))


class TestPrometheusFormat(TransactionCase):
    def test_labels_survive_whatever_is_in_them(self):
        for odd in ('a"b', "a\\b", "a\nb", "\\n", "Ёж {x} ,=", ""):
            text = render([Family("x", odd, [({"name": odd}, 1.5), ({}, None)])])
            [family] = text_string_to_metric_families(text)
            [sample] = family.samples
            self.assertEqual((sample.labels["name"], sample.value), (odd, 1.5))
