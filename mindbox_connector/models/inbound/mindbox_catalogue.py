# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from types import MappingProxyType

from odoo import api, models
from odoo.tools import ormcache


class MindboxCatalogue(models.AbstractModel):
    """What Mindbox can tell: ours, and what the add-ons of this database add.

    Another add-on's kind is an entry and a method, both in one file of it::

        class MindboxCatalogue(models.AbstractModel):
            _inherit = "mindbox.catalogue"

            def _inbound_kinds(self):
                survey = InboundKind("Survey answered")
                return super()._inbound_kinds() | {"survey": survey}


        class MindboxInbound(models.Model):
            _inherit = "mindbox.inbound"

            def _apply_survey(self, data):
                ...
    """

    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    @api.model
    def _inbound_kinds(self):
        """Return {code: :class:`~.kinds.InboundKind`}; extend it with ``super()``."""
        return {}

    @api.model
    @ormcache()
    def _get_inbound_kinds(self):
        """Return the same, read-only and cached until settings change."""
        return MappingProxyType(self._inbound_kinds())

    @api.model
    def _get_inbound_selection(self):
        """Return [(code, label)] of the kinds, in the reader's language."""
        return self._label(self._get_inbound_kinds())
