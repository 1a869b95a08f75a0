# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What mends a difference: sending again, ticking off, the list of deletions."""

from odoo import models

from ...notices import CLOSE, notify
from ...reasons import Reason

# Differences that are sent at once; more go out in jobs of as many.
MEND_CHUNK = 500
MISSING = ("missing", "unseen")
SENDABLE = (*MISSING, "amount", "state", "data", "other", "customer")


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
        return notify(message, CLOSE, "success" if done else "warning")

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
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        sendable = self.filtered(lambda d: d.problem in SENDABLE)
        for code, group in sendable.grouped("kind").items():
            kind = kinds[code]
            records = self.env[kind.model].browse(group.mapped("res_id")).exists()
            group._introduce(records)
            missing = group.filtered(lambda d: d.problem in MISSING).mapped("res_id")
            missing = records.filtered(lambda record, ids=missing: record.id in ids)
            getattr(records, kind.send)(self.endpoint_id, kind, missing)
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

    def _introduce(self, records):
        """Customers whose records are sent must be there before."""
        customers = self.env["res.partner"]
        for record in records:
            customers |= record._mindbox_customer()
        known = self.env["mindbox.ledger"].search(
            [
                ("endpoint_id", "in", self.endpoint_id.ids),
                ("kind", "=", "customers"),
                ("res_id", "in", customers.ids),
            ]
        )
        told = set(known.mapped("res_id"))
        customers.filtered(lambda c: c.id not in told)._mindbox_mark("customer_edit")

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
