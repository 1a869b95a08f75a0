# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.queue_job.tests.common import trap_jobs

from ...models.use.mindbox_catalogue import SEGMENT_SET
from ..common import RfmCase


def know(endpoint, *partners):
    """Let Mindbox know some customers by an integration point."""
    told = [{"res_id": p.id, "partner_id": p.id} for p in partners]
    endpoint.env["mindbox.ledger"]._acknowledge(endpoint, "customers", told)


class DeliveryCase(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        endpoints = cls.env["mindbox.endpoint"]
        endpoints.search([("state", "=", "running")]).state = "draft"
        cls.endpoint = endpoints.create(
            {
                "name": "Test",
                "url": "http://localhost:1",
                "endpoint_code": "Shop",
                "secret_key": "key",
            }
        )
        cls.endpoint.state = "running"
        cls.scheme = cls.make_custom(
            [("vip", "orders >= 2"), ("fresh", "orders >= 1"), ("rest", "")],
            include_prospects=False,
        )
        cls.anna = cls.make_customer("Anna")
        cls.bella = cls.make_customer("Bella")
        cls.make_order(cls.anna, 5, 100)
        cls.make_order(cls.bella, 5, 100)
        cls.make_order(cls.bella, 4, 100)
        cls.know(cls.anna, cls.bella)
        cls.flush()

    @classmethod
    def know(cls, *partners):
        """Let Mindbox know some customers."""
        know(cls.endpoint, *partners)

    def accept(self, requests):
        """Let Mindbox accept requests, as the delivery writes it down."""
        for request in requests:
            request.write(self.build(request) | {"state": "sent", "outcome": "unknown"})
        self.env.flush_all()
        self.env["mindbox.ledger"]._acknowledge_requests(requests.ids)

    @classmethod
    def flush(cls):
        """Write what was marked, as a commit does."""
        cls.env["mindbox.source"]._mindbox_flush()
        cls.env.cr.postcommit.clear()
        cls.env.invalidate_all()

    def requests(self):
        self.flush()
        return self.env["mindbox.request"].search(
            [("event", "=", SEGMENT_SET), ("endpoint_id", "=", self.endpoint.id)],
            order="id",
        )

    def build(self, request):
        record = self.env[request.res_model].browse(request.res_id)
        return self.endpoint._build_values(
            self.endpoint._with_sender(record), SEGMENT_SET, request.occurred_at
        )

    def operation(self):
        return self.endpoint.operation_ids.filtered(lambda o: o.event == SEGMENT_SET)

    def run_with_jobs(self):
        with trap_jobs() as trap:
            self.run_scheme(self.scheme)
            trap.perform_enqueued_jobs()
        return self.requests()
