# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is looked at, which sources there are, and what may be shown of their answers."""

import json
import uuid

from odoo import api, models
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from ...client import Call
from ...exceptions import MindboxReasonError
from ..capture.visitor import get_visitor
from .gateway import BUDGET, MAX_AT_ONCE, Gateway
from .memory import Memory

# What Mindbox says of a visitor, and what the shop's orders say of a product or of all.
OF_VISITOR = Memory(10 * 60)
OF_SHOP = Memory(60 * 60)
# {(database, integration point): its gateway}
GATEWAYS = {}
# Products that a source names, at most: some may be in the cart, or not for sale.
MOST = 30
# Lines of orders that are looked at, from the newest back: PostgreSQL finds them by an
# index, in the time of a page, however many there are.
NEWEST_LINES = 5000
NEWEST_WITH = 300
# The highest ID that PostgreSQL knows.
MAX_RECORD_ID = 2**31 - 1
BESTSELLERS = """
    SELECT product_id FROM (
        SELECT product_id FROM sale_order_line
         WHERE company_id = %(company)s AND state = 'sale' AND product_id IS NOT NULL
           AND product_uom_qty > 0
         ORDER BY id DESC LIMIT %(lines)s
    ) line
     GROUP BY product_id ORDER BY count(*) DESC, product_id LIMIT %(most)s
"""
TOGETHER = """
    SELECT other.product_id
      FROM (
          SELECT order_id FROM sale_order_line
           WHERE product_id = ANY(%(products)s) AND company_id = %(company)s
             AND state = 'sale'
           ORDER BY id DESC LIMIT %(lines)s
      ) mine
      JOIN sale_order_line other ON other.order_id = mine.order_id
     WHERE other.product_id != ALL(%(products)s) AND other.product_uom_qty > 0
     GROUP BY other.product_id
     ORDER BY count(DISTINCT other.order_id) DESC, other.product_id LIMIT %(most)s
"""


class MindboxRecommendation(models.AbstractModel):
    """Finds products for the visitor of the current request. It writes nothing."""

    _name = "mindbox.recommendation"
    _description = "Recommendations"

    @api.model
    def _get_sources(self):
        """Return {name of a source: how its rule is told to visitors}, best first.

        Each has a method ``_rank_<name>(website, template)``, which returns the IDs of
        variants, best first.
        """
        return {
            "mindbox": self.env._(
                "what the service Mindbox computes from the visitor's views, carts and "
                "orders on this site"
            ),
            "together": self.env._(
                "what other customers have ordered together with the product that is "
                "looked at, or with those in the cart"
            ),
            "bestsellers": self.env._("what was ordered most often of late"),
        }

    @api.model
    def _find(self, website, template, limit, domain):
        """Return {variant: source} of products that may be shown, best first.

        :param template: the product whose page it is, may be empty
        :param domain: of what may be shown
        """
        found = {}
        left_out = self._get_cart().order_line.product_id.product_tmpl_id | template
        for source in self._get_sources():
            ids = getattr(self, f"_rank_{source}")(website, template)
            for product in self._filter_shown(ids, domain):
                if product.product_tmpl_id in left_out:
                    continue
                found[product] = source
                left_out |= product.product_tmpl_id
                if len(found) >= limit:
                    return found
        return found

    def _filter_shown(self, ids, domain):
        """Yield the variants that may be shown, in their order.

        Whoever is logged in, an employee too, sees only what is published and for sale.
        """
        products = self.env["product.product"].with_context(display_default_code=False)
        shown = products.search(
            Domain(domain)
            & Domain("id", "in", ids)
            & Domain("is_published", "=", True)
            & Domain("sale_ok", "=", True)
        )
        by_id = {product.id: product for product in shown}
        for product_id in ids:
            product = by_id.get(product_id)
            if product and not product._is_sold_out():
                yield product

    def _get_cart(self):
        cart = request and getattr(request, "cart", None)
        return cart or self.env["sale.order"]

    # === SOURCES === #

    def _rank_mindbox(self, website, template):
        endpoint = website._mindbox_get_endpoint()
        visitor = self._get_asked(endpoint)
        if not visitor:
            return []
        key = (self.env.cr.dbname, endpoint.id, *visitor[:2], template.id)
        found = OF_VISITOR.find(key)
        if found is None:
            found = self._ask(endpoint, visitor, template)
            if found is None:
                return []
            OF_VISITOR.keep(key, found)
        return found

    def _get_asked(self, endpoint):
        """Return (customer ID, device, address) of whom Mindbox may be asked about.

        Nobody, without an operation, and for robots, people of the back office,
        visitors who do not agree to cookies, and customers who are forgotten.
        """
        http = self.env["ir.http"]
        if (
            not endpoint.recommendation_operation
            or endpoint.state != "running"
            or not request
            or http.is_a_bot()
            or not http._is_allowed_cookie("optional")
        ):
            return None
        visitor, user = get_visitor(), self.env.user
        customer = user.sudo().partner_id._mindbox_contact()
        if user._is_public() or not user.share:
            customer = customer.browse()
        if customer.mindbox_erased_at or not (customer or visitor["device_uuid"]):
            return None
        device = visitor["device_uuid"] or ""
        return customer.id or 0, device, visitor["customer_ip"] or ""

    def _ask(self, endpoint, visitor, template):
        """Return the IDs of the variants that Mindbox names, None if it is silent."""
        customer_id, device, address = visitor
        product = template.product_variant_id
        customer = endpoint._with_sender(
            self.env["res.partner"].browse(customer_id or [])
        )
        try:
            part = customer._mindbox_customer_part(endpoint)
        except MindboxReasonError:
            return None
        asked = {"limit": MOST}
        if ids := product and endpoint._get_product_ids(product):
            asked["product"] = {"ids": ids}
        call = Call(
            "sync",
            endpoint.recommendation_operation,
            str(uuid.uuid4()),
            json.dumps({"recommendation": asked, **part}),
            device_uuid=device,
            customer_ip=address,
            user_agent=request.httprequest.user_agent.string or "",
        )
        key = (self.env.cr.dbname, endpoint.id)
        gateway = GATEWAYS.get(key) or GATEWAYS.setdefault(key, Gateway())
        options = {"width": MAX_AT_ONCE, "connect_timeout": BUDGET}
        content = gateway.ask(endpoint._get_client(BUDGET, **options), call)
        return None if content is None else self._read_answer(endpoint, content)

    def _read_answer(self, endpoint, content):
        """Return the IDs of the variants of an answer, in its order."""
        name, field = endpoint.product_id_name.lower(), endpoint.product_ref
        shown = content.get("recommendations")
        references = [
            str(item["ids"][name])
            for item in (shown if isinstance(shown, list) else [])
            if isinstance(item, dict)
            and isinstance(item.get("ids"), dict)
            and item["ids"].get(name)
        ]
        if field == "id":
            numbers = [int(text) for text in references if text.isdecimal()]
            return [number for number in numbers if number <= MAX_RECORD_ID][:MOST]
        products = (
            self.env["product.product"].sudo().search([(field, "in", references)])
        )
        ids = {product[field]: product.id for product in products}
        return [ids[text] for text in references if text in ids][:MOST]

    def _rank_together(self, website, template):
        products = (
            template.product_variant_ids or self._get_cart().order_line.product_id
        )
        ids = tuple(sorted(products.ids))
        if not ids:
            return []
        key = (self.env.cr.dbname, "together", website.company_id.id, ids)
        return OF_SHOP.get(
            key, lambda: self._read_orders(website, TOGETHER, NEWEST_WITH, list(ids))
        )

    def _rank_bestsellers(self, website, template):
        key = (self.env.cr.dbname, "bestsellers", website.company_id.id)
        return OF_SHOP.get(
            key, lambda: self._read_orders(website, BESTSELLERS, NEWEST_LINES)
        )

    def _read_orders(self, website, query, lines, products=()):
        rows = self.env.execute_query(
            SQL(
                query,
                company=website.company_id.id,
                lines=lines,
                products=products,
                most=MOST,
            )
        )
        return [product_id for (product_id,) in rows]
