# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What tests of rights share: somebody of each group, and a row that waits."""

from odoo.tests import TransactionCase, new_test_user

GROUPS = "mindbox_connector.group_mindbox_"


class SecurityCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.user = new_test_user(cls.env, "mbx_user", GROUPS + "user")
        cls.manager = new_test_user(cls.env, "mbx_manager", GROUPS + "manager")
        cls.admin = new_test_user(cls.env, "mbx_admin", "base.group_system")
        cls.stranger = new_test_user(cls.env, "mbx_stranger", "base.group_user")
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {"name": "Shop", "endpoint_code": "Shop.Website", "secret_key": "key"}
        )
        cls.endpoint.action_start()
        cls.partner = cls.env["res.partner"].create({"name": "Anna"})
        # What was there before the test is not recorded in it.
        cls.env.cr.precommit.clear()
        cls.env.cr.postcommit.clear()
        cls.request = cls.make_request()

    @classmethod
    def make_request(cls, **values):
        return cls.env["mindbox.request"].create(
            {
                "endpoint_id": cls.endpoint.id,
                "event": "customer_authorize",
                "res_model": "res.partner",
                "res_id": cls.partner.id,
                "payload": '{"customer": {"email": "anna@example.com"}}',
                **values,
            }
        )
