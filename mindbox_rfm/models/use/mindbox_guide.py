# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The step of the segments on the connector's set-up page."""

from odoo import models
from odoo.tools import LazyTranslate

from odoo.addons.mindbox_connector.models.guide.steps import (
    START_FIRST,
    Standing,
    Step,
)

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SCHEMES = (_lt("Schemes"), "action_view_schemes")


def judge_segments(endpoint):
    """Is there a scheme at work, and is Mindbox told of its segments?"""
    if not endpoint.id or endpoint.state == "draft":
        return Standing("blocked", START_FIRST)
    scheme = endpoint._get_rfm_scheme()
    if not scheme:
        text = _lt("Choose a scheme and activate it: customers get their segments.")
        return Standing("todo", text, *SCHEMES)
    values = {"name": scheme.name}
    if not scheme.last_run_id:
        text = _lt("The scheme %(name)s has not computed any segments yet.")
        return Standing("todo", text, *SCHEMES, values)
    if scheme.mindbox_way == "none":
        text = _lt("Choose in the scheme %(name)s how Mindbox is told.")
        return Standing("todo", text, *SCHEMES, values)
    text = _lt("Mindbox is told of the segments of %(name)s.")
    return Standing("done", text, *SCHEMES, values)


class MindboxGuide(models.AbstractModel):
    _inherit = "mindbox.guide"

    def _steps(self):
        """The segments come after the history, from which they are computed."""
        steps = super()._steps()
        last = {"monitoring": steps.pop("monitoring")}
        return steps | {"segments": Step(_lt("Segments"), judge_segments)} | last


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def action_view_schemes(self):
        """Open the schemes of the company."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_scheme_action"
        )
        return action | {"domain": [("company_id", "in", self.company_id.ids)]}
