# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from . import access


@tagged("post_install", "-at_install")
class TestAccess(access.AccessCase):
    """The connector: see ``access.csv``."""

    module = "mindbox_connector"
    requests = {
        "/mindbox/health": lambda test: ("/mindbox/health", None),
        "/mindbox/metrics": lambda test: ("/mindbox/metrics", None),
        "/mindbox/view": lambda test: (
            "/mindbox/view",
            {"kind": "product", "record_id": test.records["product.product"].id},
        ),
        "/my/orders/<int:order_id>/favorite": lambda test: (
            f"/my/orders/{test.records['sale.order'].id}/favorite",
            {"favorite": True},
        ),
        "/my/subscriptions": lambda test: ("/my/subscriptions", None),
    }

    @classmethod
    def make_records(cls):
        env = cls.env
        endpoint = env["mindbox.endpoint"].create(
            {
                "name": "Shop",
                "url": "http://127.0.0.1:9",
                "endpoint_code": "Shop.Website",
                "secret_key": "key",
                "timeout": 1,
            }
        )
        partner = env["res.partner"].create({"name": "Anna"})
        request = {
            "endpoint_id": endpoint.id,
            "event": "customer_edit",
            "res_model": "res.partner",
            "res_id": partner.id,
            "state": "rejected",
        }
        return {
            **access.make_shop_records(env, cls.users["portal"].partner_id),
            "mindbox.endpoint": endpoint,
            "mindbox.request": env["mindbox.request"].create(request),
            "mindbox.connection.test": env["mindbox.connection.test"].create(
                {"endpoint_id": endpoint.id}
            ),
            "mindbox.consent": env["mindbox.consent"].create(
                {"partner_id": partner.id, "is_subscribed": True}
            ),
            "mindbox.erasure": env["mindbox.erasure"].create(
                {"endpoint_id": endpoint.id, "customer_id_value": "1"}
            ),
            "res.config.settings": env["res.config.settings"].create({}),
        }
