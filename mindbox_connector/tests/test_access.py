# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import gzip

from odoo.tests import tagged

from . import access
from .shop_records import make_shop_records


@tagged("post_install", "-at_install")
class TestAccess(access.AccessCase):
    """The connector: see ``access.csv``."""

    module = "mindbox_connector"
    requests = {
        "/mindbox/configuration/<int:endpoint_id>": lambda test: (
            f"/mindbox/configuration/{test.records['mindbox.endpoint'].id}",
            None,
        ),
        "/mindbox/feed/<token>.xml": lambda test: ("/mindbox/feed/guess.xml", None),
        "/mindbox/feed/<token>.xml.gz": lambda test: (
            "/mindbox/feed/guess.xml.gz",
            None,
        ),
        "/mindbox/health": lambda test: ("/mindbox/health", None),
        "/mindbox/import/<int:chunk_id>/<string:name>": lambda test: (
            f"/mindbox/import/{test.records['mindbox.import.chunk'].id}/customers.csv",
            None,
        ),
        "/mindbox/inbound/<int:endpoint_id>": lambda test: (
            f"/mindbox/inbound/{test.records['mindbox.endpoint'].id}",
            {},
        ),
        "/mindbox/metrics": lambda test: ("/mindbox/metrics", None),
        "/mindbox/recommendation": lambda test: (
            "/mindbox/recommendation",
            {
                "kind": "view",
                "product_ids": test.records["product.product"].ids,
                "source": "mindbox",
            },
        ),
        "/mindbox/view": lambda test: (
            "/mindbox/view",
            {"kind": "product", "record_id": test.records["product.product"].id},
        ),
        "/my/orders/<int:order_id>/favorite": lambda test: (
            f"/my/orders/{test.records['sale.order'].id}/favorite",
            {"favorite": True},
        ),
        "/my/subscriptions": lambda test: ("/my/subscriptions", None),
        "/recommendation-rules": lambda test: ("/recommendation-rules", None),
    }

    @classmethod
    def make_records(cls):
        endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "Shop",
                "url": "http://127.0.0.1:9",
                "endpoint_code": "Shop.Website",
                "secret_key": "key",
                "timeout": 1,
            }
        )
        partner = cls.env["res.partner"].create({"name": "Anna"})
        return {
            **make_shop_records(cls.env, cls.users["portal"].partner_id),
            **cls.make_import(endpoint, partner),
            **cls.make_feed(endpoint),
            **cls.make_others(endpoint, partner),
            **cls.make_heard(endpoint, partner),
            "mindbox.endpoint": endpoint,
        }

    @classmethod
    def make_others(cls, endpoint, partner):
        """Make a record of each model that needs little more than that."""
        request = {"event": "customer_edit", "res_model": "res.partner"}
        difference = {"kind": "customers", "problem": "missing", "cause": "before"}
        of_endpoint = {"endpoint_id": endpoint.id}
        of_partner = {**of_endpoint, "res_id": partner.id}
        values = {
            "mindbox.reconciliation": of_endpoint,
            "mindbox.difference": {**of_partner, **difference},
            "mindbox.request": {**of_partner, **request, "state": "rejected"},
            "mindbox.replay": {},
            "mindbox.connection.test": {"endpoint_id": endpoint.id},
            "mindbox.issue": {"endpoint_id": endpoint.id, "reason_code": "refused"},
            "mindbox.dismissal": {},
            "mindbox.configuration.wizard": {"endpoint_id": endpoint.id},
            "mindbox.consent.text": {
                "website_id": cls.env["website"].search([], limit=1).id,
                "wording": "News",
            },
            "mindbox.consent": {"partner_id": partner.id, "is_subscribed": True},
            "mindbox.contact": {
                "endpoint_id": endpoint.id,
                "kind": "email",
                "value": "anna@example.com",
                "partner_id": partner.id,
                "reason": "older",
            },
            "mindbox.person": {**of_endpoint, "partner_id": partner.id},
            "mindbox.erasure": {
                "endpoint_id": endpoint.id,
                "customer_id_value": "1",
            },
            "res.config.settings": {},
        }
        return {model: cls.env[model].create(vals) for model, vals in values.items()}

    @classmethod
    def make_heard(cls, endpoint, partner):
        """Make what Mindbox has told."""
        values = {
            "mindbox.inbound": {
                "endpoint_id": endpoint.id,
                "transaction_id": "1",
                "received_at": "2026-01-01",
                "occurred_at": "2026-01-01",
                "partner_id": partner.id,
                "state": "refused",
                "body": "{}",
            },
            "mindbox.inbound.setup": {"endpoint_id": endpoint.id},
            "mindbox.membership": {
                "endpoint_id": endpoint.id,
                "partner_id": partner.id,
                "segmentation": "Life",
                "since": "2026-01-01",
            },
            "mindbox.engagement": {
                "endpoint_id": endpoint.id,
                "partner_id": partner.id,
            },
        }
        return {model: cls.env[model].create(vals) for model, vals in values.items()}

    @classmethod
    def make_import(cls, endpoint, partner):
        run = cls.env["mindbox.import"].create({"endpoint_id": endpoint.id})
        file = cls.env["ir.attachment"].create(
            {"name": "file", "raw": gzip.compress(b"ExternalIdentitywebsiteID\n")}
        )
        chunk = cls.env["mindbox.import.chunk"].create(
            {"import_id": run.id, "content_id": file.id}
        )
        line = cls.env["mindbox.import.line"].create(
            {
                "import_id": run.id,
                "chunk_id": chunk.id,
                "res_model": partner._name,
                "res_id": partner.id,
            }
        )
        wizard = cls.env["mindbox.import.wizard"].create({"endpoint_id": endpoint.id})
        return {record._name: record for record in (run, chunk, line, wizard)}

    @classmethod
    def make_feed(cls, endpoint):
        website = cls.env["website"].search(
            [("company_id", "=", endpoint.company_id.id)], limit=1
        )
        feed = cls.env["mindbox.feed"].create(
            {"endpoint_id": endpoint.id, "website_id": website.id}
        )
        build = cls.env["mindbox.feed.build"].create({"feed_id": feed.id})
        offer = cls.env["mindbox.feed.offer"].create({"feed_id": feed.id, "ref": "1"})
        return {record._name: record for record in (feed, build, offer)}
