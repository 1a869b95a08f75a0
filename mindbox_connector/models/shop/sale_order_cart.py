# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one cart of a customer: Odoo keeps one per order, Mindbox one per customer."""

from datetime import datetime

from odoo import api, fields, models

from ..capture.mindbox_source import LAST_KEY


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    mindbox_cart_since = fields.Datetime(
        copy=False,
        readonly=True,
        help="Since when it is its customer's cart, where that is not since it was "
        "made: restored by a recovery mail, or brought along by a visitor who has "
        "logged in.",
    )
    # Of a whole batch at once, as it is asked for when bodies are built.
    mindbox_live_cart_id = fields.Many2one(
        "sale.order",
        string="Live Cart",
        compute="_compute_mindbox_live_cart_id",
        compute_sudo=True,
        groups="mindbox_connector.group_mindbox_user",
        help="The cart that Mindbox is told of: of all open carts of the customer the "
        "newest one with products in it.",
    )

    @api.depends("state", "website_id", "partner_id", "order_line")
    @api.depends_context(LAST_KEY)
    def _compute_mindbox_live_cart_id(self):
        leaving = self.browse(self.env.context.get(LAST_KEY, ()))
        customers = self.env["res.partner"].union(
            *(order._mindbox_customer() for order in self)
        )
        live = customers._mindbox_find_carts(leaving)
        for order in self:
            key = order._mindbox_cart_key()
            own = order if order._mindbox_fills_cart() else order.browse()
            order.mindbox_live_cart_id = live.get(key) if key[0] else own - leaving

    def _mindbox_cart_key(self):
        """Return (customer, integration point ID): Mindbox has one cart for each.

        The customer is the one as whom Mindbox knows whoever buys without an account.
        """
        endpoint = self.env["mindbox.endpoint"].sudo()
        route = endpoint._get_route(self.website_id.id, self.company_id.id)
        return self._mindbox_customer()._mindbox_person(endpoint.browse(route)), route

    def _mindbox_fills_cart(self):
        return self._mindbox_is_cart() and bool(self.order_line._mindbox_goods())

    # === CARTS THAT LEAVE THEIR CUSTOMER === #

    def unlink(self):
        """With a deleted cart goes what Mindbox knows of it, unless another is left."""
        self._mindbox_filled()._mindbox_mark_last("cart_clear")
        return super().unlink()

    def _mindbox_mark_handed_over(self, partner_id):
        """Whose cart it was has another one now, or none; whose it becomes, a new."""
        partner = self.env["res.partner"].browse(partner_id)
        handed_over = self.filtered(
            lambda o: o.partner_id != partner and o._mindbox_is_cart()
        )
        if not handed_over:
            return
        of_customers = handed_over.filtered(lambda order: order._mindbox_customer())
        of_customers._mindbox_filled()._mindbox_mark_last("cart_clear")
        handed_over._mindbox_take_cart()

    def _mindbox_filled(self):
        return self.filtered(lambda o: o._mindbox_is_cart() and o.order_line)

    def _mindbox_take_cart(self):
        """Let these carts be the newest ones of their customers."""
        # To the microsecond, as Odoo keeps when a cart was made.
        self.sudo().mindbox_cart_since = datetime.utcnow()
        self._mindbox_mark("cart_set")


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _mindbox_find_carts(self, leaving=None):
        """Return {(customer, integration point ID): cart that Mindbox is told of}.

        Of each customer it is the newest open cart with products in it.

        :param leaving: carts that are about to be deleted or given to somebody else
        """
        orders = self.env["sale.order"].sudo()
        everybody = self | self.sudo().mindbox_contact_ids.claimant_ids
        carts = orders.search(
            [
                ("partner_id", "in", everybody._with_addresses().ids),
                ("state", "=", "draft"),
                ("website_id", "!=", False),
            ],
            order="id",
        )
        filled = (carts - (leaving or orders)).filtered(
            lambda cart: cart._mindbox_fills_cart()
        )
        newest_last = filled.sorted(
            lambda cart: (cart.mindbox_cart_since or cart.create_date, cart.id)
        )
        return {cart._mindbox_cart_key(): cart for cart in newest_last}

    def _mindbox_mark_cart(self):
        """Tell of the carts of customers as they are now."""
        for cart in self._mindbox_find_carts().values():
            cart._mindbox_mark("cart_set")
