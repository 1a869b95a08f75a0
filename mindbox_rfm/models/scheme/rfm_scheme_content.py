# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a scheme consists of, as JSON: written down, and put back."""

from odoo import Command, models

from .thresholds import CUT_FIELDS

# Settings whose change is a new version; thresholds are one where people choose them.
SETTINGS = (
    "lookback_months",
    "partner_level",
    "amount_basis",
    "include_delivery",
    "count_zero_orders",
    "include_prospects",
    "customer_domain",
    "tz",
    "method",
    "bins",
    "frozen_months",
    "min_stay_days",
    "alert_share",
    "max_rest_share",
)
TRANSLATED = ("name", "strategy")
RULE_FIELDS = ("cells", "domain", "no_orders")
# Kept where a rule asks for it.
PLACE_FIELDS = ("mindbox_segmentation", "mindbox_segment")
CONDITION_FIELDS = ("measure", "operator", "value")


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _get_settings(self):
        """Return the names of the fields that belong to a version."""
        return SETTINGS + (CUT_FIELDS if self.method == "fixed" else ())

    def _get_content(self):
        """Return all that decides who is in which segment, as JSON.

        :return: dict of ``settings`` {field: value}, ``segments`` and ``rules``, in
            their order; other rooms add to it
        """
        self.flush_recordset()
        self.segment_ids.flush_recordset()
        return {
            "settings": {name: self[name] for name in self._get_settings()},
            "segments": [
                {"code": s.code, "color": s.color}
                | {name: read_terms(s, name) for name in TRANSLATED}
                for s in self.segment_ids.sorted()
            ],
            "rules": [
                {name: rule[name] or False for name in RULE_FIELDS}
                | {name: rule[name] for name in PLACE_FIELDS if rule[name]}
                | {
                    "segment": rule.segment_id.code,
                    "conditions": [
                        [condition[name] for name in CONDITION_FIELDS]
                        for condition in rule.condition_ids
                    ],
                }
                for rule in self.rule_ids.sorted()
            ],
        }

    def _put_back(self, content):
        """Make the scheme what it was; segments that came later stay, without rules."""
        self._put_segments_back(content["segments"])
        settings = content["settings"].items()
        values = {name: value for name, value in settings if name in self._fields}
        return self.write(values | {"rule_ids": self._get_rule_commands(content)})

    def _put_segments_back(self, segments):
        for position, stated in enumerate(segments):
            own = self.segment_ids.filtered(lambda s, c=stated["code"]: s.code == c)
            values = {"color": stated["color"], "sequence": position}
            if not own:
                values |= {"scheme_id": self.id, "code": stated["code"]}
                own = own.create(values | {"name": stated["code"]})
            own.write(values)
            for name in TRANSLATED:
                write_terms(own, name, stated[name])

    def _get_rule_commands(self, content):
        """Return the commands that make the rules those of a content, in its order."""
        segments = {segment.code: segment.id for segment in self.segment_ids}
        commands = [Command.delete(rule.id) for rule in self.rule_ids]
        for position, stated in enumerate(content["rules"]):
            conditions = [
                Command.create(dict(zip(CONDITION_FIELDS, condition, strict=True)))
                for condition in stated["conditions"]
            ]
            values = {name: stated[name] for name in RULE_FIELDS}
            values |= {name: stated.get(name) for name in PLACE_FIELDS}
            values |= {
                "segment_id": segments[stated["segment"]],
                "sequence": position,
                "condition_ids": conditions,
            }
            commands.append(Command.create(values))
        return commands


def read_terms(record, name):
    """Return {language: text} of a translated field."""
    return record._fields[name]._get_stored_translations(record) or {}


def write_terms(record, name, terms):
    """Give a translated field its texts; those of languages gone are left out."""
    installed = {code for code, _name in record.env["res.lang"].get_installed()}
    kept = {lang: text for lang, text in terms.items() if lang in installed}
    if kept:
        record.update_field_translations(name, kept)
    else:
        record[name] = False
