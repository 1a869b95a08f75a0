# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What else an order tells, as far as the project wants it: statuses, gift cards,
payments, the delivery."""

from odoo import models

from .amounts import divide_line, to_cents

# What the external ID of an area is read from, on the delivery address.
AREAS = {"state": "state_id.code", "city": "city", "zip": "zip"}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    # === LINES === #

    def _mindbox_told_lines(self, endpoint, standing):
        """Return the lines of the order, each with its status.

        What has come back is a part of its own with the same lineId, and so is each
        gift card.
        """
        numbers = self._mindbox_gift_cards()
        parts = [
            part
            for line in self._mindbox_with_status(endpoint, standing)
            for part in _divide_gift_cards(line, numbers.get(int(line["lineId"]), []))
        ]
        return [
            part | {"lineNumber": number} for number, part in enumerate(parts, start=1)
        ]

    def _mindbox_with_status(self, endpoint, standing):
        """Return the parts of the lines, each with its status."""
        if not endpoint._tells_status_in_lines():
            return self._mindbox_lines(endpoint, standing)
        milestone = self._mindbox_last_milestone(endpoint, standing)
        last = endpoint._get_statuses().get(milestone)
        status = endpoint._get_part_statuses(last)
        return [
            part | endpoint._get_line_status(status[kind])
            for parts in self._mindbox_divided(endpoint, standing)
            for kind, part in parts.items()
        ]

    def _mindbox_gift_cards(self):
        """Return {line ID: numbers of the gift cards that are sold in it}."""
        sold = self.coupon_point_ids.filtered(
            lambda entry: entry.coupon_id.program_type == "gift_card"
        )
        numbers = {}
        for line in self.order_line.filtered("product_id") if sold else ():
            own = sold.filtered(
                lambda entry, line=line: line.product_id
                in entry.coupon_id.program_id.rule_ids.product_ids
            )[: int(line.product_uom_qty)]
            sold -= own
            if own:
                numbers[line.id] = own.coupon_id.mapped("code")
        return numbers

    # === PAYMENTS AND DELIVERY === #

    def _mindbox_payments(self, endpoint):
        """Return the payments: by gift card always, others where they are wanted."""
        rate = self._mindbox_rate(endpoint)
        payments = [
            {"type": "giftCard", "id": line.coupon_id.code, "amount": -line.price_total}
            for line in self.order_line._mindbox_card_payments()
            if line.coupon_id.program_type == "gift_card"
        ]
        if endpoint.send_payments:
            payments += [
                {"type": payment.payment_method_id.code, "amount": payment.amount}
                for payment in self.transaction_ids
                if payment.state == "done"
            ]
        told = [
            payment | {"amount": to_cents(payment["amount"] * rate) / 100}
            for payment in payments
        ]
        return {"payments": told} if told else {}

    def _mindbox_delivery_part(self, endpoint):
        """Return how and whereto the order is delivered, as far as that is wanted."""
        part = {}
        name = endpoint.delivery_type_field
        if name and self.carrier_id:
            part["customFields"] = {name: self.carrier_id.name}
        if path := AREAS.get(endpoint.area_ref):
            area = self.partner_shipping_id.mapped(path)
            if area and area[0]:
                part["area"] = {"ids": {"externalId": area[0]}}
        return part


def _divide_gift_cards(line, numbers):
    """Return the parts of a line: one for each gift card, and the rest."""
    parts = []
    for number in numbers:
        line, own = divide_line(line, 1) if line else (None, None)
        if own:
            parts.append(own | {"giftCard": {"ids": {"number": number}}})
    return [*parts, line] if line else parts
