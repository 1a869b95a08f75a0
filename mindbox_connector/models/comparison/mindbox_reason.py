# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...reasons import FAULT, NOTHING, Entry

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

COMPARISON_REASONS = {
    "comparison_fault": Entry(_lt("The comparison failed (%(kind)s)."), *FAULT),
    "superseded": Entry(_lt("Replaced: sent again by the reconciliation."), *NOTHING),
}


class MindboxReason(models.AbstractModel):
    _name = "mindbox.reason"
    _inherit = ["mindbox.reason"]

    def _reasons(self):
        return super()._reasons() | COMPARISON_REASONS
