# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever else a scenario tells: a server action says what follows from it."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected
from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Context key by which a server action reads the body.
DATA_KEY = "mindbox_data"


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        action = InboundKind(
            _lt("Server action"),
            _lt("Anything else; the server action of the integration point does it."),
            {"data": {}},
            names_customer=False,
        )
        return super()._inbound_kinds() | {"action": action}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_action(self, data):
        """Run the server action: ``record`` is the call, the body is in the context.

        :raise MindboxReasonError: there is no action, or it is about nobody known
        """
        action = self.endpoint_id.inbound_action_id
        if not action:
            raise MindboxRejected("inbound_action")
        if data.get("customer"):
            self.partner_id = self._find_customer(data)
            self._check_erased()
        context = {
            "active_model": self._name,
            "active_id": self.id,
            "active_ids": self.ids,
            DATA_KEY: data,
        }
        action.with_context(**context).run()
