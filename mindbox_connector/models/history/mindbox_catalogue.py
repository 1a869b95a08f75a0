# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...catalogue import Event

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

IMPORT_EVENT = "import_file"


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _events(self):
        """The files of an import are requests, too; their run names the operation."""
        file = Event(_lt("File of an import"), "mindbox.import")
        return super()._events() | {IMPORT_EVENT: file}
