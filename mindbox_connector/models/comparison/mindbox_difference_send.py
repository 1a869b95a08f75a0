# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What mends a difference: sending again, ticking off, the list of deletions."""

from odoo import models

from ...reasons import Reason

# Differences that are sent at once; more go out in jobs of as many.
MEND_CHUNK = 500
SENDABLE = ("missing", "amount", "data", "other", "unseen")


class MindboxDifference(models.Model):
    _name = "mindbox.difference"
    _inherit = ["mindbox.difference"]

    def action_send(self):
        """Send what is missing or different, its customer first.

        A customer who is only in Mindbox is put on the list of customers to delete.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        differences = self.sudo()._get_mendable()
        for endpoint, mine in differences.grouped("endpoint_id").items():
            for start in range(0, len(mine), MEND_CHUNK):
                endpoint._mend(
                    mine[start : start + MEND_CHUNK], len(differences) > MEND_CHUNK
                )
        return self._notify(len(differences), len(self) - len(differences))

    def _get_mendable(self):
        return self.filtered(
            lambda d: d.state == "open"
            and d.cause not in ("waits", "erased")
            and (d.problem in SENDABLE or d.kind == "customers")
        )

    def _notify(self, done, left):
        message = self.env._("%s are on their way to Mindbox.", done)
        if left:
            message += " " + self.env._(
                "%s are not: they wait already, or must be mended in Mindbox by hand.",
                left,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if done else "warning",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_settle(self):
        """Tick off what somebody has mended in Mindbox by hand.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        extra = self.sudo().filtered(lambda d: d.problem == "extra")
        for difference in extra:
            self.env["mindbox.ledger"].sudo().search(
                [
                    ("endpoint_id", "=", difference.endpoint_id.id),
                    ("kind", "=", difference.kind),
                    ("res_id", "=", difference.res_id),
                ]
            ).unlink()
        self.sudo().state = "resolved"
        return True

    def _send(self):
        """Mark by the usual path, so that it leaves with all else of its customer."""
        self._put_on_deletion_list()
        sendable = self.filtered(lambda d: d.problem in SENDABLE)
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        records = {
            kind: self.env[kinds[kind].model].browse(group.mapped("res_id")).exists()
            for kind, group in sendable.grouped("kind").items()
        }
        self._send_customers(records)
        if cards := records.pop("cards", None):
            self._send_cards(cards)
        if orders := records.pop("orders", None):
            self._send_orders(orders)
        records.pop("customers", None)
        for kind, others in records.items():
            others._mindbox_mark(kinds[kind].first_event)
        sendable._supersede()
        self.state = "sent"

    def _put_on_deletion_list(self):
        extra = self.filtered(lambda d: d.problem == "extra" and d.kind == "customers")
        self.env["mindbox.erasure"].create(
            [
                {
                    "endpoint_id": difference.endpoint_id.id,
                    "customer_id_value": str(difference.res_id),
                }
                for difference in extra
            ]
        )

    def _send_customers(self, records):
        """Customers whose cards and orders are sent must be there before."""
        customers = records.get("customers", self.env["res.partner"])
        for others in (records.get("cards"), records.get("orders")):
            for record in others or ():
                customers |= record._mindbox_customer()
        known = self.env["mindbox.ledger"].search(
            [
                ("endpoint_id", "in", self.endpoint_id.ids),
                ("kind", "=", "customers"),
                ("res_id", "in", customers.ids),
            ]
        )
        wanted = set(self.filtered(lambda d: d.kind == "customers").mapped("res_id"))
        told = set(known.mapped("res_id")) - wanted
        customers.filtered(lambda c: c.id not in told)._mindbox_mark("customer_edit")

    def _send_orders(self, orders):
        missing = self._get_missing_ids("orders")
        for order in orders:
            if order.id not in missing:
                order._mindbox_mark("order_update")
                continue
            order._mindbox_mark("order_create")
            for milestone in reversed(order._mindbox_reached()):
                # That it was placed is what the order itself tells.
                if milestone != "created":
                    order._mindbox_mark("order_status", milestone=milestone)

    def _send_cards(self, cards):
        ledger, missing = self.env["mindbox.ledger"], self._get_missing_ids("cards")
        told = ledger._get_known_points(self.endpoint_id, cards.ids)
        for card in cards:
            if card.id in missing:
                card._mindbox_mark("card_issue")
            card._mindbox_mark_balance(card.points - told.get(card.id, 0))

    def _get_missing_ids(self, kind):
        missing = self.filtered(
            lambda d: d.kind == kind and d.problem in ("missing", "unseen")
        )
        return set(missing.mapped("res_id"))

    def _supersede(self):
        """What was refused is sent anew: the old requests are closed."""
        values = {"state": "cancelled", **Reason("superseded").get_values()}
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        told_by = self.env["mindbox.catalogue"]._get_kind_events()
        for kind, differences in self.grouped("kind").items():
            self.env["mindbox.request"].search(
                [
                    ("endpoint_id", "in", differences.endpoint_id.ids),
                    ("res_model", "=", kinds[kind].model),
                    ("res_id", "in", differences.mapped("res_id")),
                    ("event", "in", told_by[kind]),
                    ("state", "=", "rejected"),
                ]
            ).write(values)
