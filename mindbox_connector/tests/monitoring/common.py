# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of monitoring share."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase

from ...models.monitoring.health_token import HEALTH_TOKEN
from ..security import SecurityCase

TOKEN = "a-token-of-monitoring"
SPANS = ("minutes", "hours", "days")


class HealthCase(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint.user_id = cls.manager
        cls.request.unlink()

    def ago(self, **span):
        return fields.Datetime.now() - timedelta(**span)

    def wait(self, event="customer_edit", **span):
        return self.make_request(event=event, occurred_at=self.ago(**span))

    def finish(self, state, count=1, seconds=1, **options):
        """Make requests that are over; what is no span of time is a value of them."""
        span = {name: options.pop(name) for name in SPANS if name in options}
        moment = self.ago(**(span or {"minutes": 5}))
        happened = moment - timedelta(seconds=seconds)
        values = {"state": state, "next_attempt_at": moment, "occurred_at": happened}
        values["sent_at"] = state == "sent" and moment
        values |= options
        for _number in range(count):
            self.make_request(**values)

    def measure(self):
        return self.endpoint._measure()[self.endpoint]


class MonitoringCase(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_token(TOKEN)
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {"name": 'Shop "1"\\\n', "endpoint_code": "Shop.Website"}
        )

    @classmethod
    def set_token(cls, token):
        cls.env["ir.config_parameter"].set_param(HEALTH_TOKEN, token)

    def ask(self, path="/mindbox/health", authorization=f"Bearer {TOKEN}"):
        headers = {"Authorization": authorization} if authorization else {}
        return self.url_open(path, headers=headers)
