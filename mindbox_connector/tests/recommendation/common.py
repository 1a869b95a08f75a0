# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from lxml import html

from odoo import Command
from odoo.tests import HttpCase

from ...models.recommendation import mindbox_recommendation as found
from ..common import LocalMindbox, Reply

DEVICE = "0a1b2c3d-0000-4000-8000-000000000001"
TEMPLATE = "website_sale.dynamic_filter_template_product_product_products_item"


class BlockCase(HttpCase):
    """A shop whose block is asked for over HTTP, as the page does, and a Mindbox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.company = cls.website.company_id
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.mindbox = LocalMindbox()
        cls.addClassCleanup(cls.mindbox.close)
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "Shop",
                "url": cls.mindbox.url,
                "endpoint_code": "Shop.Website",
                "secret_key": "key",
                "company_id": cls.company.id,
                "recommendation_operation": "Website.GetRecommendations",
                "state": "running",
            }
        )
        cls.filter = cls.env.ref("mindbox_connector.recommendation_filter")
        cls.products = cls.make_products(12)
        cls.customer = cls.env["res.partner"].create({"name": "Anna"})

    def setUp(self):
        super().setUp()
        for memory in (found.OF_VISITOR, found.OF_SHOP):
            memory.clear()
        found.GATEWAYS.clear()
        self.addCleanup(found.GATEWAYS.clear)
        self.mindbox.calls.clear()
        self.recommend(self.products)
        self.authenticate(None, None)
        self.opener.cookies["mindboxDeviceUUID"] = DEVICE

    @classmethod
    def make_products(cls, count):
        return cls.env["product.product"].create(
            [
                {"name": f"Cream {n}", "is_published": True, "list_price": 10 + n}
                for n in range(count)
            ]
        )

    def recommend(self, products):
        """Let Mindbox recommend these."""
        name = self.endpoint.product_id_name
        ids = [{"ids": {name: str(p[self.endpoint.product_ref])}} for p in products]
        body = {"status": "Success", "recommendations": ids}
        self.mindbox.answer = Reply(body=body)

    @classmethod
    def make_order(cls, *products):
        """Create a confirmed order of some products."""
        lines = [Command.create({"product_id": product.id}) for product in products]
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "order_line": lines,
            }
        )
        order.action_confirm()
        return order

    def fetch(self, limit=4, template=None):
        """Return the block's products as [(name of the product, source)]."""
        return [read_card(card) for card in self.fetch_fragments(limit, template)]

    def fetch_fragments(self, limit=4, template=None):
        return self.make_jsonrpc_request(
            "/website/snippet/filters",
            {
                "filter_id": self.filter.id,
                "template_key": TEMPLATE,
                "limit": limit,
                "search_domain": ["hide_variants"],
                "productTemplateId": template and template.id,
            },
        )


def read_card(fragment):
    """Return (name of the product, its source) of a card."""
    card = html.fragment_fromstring(fragment)
    return card.get("aria-label"), card.get("data-mindbox-source")
