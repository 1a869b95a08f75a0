# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.http import Controller, request, route

from .views import MAX_CALL_BYTES, MAX_RECORD_ID, listens, mark

# Products of a block, at most: what Odoo's own can have.
MAX_SHOWN = 16
EVENTS = {"view": "recommendation_view", "click": "recommendation_click"}


class MindboxRecommendation(Controller):
    @route("/recommendation-rules", type="http", auth="public", website=True)
    def rules(self):
        """Show by which rules products are recommended, from what is really done."""
        website = request.website
        sources = request.env["mindbox.recommendation"]._get_sources()
        if not website._mindbox_get_endpoint().recommendation_operation:
            sources.pop("mindbox")
        return request.render(
            "mindbox_connector.recommendation_rules",
            {"rules": list(sources.values()), "company": website.company_id.sudo()},
        )

    @route(
        "/mindbox/recommendation",
        type="jsonrpc",
        auth="public",
        methods=["POST"],
        website=True,
        save_session=False,
        max_content_length=MAX_CALL_BYTES,
    )
    def tell(self, kind, product_ids, source):
        """Record that a person has seen recommended products, or clicked one.

        :param str kind: ``view`` or ``click``
        :param list product_ids: of variants, as they stand
        :param str source: what the first of them comes from
        :return: whether it was recorded
        """
        ids = product_ids if isinstance(product_ids, list) else []
        ids = [i for i in ids[:MAX_SHOWN] if type(i) is int and 0 < i <= MAX_RECORD_ID]
        sources = request.env["mindbox.recommendation"]._get_sources()
        if str(kind) not in EVENTS or str(source) not in sources or not listens():
            return False
        products = request.env["product.product"].browse(ids).exists()
        if not products or not products.has_access("read"):
            return False
        mark(products[0], EVENTS[kind], source=source, shown=products.ids)
        return True
