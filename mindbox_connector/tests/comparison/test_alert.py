# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The responsible person is told of differences once."""

from odoo.tests import tagged

from .common import ReconciliationCase


@tagged("post_install", "-at_install")
class TestAlert(ReconciliationCase):
    def alerts(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            kind = "mindbox_connector.activity_type_differences"
            return len(endpoint.activity_search([kind]))

    def test_the_responsible_person_is_told_once_until_it_is_over(self):
        _partner_id, order_id, card_id = self.make_everything()
        self.lose("orders", order_id)
        self.reconcile()
        self.assertEqual(self.alerts(), 1)
        self.lose("cards", card_id)
        self.reconcile()
        self.assertEqual(self.alerts(), 1)
        self.send()
        self.deliver()
        self.reconcile()
        self.assertEqual(self.alerts(), 0)

    def test_few_differences_are_no_alert_where_more_are_asked_for(self):
        _partner_id, order_id, _card_id = self.make_everything()
        self.set_endpoint(difference_alert=2)
        self.lose("orders", order_id)
        self.reconcile()
        self.assertEqual(self.alerts(), 0)
