# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The reasons of this add-on, beside those of the connector."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from odoo.addons.mindbox_connector.reasons import NOTHING, Entry

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SEGMENT_REASONS = {
    "no_segment_operation": Entry(
        _lt("No operation for the segment “%(segment)s”."),
        "nobody",
        _lt("If Mindbox should hear of it, give the segment an operation."),
    ),
    "nobody_to_tell": Entry(_lt("No customer to tell of."), *NOTHING),
    "run_interrupted": Entry(
        _lt("Interrupted: nothing was changed."),
        "nobody",
        _lt("Nothing to do: the next run does it all."),
    ),
    "rule_broken": Entry(
        _lt("The filter of the rule for “%(segment)s” cannot be used any more."),
        "administrator",
        _lt("Correct the filter in the scheme, then compute again."),
    ),
    "run_fault": Entry(
        _lt("The run failed (%(kind)s)."),
        "administrator",
        _lt("Look for the fault in the server's log, then compute again."),
    ),
}


class MindboxReason(models.AbstractModel):
    _name = "mindbox.reason"
    _inherit = ["mindbox.reason"]

    def _reasons(self):
        return super()._reasons() | SEGMENT_REASONS
