# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A promo code was issued in Mindbox: it becomes a code of a program here."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected, MindboxSkipped
from .kinds import InboundKind
from .moments import read_moment

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Characters of a code, at most.
LONGEST_CODE = 64


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        code = InboundKind(
            _lt("Promo code issued"),
            _lt("A promo code was issued to the customer."),
            {"promoCode": {"value": "", "availableTill": ""}},
        )
        return super()._inbound_kinds() | {"promo_code": code}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_promo_code(self, data):
        """Make the code usable, by the customer alone.

        :return: the coupon
        :raise MindboxReasonError: it cannot be one here, or is one already
        """
        told = data.get("promoCode")
        told = told if isinstance(told, dict) else {}
        code = str(told.get("value") or "").strip()
        if not code.isprintable() or not 0 < len(code) <= LONGEST_CODE:
            raise MindboxRejected("inbound_part", part="promoCode")
        program = self.endpoint_id.inbound_program_id
        if not program:
            raise MindboxRejected("inbound_program")
        self._check_code_is_free(code, program)
        till = read_moment(told.get("availableTill"))
        values = {
            "program_id": program.id,
            "code": code,
            "partner_id": self.partner_id.id,
            "points": 1,
            "expiration_date": till and till.date(),
        }
        # Mindbox writes to the customer about it.
        quiet = {"loyalty_no_mail": True, "action_no_send_mail": True}
        return self.env["loyalty.card"].with_context(**quiet).create(values)

    def _check_code_is_free(self, code, program):
        """Check that a code is none here yet."""
        everywhere = self.env["loyalty.card"].with_context(active_test=False)
        card = everywhere.search([("code", "=", code)])
        if card.program_id == program and card.partner_id == self.partner_id:
            raise MindboxSkipped("inbound_known")
        rules = self.env["loyalty.rule"].search([("code", "=", code)], limit=1)
        if card or rules:
            raise MindboxRejected("inbound_code_taken")
