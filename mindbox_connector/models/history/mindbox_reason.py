# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...reasons import NOTHING, Entry

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

IMPORT_REASONS = {
    "archived": Entry(
        _lt("The customer is archived."),
        "nobody",
        _lt("Nothing to do, unless the import should take archived customers, too."),
    ),
    # Only what earlier versions have written down has this one.
    "owner_no_customer": Entry(_lt("The owner of the card is no customer."), *NOTHING),
    "no_products": Entry(_lt("The order has no products."), *NOTHING),
    "files_pace": Entry(_lt("Keeps to the files per hour."), *NOTHING),
    "files_refused": Entry(
        _lt("Mindbox refuses one file after another: %(reason)s"),
        "mindbox_manager",
        _lt("Compare the operation of the import in Mindbox, then start it again."),
    ),
}


class MindboxReason(models.AbstractModel):
    _name = "mindbox.reason"
    _inherit = ["mindbox.reason"]

    def _reasons(self):
        return super()._reasons() | IMPORT_REASONS
