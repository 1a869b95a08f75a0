# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import ValidationError


class RfmRule(models.Model):
    _name = "rfm.rule"
    _inherit = ["rfm.rule"]

    @api.constrains("mindbox_segmentation", "scheme_id")
    def _check_own_segmentation(self):
        """Refuse a rule that asks for what the rules themselves have told Mindbox."""
        for rule in self.filtered("mindbox_segmentation"):
            scheme = rule.scheme_id
            told = scheme.mindbox_way == "bulk" and scheme.mindbox_segmentation
            if rule.mindbox_segmentation == told:
                raise ValidationError(
                    self.env._(
                        "%(segment)s: a rule cannot ask for the result of the rules, "
                        "which Mindbox is told as “%(segmentation)s”.",
                        segment=rule.segment_id.name,
                        segmentation=told,
                    )
                )
