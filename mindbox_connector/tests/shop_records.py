# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command


def make_shop_records(env, owner):
    """Return {model: record} of a shop, of a customer who is ``owner``."""
    product = env["product.product"].create({"name": "Shoe", "list_price": 10})
    order = env["sale.order"].create(
        {
            "partner_id": owner.id,
            "website_id": env["website"].search([], limit=1).id,
            "order_line": [Command.create({"product_id": product.id})],
        }
    )
    order.action_confirm()
    program = env["loyalty.program"].create(
        {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
    )
    return {
        "res.partner": env["res.partner"].create({"name": "Anna"}),
        "product.product": product,
        "product.public.category": env["product.public.category"].create({"name": "A"}),
        "sale.order": order,
        "stock.picking": order.picking_ids,
        "loyalty.card": env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": owner.id}
        ),
    }
