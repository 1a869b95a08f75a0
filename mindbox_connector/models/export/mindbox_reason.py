# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...reasons import Entry

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

ASKED_AGAIN = (
    "nobody",
    _lt("Nothing to do: it is asked for again, and what was missed is read then."),
)
EXPORT_REASONS = {
    "export_cancelled": Entry(
        _lt("Mindbox has given up the export: %(messages)s"),
        "nobody",
        _lt("Nothing to do: a shorter period is asked for."),
        label=_lt("Mindbox has given up an export."),
    ),
    "export_late": Entry(_lt("Mindbox has not made the export in time."), *ASKED_AGAIN),
    "export_gone": Entry(
        _lt("A file of the export cannot be fetched (%(status)s)."), *ASKED_AGAIN
    ),
    "export_long": Entry(
        _lt("A file of the export is too long to be read in one go."),
        "nobody",
        _lt("Nothing to do: a shorter period is asked for."),
    ),
    "export_address": Entry(
        _lt("Mindbox names a file at an address that is not safe to ask."),
        "mindbox_manager",
        _lt("Ask Mindbox's support where the files of your project lie."),
    ),
    "export_no_list": Entry(
        _lt("The file of the export cannot be read: it is no list in JSON."),
        "mindbox_manager",
        _lt(
            "Let the step of the operation make JSON, with the identifiers of "
            "customers."
        ),
    ),
    "export_unreadable": Entry(
        _lt("The file of the export cannot be read: it is no table of calls."),
        "mindbox_manager",
        _lt(
            "Let the step of the operation make CSV or JSON, with the columns for "
            "transaction, URL, status, errors and their messages."
        ),
    ),
}


class MindboxReason(models.AbstractModel):
    _name = "mindbox.reason"
    _inherit = ["mindbox.reason"]

    def _reasons(self):
        return super()._reasons() | EXPORT_REASONS
