# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A call to try out whether Mindbox is heard."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        test = InboundKind(
            _lt("Test"),
            _lt("Anything you like, to try out the address and the key."),
            names_customer=False,
        )
        return super()._inbound_kinds() | {"test": test}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_test(self, data):
        """Change nothing."""
