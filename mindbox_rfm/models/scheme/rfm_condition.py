# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, formatLang

from ...measures import MEASURES, OPERATORS, SIGNALS, UPPER


class RfmCondition(models.Model):
    """One bound of a rule: a measure, an operator, a value."""

    _name = "rfm.condition"
    _description = "RFM Condition"
    _inherit = ["rfm.versioned", "mindbox.owned"]
    _order = "id"
    _rec_name = "measure"

    rule_id = fields.Many2one("rfm.rule", required=True, index=True, ondelete="cascade")
    measure = fields.Selection(
        [(code, measure.label) for code, measure in MEASURES.items()],
        required=True,
        default="recency",
        help="Of mails, what Mindbox has told counts, of the customer and of contacts "
        "who count as the customer. Whoever never clicked has no days since a click "
        "and does not match; a click at any time is “≥ 0”.",
    )
    operator = fields.Selection(
        [(code, sign) for code, sign in OPERATORS.items()], required=True, default="<"
    )
    value = fields.Float(required=True, digits=(16, 2))

    def _get_versioned(self):
        return self.rule_id.scheme_id

    @api.constrains("measure", "operator", "value", "rule_id")
    def _check_bounds(self):
        for rule in self.rule_id:
            for measure in set(rule.condition_ids.mapped("measure")):
                rule._check_range(
                    rule.condition_ids.filtered(lambda c, m=measure: c.measure == m)
                )

    @api.constrains("measure", "value")
    def _check_value(self):
        for condition in self:
            bins = condition.rule_id.scheme_id.bins
            if (
                MEASURES[condition.measure].score
                and not 0 <= condition.value <= bins + 1
            ):
                raise ValidationError(
                    self.env._(
                        "Scores run from 1 to %(bins)s: %(condition)s is no bound.",
                        bins=bins,
                        condition=condition._in_words(),
                    )
                )

    def _is_upper(self):
        return self.operator in UPPER

    def _is_ever(self):
        """Whether it asks that something has happened, however long ago."""
        return self.measure in SIGNALS and (self.operator, self.value) == (">=", 0)

    def _to_sql(self):
        """Return the SQL predicate over a row of facts and scores."""
        return SQL(
            "%s %s %s", SQL(MEASURES[self.measure].sql), SQL(self.operator), self.value
        )

    def _in_words(self, value=None):
        """Return the bound for people, e.g. “12 days < 30”.

        :param value: of one customer; left out, the bound alone
        """
        if value is None and self._is_ever():
            return self._signal_names()[self.measure]
        name = self.env["rfm.rule"]._measure_names()[self.measure]
        bound = f"{OPERATORS[self.operator]} {self._format(self.value)}"
        if value is None:
            return f"{name} {bound}"
        if MEASURES[self.measure].score:
            return f"{name} {self._format(value)} {bound}"
        return f"{self._format(value)} {name} {bound}"

    @api.model
    def _signal_names(self):
        """Return {measure: that it has happened} in the user's language."""
        return {
            "opened": self.env._("has opened a mail"),
            "clicked": self.env._("has clicked in a mail"),
            "bounced": self.env._("a mail has bounced"),
            "unsubscribed": self.env._("has unsubscribed"),
        }

    def _format(self, value):
        whole = MEASURES[self.measure].whole or value == int(value)
        return formatLang(self.env, value, digits=0 if whole else 2)
