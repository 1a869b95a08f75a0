# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The export of actions with mailings: sent, opened, clicked, bounced, unsubscribed.

Contract: export-customer-actions, with the mailing among what the step exports; the
export of statuses has the same where its step names the customer. Of a row the ID, the
moment, the action, and the mailing's name are read; links and addresses are not.
"""

from datetime import timedelta

from odoo import models
from odoo.tools.translate import LazyTranslate

from ..export.kinds import ExportKind
from .mindbox_engagement import TYPES
from .mindbox_inbound_export import dig
from .moments import read_moment

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

ACTIONS = {
    "MailingSend": "sent_at",
    "MailingOpen": "opened_at",
    "MailingClick": "clicked_at",
    "MailingNotDelivered": "bounced_at",
    "MailingUnsubscribe": "unsubscribed_at",
}
# Reasons after which no mail will ever arrive there.
HARD_BOUNCES = (
    "EmailNonExistingAddress",
    "EmailInactiveAccount",
    "EmailIncorrectAddressFormat",
    "EmailMxRecordWasntResolved",
)
INVALID = {"contact": "email", "status": "invalid"}
# Characters of a name that are kept.
LONGEST_NAME = 200


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _export_kinds(self):
        mailings = ExportKind(
            _lt("Mailings"),
            "mailings_export_operation",
            reach=timedelta(days=90),
        )
        return super()._export_kinds() | {"mailings": mailings}


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _record_mailings(self, chunk):
        """Write down what customers have done last; mark addresses that are none."""
        named = [(dig(row, "customer", "ids"), row) for row in chunk]
        told, bounces = {}, []
        for partner_id, row in self._find_customers(named):
            name, moment = self._read_action(row), read_moment(row.get("dateTimeUtc"))
            if not name or not moment:
                continue
            mine = told.setdefault(partner_id, dict.fromkeys(TYPES))
            mine["partner_id"] = partner_id
            self._add_action(mine, name, moment, row)
            if name == "bounced_at" and self._read_bounce(row) in HARD_BOUNCES:
                bounces.append((partner_id, row["dateTimeUtc"], INVALID))
        self.env["mindbox.inbound"]._take(self, "contact", bounces)
        engagements = self.env["mindbox.engagement"]
        rows = list(told.values())
        return engagements._hear(self.endpoint_id, rows) if rows else 0

    def _add_action(self, mine, name, moment, row):
        """Let an action count where it is the newest of its kind."""
        if mine[name] and mine[name] >= moment:
            return
        mine[name] = moment
        if name == "sent_at":
            mine["mailing"] = str(dig(row, "mailing", "name") or "")[:LONGEST_NAME]
        elif name == "bounced_at":
            mine["bounce_reason"] = self._read_bounce(row)

    def _read_action(self, row):
        """Return the moment that a row tells of, None for none."""
        action = dig(row, "mailing", "action")
        action = action or dig(row, "mailingStatus", "ids", "systemName")
        return ACTIONS.get(str(action))

    def _read_bounce(self, row):
        reason = dig(row, "mailing", "notDeliveredReason", "ids", "systemName")
        return str(reason or "")[:LONGEST_NAME]
