# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.mindbox_connector.fields import SystemName
from odoo.addons.mindbox_connector.reasons import Reason

from ...measures import DIGITS, MEASURES, SIGNALS

# What comes of a filter that is nonsense, or whose field an uninstalled add-on had.
UNUSABLE = (ValueError, SyntaxError, TypeError, KeyError, AttributeError)


class BrokenRule(UserError):
    """The filter of a rule was right once and cannot be used any more."""

    def __init__(self, rule):
        segment = rule.segment_id.name
        self.reason = Reason("rule_broken", {"segment": segment})
        super().__init__(
            rule.env._(
                "The filter of the rule for “%s” cannot be used any more: is a field "
                "of it gone? Correct it in the scheme.",
                segment,
            )
        )


class RfmRule(models.Model):
    """Who belongs to a segment. Rules are ordered: the first that matches wins."""

    _name = "rfm.rule"
    _description = "RFM Rule"
    _inherit = ["rfm.versioned", "mindbox.owned"]
    _order = "sequence, id"
    _rec_name = "summary"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    sequence = fields.Integer(default=10)
    segment_id = fields.Many2one(
        "rfm.segment",
        required=True,
        ondelete="restrict",
        domain="[('scheme_id', '=', scheme_id)]",
    )
    color = fields.Char(related="segment_id.color")
    condition_ids = fields.One2many("rfm.condition", "rule_id", copy=True)
    cells = fields.Text(
        help="Cells of the score matrix, e.g. 555 554 545: R, F, M. Ten is an A."
    )
    domain = fields.Char(
        string="Customers",
        help="Only customers who match this filter, whatever they have bought.",
    )
    no_orders = fields.Boolean(
        string="Has No Orders", help="Only customers who have never ordered."
    )
    mindbox_segmentation = SystemName(
        string="Segmentation in Mindbox",
        help="External ID of a segmentation in Mindbox, if only customers count who "
        "are in one of its segments there. Mindbox tells of it by a webhook, or by the "
        "export of each night.",
    )
    mindbox_segment = SystemName(
        string="Segment in Mindbox",
        help="External ID of the segment in which the customer is, or a contact who "
        "counts as the customer.",
    )
    is_catch_all = fields.Boolean(compute="_compute_is_catch_all", string="All Others")
    summary = fields.Char(compute="_compute_summary", string="Rule")

    # === IN WORDS === #

    @api.depends(
        "condition_ids", "cells", "domain", "no_orders", "mindbox_segmentation"
    )
    def _compute_is_catch_all(self):
        for rule in self:
            rule.is_catch_all = not (
                rule.condition_ids
                or rule._get_cells()
                or rule._get_domain_text()
                or rule.no_orders
                or rule._get_place()
            )

    @api.depends(
        "condition_ids.measure",
        "condition_ids.operator",
        "condition_ids.value",
        "cells",
        "domain",
        "no_orders",
        "mindbox_segmentation",
        "mindbox_segment",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            rule.summary = " · ".join(rule._get_parts()) or self.env._("All others")

    def _get_parts(self):
        """Yield the conditions of the rule for people."""
        if self.no_orders:
            yield self.env._("no orders")
        for condition in self.condition_ids:
            yield condition._in_words()
        if cells := self._get_cells():
            yield self.env._("%s cells of the matrix", len(cells))
        if place := self._get_place():
            yield self.env._("in Mindbox: %s", place)
        if self._get_domain_text():
            yield self.env._("a filter on customers")

    @api.model
    def _measure_names(self):
        """Return {measure: its name within a sentence} in the user's language."""
        return {
            "recency": self.env._("days"),
            "age": self.env._("days since the first order"),
            "orders": self.env._("orders"),
            "amount": self.env._("in total"),
            "average": self.env._("per order"),
            "r": "R",
            "f": "F",
            "m": "M",
            "fm": "FM",
            "opened": self.env._("days since a mail was opened"),
            "clicked": self.env._("days since a click in a mail"),
            "bounced": self.env._("days since a mail bounced"),
            "unsubscribed": self.env._("days since unsubscribing"),
        }

    # === CHECKS === #

    def _check_range(self, bounds):
        """Refuse two lower bounds, two upper bounds, and a lower above an upper."""
        upper = bounds.filtered(lambda bound: bound._is_upper())
        lower = bounds - upper
        if len(upper) > 1 or len(lower) > 1:
            raise ValidationError(
                self.env._(
                    "%(segment)s: “%(one)s” and “%(other)s” bound the same side. Keep "
                    "one of them.",
                    segment=self.segment_id.name,
                    one=bounds[0]._in_words(),
                    other=bounds[1]._in_words(),
                )
            )
        if upper and lower and not _has_room(lower, upper):
            raise ValidationError(
                self.env._(
                    "%(segment)s: no customer can be “%(lower)s” and “%(upper)s” at "
                    "once. Is the lower bound above the upper one?",
                    segment=self.segment_id.name,
                    lower=lower._in_words(),
                    upper=upper._in_words(),
                )
            )

    @api.constrains("cells", "scheme_id")
    def _check_cells(self):
        for rule in self:
            possible = set(DIGITS[1 : rule.scheme_id.bins + 1])
            for cell in rule._get_cells():
                if len(cell) != 3 or not possible.issuperset(cell):
                    raise ValidationError(
                        self.env._(
                            "“%(cell)s” is no cell of the matrix: three scores from 1 "
                            "to %(bins)s, like 545.",
                            cell=cell,
                            bins=rule.scheme_id.bins,
                        )
                    )

    @api.constrains("no_orders", "condition_ids", "cells")
    def _check_no_orders(self):
        for rule in self:
            bought = rule.condition_ids.filtered(lambda c: c.measure not in SIGNALS)
            if rule.no_orders and (bought or rule._get_cells()):
                raise ValidationError(
                    self.env._(
                        "%s: who has no orders has neither days nor amounts nor "
                        "scores. Remove the other conditions, or “Has no orders”.",
                        rule.segment_id.name,
                    )
                )

    @api.constrains("mindbox_segmentation", "mindbox_segment")
    def _check_place(self):
        for rule in self:
            if bool(rule.mindbox_segmentation) != bool(rule.mindbox_segment):
                raise ValidationError(
                    self.env._(
                        "%s: name both the segmentation in Mindbox and its segment, or "
                        "neither.",
                        rule.segment_id.name,
                    )
                )

    @api.constrains("segment_id", "scheme_id")
    def _check_scheme(self):
        for rule in self:
            if rule.segment_id.scheme_id != rule.scheme_id:
                raise ValidationError(
                    self.env._(
                        "The segment %s belongs to another scheme.",
                        rule.segment_id.name,
                    )
                )

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self.filtered(lambda rule: rule._get_domain_text()):
            rule._try_domain()

    def _try_domain(self):
        """Refuse a filter that cannot be used, in the words of who made it."""
        try:
            domain = Domain(self._parse_domain())
            used = {
                n for c in domain.iter_conditions() for n in c.field_expr.split(".")
            }
            if any(name.startswith("rfm_") for name in used):
                raise ValidationError(
                    self.env._(
                        "%s: a rule cannot ask for the result of the rules. Use other "
                        "fields in the filter.",
                        self.segment_id.name,
                    )
                )
            # Constraints run with all rights; the filter is its maker's.
            self.env["res.partner"].sudo(False).search(domain, limit=1)
        except AccessError as error:
            raise ValidationError(
                self.env._(
                    "%s: the filter uses a field that you may not read.",
                    self.segment_id.name,
                )
            ) from error
        except (*UNUSABLE, UserError) as error:
            if isinstance(error, ValidationError):
                raise
            raise ValidationError(
                self.env._(
                    "%s: the filter on customers is not valid.", self.segment_id.name
                )
            ) from error

    # === PARTS === #

    def _get_cells(self):
        return (self.cells or "").split()

    def _get_place(self):
        """Return the segment in Mindbox that is asked for, by its segmentation."""
        if not self.mindbox_segmentation or not self.mindbox_segment:
            return ""
        return f"{self.mindbox_segmentation}/{self.mindbox_segment}"

    def _get_signals(self):
        """Return the measures of mailings that these rules look at, in order."""
        used = set(self.condition_ids.mapped("measure"))
        return [measure for measure in SIGNALS if measure in used]

    def _get_places(self):
        """Return the segments in Mindbox that these rules look at, in order."""
        return sorted({place for rule in self if (place := rule._get_place())})

    def _get_domain_text(self):
        text = (self.domain or "").strip()
        return "" if text in ("", "[]") else text

    def _parse_domain(self):
        return literal_eval(self._get_domain_text() or "[]")


def _has_room(lower, upper):
    """Whether a value can lie between the two bounds."""
    if MEASURES[lower.measure].whole:
        first = int(lower.value) + (lower.operator == ">" or lower.value % 1 > 0)
        last = int(upper.value) - (upper.operator == "<" and upper.value % 1 == 0)
        return first <= last
    if lower.operator == ">=" and upper.operator == "<=":
        return lower.value <= upper.value
    return lower.value < upper.value
