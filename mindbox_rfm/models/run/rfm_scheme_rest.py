# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheme whose rules hardly catch anybody is refused before it moves everybody."""

from odoo import models
from odoo.exceptions import UserError

from .preview import Preview

# Buyers; a share says nothing where there are hardly any.
LEAST_JUDGED = 20


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def action_activate(self):
        """Refuse a scheme whose last rule would catch too many, see there.

        :raise UserError: more buyers fall to the last rule than is allowed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_rest()
        return super().action_activate()

    def write(self, vals):
        """Refuse other scores by which too many fall to the last rule.

        :raise UserError: more buyers fall to the last rule than is allowed
        """
        recut = self.filtered(lambda s: s.bins != vals.get("bins", s.bins))
        result = super().write(vals)
        for scheme in recut.filtered(lambda scheme: scheme.state == "active"):
            scheme._check_rest()
        return result

    def _check_rest(self):
        """Refuse where the last rule catches too large a share of the buyers.

        A single rule is meant to catch everybody.
        """
        rules = self.rule_ids.sorted()
        if len(rules) < 2 or self.max_rest_share >= 100:
            return
        rows = [row for row in Preview(self).rows if not row.gone]
        buyers = sum(row.buyers for row in rows)
        rest = sum(row.buyers for row in rows if row.rule == rules[-1])
        if buyers < LEAST_JUDGED or rest * 100 <= self.max_rest_share * buyers:
            return
        setting = self._fields["max_rest_share"]._description_string(self.env)
        raise UserError(
            self.env._(
                "%(rest)s of %(buyers)s customers who have ordered (%(share)s %%) "
                "would fall to the last rule, “%(segment)s”; %(most)s %% are allowed. "
                "Look in the preview which rules catch too few customers, and widen "
                "them. If it is meant so, allow more at “%(setting)s”.",
                rest=rest,
                buyers=buyers,
                share=round(100 * rest / buyers),
                segment=rules[-1].segment_id.name,
                most=self.max_rest_share,
                setting=setting,
            )
        )
