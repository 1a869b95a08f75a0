# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import request

from odoo.addons.website_sale.controllers.cart import Cart


class MindboxCart(Cart):
    @http.route()
    def cart(self, id=None, access_token=None, revive_method="", **post):
        """Also how a recovery mail restores a cart, which no model hears of."""
        answer = super().cart(
            id=id, access_token=access_token, revive_method=revive_method, **post
        )
        if revive_method and id and request.session.get("sale_order_id") == int(id):
            request.env["sale.order"].sudo().browse(int(id))._mindbox_take_cart()
        return answer
