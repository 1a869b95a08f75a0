# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...reasons import FAULT, Entry

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

FEED_REASONS = {
    "feed_too_large": Entry(
        _lt(
            "The feed has %(offers)s offers and %(size)s MB so far. Mindbox takes at "
            "most %(most)s offers and %(largest)s MB."
        ),
        "mindbox_manager",
        _lt("Let only published products be in it, or shorten descriptions."),
        label=_lt("The feed is larger than Mindbox takes."),
    ),
    "feed_fault": Entry(_lt("The feed cannot be built (%(kind)s)."), *FAULT),
}


class MindboxReason(models.AbstractModel):
    _name = "mindbox.reason"
    _inherit = ["mindbox.reason"]

    def _reasons(self):
        return super()._reasons() | FEED_REASONS
