# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be entered in a scheme; the rest is refused in plain words."""

from contextlib import suppress
from math import isfinite

from odoo import api, models
from odoo.exceptions import ValidationError

from .thresholds import AXES, CUT_FIELDS


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    @api.constrains("rule_ids", "segment_ids")
    def _check_catch_all(self):
        for scheme in self.filtered("rule_ids"):
            rules = scheme.rule_ids.sorted()
            if not rules[-1].is_catch_all:
                raise ValidationError(
                    self.env._(
                        "The last rule must have no conditions: it catches all others, "
                        "so that every customer is in a segment."
                    )
                )
            early = rules[:-1].filtered("is_catch_all")
            if early:
                raise ValidationError(
                    self.env._(
                        "%s: a rule without conditions catches everybody, so the rules "
                        "after it could never win. Move it to the end or give it "
                        "conditions.",
                        early[0].segment_id.name,
                    )
                )

    @api.constrains("method", "bins", *CUT_FIELDS)
    def _check_cuts(self):
        for scheme in self.filtered(lambda scheme: scheme.method == "fixed"):
            for axis, field in zip(AXES, CUT_FIELDS, strict=True):
                scheme._check_axis(field, scheme._parse_cuts(field), axis == "r")

    def _check_axis(self, field, cuts, falling):
        label = self._fields[field]._description_string(self.env)
        if len(cuts) != self.bins - 1:
            raise ValidationError(
                self.env._(
                    "%(label)s: %(bins)s scores need %(count)s thresholds, "
                    "not %(found)s.",
                    label=label,
                    bins=self.bins,
                    count=self.bins - 1,
                    found=len(cuts),
                )
            )
        ordered = sorted(set(cuts), reverse=falling)
        if cuts != ordered:
            raise ValidationError(
                self.env._("%(label)s must fall: 365, 180, 90, 30.", label=label)
                if falling
                else self.env._("%(label)s must rise: 1, 2, 3, 5.", label=label)
            )

    def _parse_cuts(self, field):
        """Return the thresholds of a field as numbers.

        :raise ValidationError: something else is written there
        """
        text = (self[field] or "").replace(";", ",")
        with suppress(ValueError):
            cuts = [float(word) for word in text.split(",") if word.strip()]
            if all(map(isfinite, cuts)):
                return cuts
        raise ValidationError(
            self.env._(
                "%(label)s: write numbers with commas between them, not “%(text)s”.",
                label=self._fields[field]._description_string(self.env),
                text=self[field],
            )
        )
