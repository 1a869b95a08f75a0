# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests.common import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestImport(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "History",
                "endpoint_code": "history.Website",
                "secret_key": "local-key",
                "state": "running",
            }
        )
        cls.env["rfm.scheme"].search([]).state = "draft"
        cls.history = cls.env["mindbox.import"].create(
            {"endpoint_id": cls.endpoint.id, "kind": "segments"}
        )

    def test_without_an_active_scheme_that_is_told(self):
        with self.assertRaisesRegex(UserError, "No RFM scheme"):
            self.history.action_start()

    def test_the_segments_of_now_go_with_the_columns_of_a_run(self):
        scheme = self.env["rfm.scheme"]._create_from_preset("cells", tz="UTC")
        scheme.state = "active"
        customer = self.env["res.partner"].create(
            {"name": "Anna", "email": "a@example.com"}
        )
        self.env["rfm.profile"].create(
            {
                "scheme_id": scheme.id,
                "partner_id": customer.id,
                "segment_id": scheme.segment_ids[0].id,
            }
        )
        preview = self.history._preview()
        self.assertEqual(preview["total"], 1)
        self.assertEqual(
            preview["header"],
            [
                "CustomerExternalIdentitywebsiteID",
                "SegmentationExternalId",
                "SegmentExternalId",
            ],
        )
        code = scheme.segment_ids[0].code
        self.assertEqual(preview["rows"], [[str(customer.id), "RFM", code]])
