# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ast import literal_eval

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import formatLang, ormcache

from odoo.addons.base.models.res_partner import _tz_get

from ...measures import DIGITS, MAX_BINS, MIN_BINS
from .presets import PRESETS

AXES = ("r", "f", "m")
CUT_FIELDS = tuple(f"{axis}_cuts" for axis in AXES)
# While these stay as they are, the facts of the last run are still the right ones.
FACT_FIELDS = (
    "company_id",
    "lookback_months",
    "partner_level",
    "amount_basis",
    "include_delivery",
    "count_zero_orders",
    "include_prospects",
    "customer_domain",
    "tz",
)


class RfmScheme(models.Model):
    """How a company tells its customers apart: scores, rules, segments."""

    _name = "rfm.scheme"
    _description = "RFM Scheme"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Gets an activity when a segment grows or shrinks by a lot.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )

    # What is counted
    lookback_months = fields.Integer(
        string="Months of Orders",
        default=24,
        help="Orders and amount count the orders of so many months; 0 counts all. The "
        "last order is always looked for in all orders.",
    )
    partner_level = fields.Selection(
        [("commercial", "Company or person"), ("contact", "Each contact")],
        string="A Customer Is",
        required=True,
        default="commercial",
        help="Whether the orders of a company's contacts are put together.",
    )
    amount_basis = fields.Selection(
        [("untaxed", "Without taxes"), ("total", "With taxes")],
        string="Amounts",
        required=True,
        default="total",
    )
    include_delivery = fields.Boolean(
        string="Delivery Counts",
        default=True,
        help="Whether the price of the delivery is part of the amount.",
    )
    count_zero_orders = fields.Boolean(
        string="Free Orders Count",
        default=True,
        help="Whether an order of 0.00 is an order.",
    )
    include_prospects = fields.Boolean(
        string="Customers without Orders",
        default=True,
        help="Whether contacts who have never ordered get a segment, too.",
    )
    customer_domain = fields.Char(
        string="Customers",
        default="[]",
        help="Only these customers get a segment. Archived contacts, employees and the "
        "visitors of the website never do.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        required=True,
        default=lambda self: self._default_tz(),
        help="Where a day begins and ends.",
    )

    # Scores
    method = fields.Selection(
        [
            ("quantile", "Equal shares, anew in each run"),
            ("frozen", "Equal shares, kept for some months"),
            ("fixed", "Fixed thresholds"),
        ],
        string="Scores",
        required=True,
        default="quantile",
        tracking=True,
    )
    bins = fields.Integer(
        string="Scores Run to",
        required=True,
        default=5,
        help="From 1, the worst, to this number, the best: 3 to 10.",
    )
    r_cuts = fields.Char(
        string="R: Days",
        help="From the oldest to the newest, e.g. 365, 180, 90, 30: who bought less "
        "than 30 days ago has the best score.",
    )
    f_cuts = fields.Char(
        string="F: Orders",
        help="From few to many, e.g. 1, 2, 3, 5: more than 5 orders are the best.",
    )
    m_cuts = fields.Char(string="M: Amount", help="From low to high.")
    frozen_on = fields.Date(readonly=True, copy=False)
    frozen_months = fields.Integer(
        string="Keep for Months",
        default=3,
        help="After so many months the shares are measured again; 0 keeps them.",
    )
    min_stay_days = fields.Integer(
        string="Minimum Stay (Days)",
        help="Nobody leaves a segment before: so that no one flips daily.",
    )
    alert_share = fields.Integer(
        string="Alert at Change (%)",
        default=20,
        help="An activity tells when a segment grows or shrinks by more than this from "
        "one run to the next; 0 never.",
    )

    segment_ids = fields.One2many("rfm.segment", "scheme_id", copy=False)
    rule_ids = fields.One2many("rfm.rule", "scheme_id", copy=False)
    run_ids = fields.One2many("rfm.run", "scheme_id")
    last_run_id = fields.Many2one("rfm.run", compute="_compute_last_run_id")
    matrix = fields.Json(
        compute="_compute_matrix",
        inverse="_inverse_matrix",
        help="Painted cells of the score matrix: {cell: segment}.",
    )

    _active_uniq = models.UniqueIndex(
        "(company_id) WHERE state = 'active'",
        "Another scheme of this company is active.",
    )
    _bins_check = models.Constraint(
        f"CHECK(bins BETWEEN {MIN_BINS} AND {MAX_BINS})",
        "Scores run to 3 at least and to 10 at most.",
    )
    _positive_check = models.Constraint(
        "CHECK(lookback_months >= 0 AND min_stay_days >= 0 AND frozen_months >= 0 "
        "AND alert_share >= 0)",
        "Months, days and shares cannot be negative.",
    )

    @api.model
    def _default_tz(self):
        company = self.env.company
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    @api.depends("run_ids.state")
    def _compute_last_run_id(self):
        for scheme in self:
            scheme.last_run_id = self.env["rfm.run"].search(
                [("scheme_id", "in", scheme._origin.ids), ("state", "=", "done")],
                limit=1,
            )

    # === CHECKS === #

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
        try:
            return [float(word) for word in text.split(",") if word.strip()]
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "%(label)s: write numbers with commas between them, "
                    "not “%(text)s”.",
                    label=self._fields[field]._description_string(self.env),
                    text=self[field],
                )
            ) from error

    @api.constrains("customer_domain")
    def _check_customer_domain(self):
        for scheme in self:
            try:
                # Constraints run with all rights; the filter is its maker's.
                partners = self.env["res.partner"].sudo(False)
                partners.search(scheme._get_customer_domain(), limit=1)
            except AccessError as error:
                raise ValidationError(
                    self.env._("The filter of customers uses a field you may not read.")
                ) from error
            except (ValueError, SyntaxError, TypeError, KeyError, UserError) as error:
                raise ValidationError(
                    self.env._("The filter of customers is not valid.")
                ) from error

    def _get_customer_domain(self):
        return literal_eval((self.customer_domain or "").strip() or "[]")

    # === LIFE === #

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if {"state", "company_id"} & set(vals):
            self.env.registry.clear_cache()
        if vals.get("state") == "active":
            # What was active until now must make room in the database first.
            self.flush_model(["state"])
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        self._forget_customers()
        self.rule_ids.unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        if self.filtered(lambda scheme: scheme.state == "active"):
            raise UserError(
                self.env._("This scheme is active. Activate another one first.")
            )

    def copy(self, default=None):
        """Copy segments and rules, too: the rules lead to the copied segments."""
        copies = super().copy(default)
        for scheme, twin in zip(self, copies, strict=True):
            segments = {
                segment.id: segment.copy({"scheme_id": twin.id}).id
                for segment in scheme.segment_ids
            }
            twin.rule_ids = [
                Command.create(
                    rule.copy_data()[0] | {"segment_id": segments[rule.segment_id.id]}
                )
                for rule in scheme.rule_ids
            ]
        return copies

    @api.model
    @ormcache("company_id")
    def _get_active_id(self, company_id):
        """Return the ID of a company's active scheme, or False."""
        active = self.sudo().search(
            [("company_id", "=", company_id), ("state", "=", "active")], limit=1
        )
        return active.id

    # === BUTTONS === #

    def action_activate(self):
        """Let this scheme give the company's customers their segments from now on."""
        self.ensure_one()
        if not self.rule_ids:
            raise UserError(
                self.env._("A scheme without rules cannot tell customers apart.")
            )
        self._check_catch_all()
        self.search(
            [("company_id", "=", self.company_id.id), ("state", "=", "active")]
        ).state = "draft"
        self.state = "active"
        return self.action_compute()

    def action_deactivate(self):
        """Stop: the segments stay as they are until another scheme is active."""
        self.state = "draft"
        return True

    def action_compute(self):
        """Queue a run; its log opens.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: the scheme is not active
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(
                self.env._(
                    "Activate the scheme first. Preview shows what would happen."
                )
            )
        run = self._queue_run()
        return {
            "type": "ir.actions.act_window",
            "res_model": "rfm.run",
            "res_id": run.id,
            "view_mode": "form",
        }

    def action_refreeze(self):
        """Measure the shares again, in the next run."""
        self.frozen_on = False
        return True

    def action_preview(self):
        """Show how many customers would move, from where to where."""
        self.ensure_one()
        preview = self.env["rfm.preview"].create({"scheme_id": self.id})
        return preview._action_open()

    def action_view_runs(self):
        """Open the log of the runs."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_run_action"
        )
        return action | {"domain": [("scheme_id", "in", self.ids)], "context": {}}

    def action_view_pictures(self):
        """Open cards, heat map, transitions and trend of this scheme."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mindbox_rfm.rfm_pictures_action"
        )
        return action | {"context": {"scheme_id": self.id}}

    def _action_view_partners(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.res_partner_action"
        )
        return action | {"name": name, "domain": domain, "context": {}}

    # === THE PAINTED MATRIX === #

    @api.depends("rule_ids.cells", "rule_ids.segment_id", "rule_ids.sequence")
    def _compute_matrix(self):
        for scheme in self:
            matrix = {}
            for rule in scheme.rule_ids.sorted():
                for cell in rule._get_cells():
                    matrix.setdefault(cell, rule.segment_id._origin.id)
            scheme.matrix = matrix

    @api.onchange("matrix")
    def _onchange_matrix(self):
        """Painting shows at once in the rules, and in what they would do."""
        self._inverse_matrix()

    def _inverse_matrix(self):
        """Give each segment's first painted rule the cells it has now."""
        for scheme in self:
            cells = {}
            for cell, segment_id in sorted((scheme.matrix or {}).items()):
                cells.setdefault(segment_id, []).append(cell)
            painted = scheme.rule_ids.sorted().filtered("cells")
            for segment in scheme.segment_ids:
                # In a form that is being edited, a rule names the stored segment,
                # and the scheme's segments are copies of them.
                stored = segment._origin
                rules = painted.filtered(lambda r, s=stored: r.segment_id._origin == s)
                scheme._paint(stored, rules[:1], cells.get(stored.id, []))

    def _paint(self, segment, rule, cells):
        if set(rule._get_cells()) == set(cells):
            return
        if rule and cells:
            rule.cells = " ".join(cells)
        elif rule:
            self.rule_ids = [Command.delete(rule.id)]
        else:
            values = {
                "segment_id": segment.id,
                "cells": " ".join(cells),
                "sequence": min(self.rule_ids.mapped("sequence"), default=10),
            }
            self.rule_ids = [Command.create(values)]

    # === THRESHOLDS IN WORDS === #

    def _describe_cuts(self, cuts):
        """Return {axis: what each score means}, e.g. {"f": ["1", "2", "3 or more"]}.

        :param dict cuts: {axis: thresholds}, as a run stores them
        """
        return {axis: list(self._describe_axis(axis, cuts[axis])) for axis in AXES}

    def _describe_axis(self, axis, cuts):
        edges = [None, *cuts, None]
        for worse, better in zip(edges, edges[1:], strict=False):
            if axis == "r":
                yield self._describe_band(better, worse and worse - 1, axis)
            else:
                step = 1 if axis == "f" else 0
                yield self._describe_band(worse and worse + step, better, axis)

    def _describe_band(self, low, high, axis):
        digits = 2 if axis == "m" and any(x and x % 1 for x in (low, high)) else 0
        low_text, high_text = (
            formatLang(self.env, edge or 0, digits=digits) for edge in (low, high)
        )
        if high is not None and low is not None and low > high:
            return "–"  # equal thresholds: nobody can have this score
        if high is None:
            if axis == "m":
                return self.env._("more than %s", low_text)
            return self.env._("%s or more", low_text)
        if low is None:
            return self.env._("up to %s", high_text)
        return low_text if low == high else f"{low_text} – {high_text}"

    # === PRESETS === #

    @api.model
    def _create_from_preset(self, code, **values):
        """Create a draft scheme from a preset, in all installed languages.

        :param str code: a key of :data:`~..presets.PRESETS`
        """
        preset = PRESETS[code]
        scheme = self.create(preset._scheme_values(self.env) | values)
        scheme.write(preset._rule_values(scheme))
        for lang, _name in self.env["res.lang"].get_installed():
            preset._translate(scheme.with_context(lang=lang))
        return scheme


assert len(DIGITS) == MAX_BINS + 1
