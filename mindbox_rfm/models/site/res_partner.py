# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _meets_rfm(self, condition):
        """Whether a customer, or nobody, is one that a block is for.

        :param Condition condition: of segments and groups in the current company
        """
        if condition.segments:
            is_in = self._get_rfm_segment().id in condition.segments
            if is_in == condition.is_hidden:
                return False
        return not condition.experiments or self._is_in_rfm_arm(condition)

    def _is_in_rfm_arm(self, condition):
        """Whether a customer is in the group that a block is for.

        What is over has no groups any more: it leaves nobody out, and singles out
        nobody.
        """
        arms = self.env["rfm.experiment"]._get_arms(
            self, self.env.company, condition.experiments
        )
        return condition.arm in arms if condition.arm else "control" not in arms
