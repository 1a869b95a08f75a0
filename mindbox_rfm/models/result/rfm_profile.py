# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from ...fields import LooseMany2one, ScoreCode
from ...measures import CELL_SQL, DIGITS, SIGNALS, day_columns
from ..scheme.rfm_rule import BrokenRule

# The position of the rule that wins for one profile, as it is, and all that it is
# judged by.
WINNER = """
    SELECT %(winner)s AS position, customer.* FROM (
        SELECT *, %(days)s, %(cell)s AS cell
          FROM (SELECT * FROM rfm_profile WHERE id = %(id)s) profile %(heard)s
    ) customer
"""
HEARD = "LEFT JOIN (%s) heard USING (partner_id)"


class RfmProfile(models.Model):
    """What is known of one customer. Dates, not days: days change daily for all."""

    _name = "rfm.profile"
    _description = "RFM Profile"
    _log_access = False
    _rec_name = "partner_id"
    _order = "id"

    partner_id = LooseMany2one("res.partner", required=True, readonly=True)
    scheme_id = LooseMany2one("rfm.scheme", required=True, readonly=True)
    company_id = fields.Many2one(related="scheme_id.company_id")
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    first_order_date = fields.Date(readonly=True)
    last_order_date = fields.Date(readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    amount = fields.Monetary(readonly=True)
    r_score = fields.Integer(string="R", readonly=True, aggregator="avg")
    f_score = fields.Integer(string="F", readonly=True, aggregator="avg")
    m_score = fields.Integer(string="M", readonly=True, aggregator="avg")
    score = ScoreCode(compute="_compute_score")
    segment_id = LooseMany2one("rfm.segment", readonly=True)
    previous_segment_id = LooseMany2one("rfm.segment", readonly=True)
    segment_since = fields.Date(readonly=True)
    recency = fields.Integer(compute="_compute_days", string="Days Since Last Order")
    reason = fields.Char(compute="_compute_reason", string="Why")

    _partner_uniq = models.UniqueIndex("(partner_id, scheme_id)")

    def init(self):
        # Scores and segment are in no index: where a page has room, a customer who
        # moves is written there, and the indexes stay as they are.
        self.env.cr.execute("ALTER TABLE rfm_profile SET (fillfactor = 85)")

    @api.depends("r_score", "f_score", "m_score")
    def _compute_score(self):
        for profile in self:
            scores = (profile.r_score, profile.f_score, profile.m_score)
            profile.score = "".join(DIGITS[s] for s in scores) if all(scores) else ""

    @api.depends("last_order_date", "scheme_id")
    def _compute_days(self):
        for profile in self:
            days = profile._get_days(profile.last_order_date)
            profile.recency = days or 0

    def _get_days(self, date):
        return (self.scheme_id._get_today() - date).days if date else None

    # === WHY === #

    @api.depends("segment_id", "last_order_date", "order_count", "amount")
    @api.depends_context("lang")
    def _compute_reason(self):
        for profile in self:
            profile.reason = profile._explain()

    def _explain(self):
        """Return one sentence on why the customer is in the segment."""
        try:
            number, rule, found = self._find_rule()
        except BrokenRule as broken:
            return str(broken)
        if not rule:
            return ""
        heard = {name: found[name] for name in SIGNALS if name in found}
        values = self._get_values() | heard
        parts = [c._in_words(values.get(c.measure)) for c in rule.condition_ids]
        parts += list(self._explain_rest(rule))
        sentence = self.env._(
            "%(segment)s by rule %(number)s: %(parts)s",
            segment=rule.segment_id.name,
            number=number,
            parts=", ".join(parts),
        )
        if rule.segment_id == self.segment_id:
            return sentence
        return self.env._(
            "Now %(segment)s. From the next run on %(sentence)s",
            segment=self.segment_id.name,
            sentence=sentence,
        )

    def _explain_rest(self, rule):
        if rule.no_orders:
            yield self.env._("has no orders")
        if rule._get_cells():
            yield self.env._("scores %s", self.score)
        if place := rule._get_place():
            yield self.env._("in Mindbox: %s", place)
        if rule._get_domain_text():
            yield self.env._("matches the filter of the rule")
        if rule.is_catch_all:
            yield self.env._("no other rule matches")

    def _find_rule(self):
        """Return number and rule that wins for this customer, as the rules are now.

        :return: beside them, a dict of what it was judged by
        """
        scheme = self.scheme_id.sudo()
        rules = scheme.rule_ids.sorted()
        if not rules:
            return 0, rules, {}
        today = scheme._get_today()
        heard = scheme._get_heard(today, self.partner_id)
        winner = SQL(
            WINNER,
            winner=rules._winner_sql(),
            days=SQL(", ").join(day_columns(today)),
            heard=SQL(HEARD, heard) if heard else SQL(),
            cell=SQL(CELL_SQL),
            id=self.id,
        )
        [found] = self.env.execute_query_dict(winner)
        return found["position"] + 1, rules[found["position"]], found

    def _get_values(self):
        """Return {measure: value} of one customer; None where it is unknown."""
        if not self.last_order_date:
            return {}
        scores = {"r": self.r_score, "f": self.f_score, "m": self.m_score}
        return scores | {
            "recency": self._get_days(self.last_order_date),
            "age": self._get_days(self.first_order_date),
            "orders": self.order_count,
            "amount": self.amount,
            "average": self.order_count and self.amount / self.order_count or None,
            "fm": (self.f_score + self.m_score) / 2,
        }

    def _get_card(self):
        """Return what the card of a customer shows."""
        self.ensure_one()
        scheme = self.scheme_id
        segment, previous = self.segment_id, self.previous_segment_id
        return {
            "segment": {"name": segment.name, "color": segment.color},
            "previous": previous.name or "",
            "since": fields.Date.to_string(self.segment_since),
            "strategy": segment.strategy or "",
            "reason": self.reason,
            "bins": scheme.bins,
            "bars": self._get_bars() if self.last_order_date else [],
        }

    def _get_bars(self):
        amount = formatLang(self.env, self.amount, currency_obj=self.currency_id)
        days = self._get_days(self.last_order_date)
        return [
            {
                "axis": "R",
                "score": self.r_score,
                "text": self.env._("%s days ago", days),
            },
            {
                "axis": "F",
                "score": self.f_score,
                "text": self.env._("%s orders", self.order_count),
            },
            {"axis": "M", "score": self.m_score, "text": amount},
        ]

    # === CUSTOMERS WHO GO === #

    @api.model
    def _forget(self, partners):
        """Remove all that is known of some contacts: their profiles and moves."""
        for table in ("rfm_profile", "rfm_transition"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE partner_id = ANY(%s)",
                    SQL.identifier(table),
                    partners.ids,
                )
            )
        self._reread()

    @api.model
    def _reread(self):
        """Let the ORM read again what was written in SQL."""
        for model in ("rfm.profile", "rfm.transition", "res.partner"):
            self.env[model].invalidate_model()
