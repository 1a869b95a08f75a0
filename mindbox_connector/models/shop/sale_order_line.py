# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from .amounts import order_line_part, to_cents, undiscounted

TRACKED = frozenset(
    "order_id product_id product_uom_qty product_uom_id price_unit discount "
    "tax_ids".split()
)
COUPON_TYPES = ("coupons", "next_order_coupons")
# Types of programs whose cards hold money: whoever spends it pays.
PAYMENT_TYPES = ("gift_card", "ewallet")


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line"]

    # === MARKS: every way a cart or an order changes goes through its lines === #

    @api.model_create_multi
    def create(self, vals_list):
        self._mindbox_note_causes_of(vals_list)
        lines = super().create(vals_list)
        orders = lines.order_id
        orders._mindbox_mark_content()
        placed = orders.filtered(lambda order: order._mindbox_is_placed())
        placed._mindbox_mark_update(retold=True)
        return lines

    def write(self, vals):
        if not self or TRACKED.isdisjoint(vals) and "points_cost" not in vals:
            return super().write(vals)
        self._mindbox_note_causes()
        orders = self.order_id
        result = super().write(vals)
        (orders | self.order_id)._mindbox_mark_content()
        return result

    def unlink(self):
        self._mindbox_note_causes()
        orders = self.order_id
        result = super().unlink()
        orders.exists()._mindbox_mark_content()
        return result

    def _mindbox_note_causes(self):
        """Points of confirmed orders move with their reward lines."""
        moving = self.filtered(lambda line: line.coupon_id and line.state == "sale")
        for line in moving:
            line.coupon_id._mindbox_note_cause(line.order_id)

    def _mindbox_note_causes_of(self, vals_list):
        for vals in vals_list:
            if vals.get("coupon_id") and vals.get("points_cost"):
                card = self.env["loyalty.card"].browse(vals["coupon_id"])
                order = self.env["sale.order"].browse(vals.get("order_id"))
                if order.state == "sale":
                    card._mindbox_note_cause(order)

    # === KINDS OF LINES === #

    def _mindbox_delivery(self):
        """Return the delivery, and what makes it free."""
        return self.filtered(
            lambda line: line.is_delivery or line.reward_id.reward_type == "shipping"
        )

    def _mindbox_goods(self):
        """Return the lines that are products somebody gets, gifts included."""
        return (self - self._mindbox_delivery()).filtered(
            lambda line: line.product_id
            and not line.display_type
            and not line.is_downpayment
            and line.product_type != "combo"
            and line.product_uom_qty > 0
            and line.price_total >= 0
        )

    def _mindbox_reductions(self):
        """Return the lines that make others cheaper: rewards, discounts, returns."""
        others = self - self._mindbox_delivery() - self._mindbox_goods()
        return others.filtered("price_total") - self._mindbox_card_payments()

    def _mindbox_card_payments(self):
        """Return the lines by which money of a gift card or an e-wallet is spent."""
        return self.filtered(
            lambda line: line.reward_id.program_id.program_type in PAYMENT_TYPES
        )

    def _mindbox_reduced(self, goods):
        """Return which lines of goods a discount is for."""
        reward = self.reward_id
        if reward.discount_applicability != "specific":
            return goods
        products = reward.all_discount_product_ids
        return goods.filtered(lambda line: line.product_id in products) or goods

    # === BODIES === #

    def _mindbox_quantity(self):
        """Return the quantity in the unit of the product, to three decimals."""
        quantity = self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id, round=False
        )
        return round(quantity, 3)

    def _mindbox_base_total(self):
        """Return what the line would cost without its own discount, tax included."""
        if self.discount < 100:
            return undiscounted(self.price_total, self.discount)
        taxes = self.tax_ids.compute_all(
            self.price_unit, self.currency_id, self.product_uom_qty, self.product_id
        )
        return taxes["total_included"]

    def _mindbox_order_line(self, endpoint, number, cents, rate):
        return order_line_part(
            self.id,
            number,
            self._mindbox_quantity(),
            self._mindbox_base_total() * rate,
            cents,
            endpoint._get_product_ids(self.product_id),
        )

    def _mindbox_discount(self, endpoint, rate):
        """Return the named discount of this line, None where none is wanted."""
        code = self._mindbox_promo_code()
        amount = {"amount": to_cents(-self.price_total * rate) / 100}
        if endpoint.discount_style == "none" or amount["amount"] <= 0:
            return None
        if code:
            return {"type": "promoCode", "promoCode": {"ids": {"code": code}}} | amount
        if endpoint.discount_style == "all" and self.reward_id:
            ids = {"externalId": str(self.reward_id.program_id.id)}
            promotion = {"externalPromoAction": {"ids": ids}}
            return {"type": "externalPromoAction"} | promotion | amount
        return None

    def _mindbox_promo_code(self):
        """Return the code the customer has typed in for this discount, or ""."""
        program = self.reward_id.program_id
        if program.program_type in COUPON_TYPES:
            return self.coupon_id.code
        rules = self.order_id.code_enabled_rule_ids
        return rules.filtered(lambda rule: rule.program_id == program)[:1].code or ""
