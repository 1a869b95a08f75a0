# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from odoo.addons.base.models.res_partner import _tz_get

from ...measures import MAX_BINS, MIN_BINS
from .presets import PRESETS


class RfmScheme(models.Model):
    """How a company tells its customers apart: scores, rules, segments."""

    _name = "rfm.scheme"
    _description = "RFM Scheme"
    _inherit = [
        "mindbox.customer.filter",
        "mindbox.owned",
        "mail.thread",
        "mail.activity.mixin",
    ]
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
        string="Score Scale",
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

    max_rest_share = fields.Integer(
        string="Most in the Last Rule (%)",
        default=50,
        help="The scheme is not activated, and scores are not cut otherwise, where "
        "more of those who have ordered would fall to the last rule; 100 allows all.",
    )

    segment_ids = fields.One2many("rfm.segment", "scheme_id", copy=False)
    rule_ids = fields.One2many("rfm.rule", "scheme_id", copy=False)
    _active_uniq = models.UniqueIndex(
        "(company_id) WHERE state = 'active'",
        "Another scheme of this company is active.",
    )
    _bins_check = models.Constraint(
        f"CHECK(bins BETWEEN {MIN_BINS} AND {MAX_BINS})",
        "The score scale runs to 3 at least and to 10 at most.",
    )
    _positive_check = models.Constraint(
        "CHECK(lookback_months >= 0 AND min_stay_days >= 0 AND frozen_months >= 0 "
        "AND alert_share >= 0 AND max_rest_share BETWEEN 0 AND 100)",
        "Months, days and shares cannot be negative, nor shares of all above 100.",
    )

    @api.model
    def _default_tz(self):
        company = self.env.company
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

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
        self.rule_ids.unlink()
        return super().unlink()

    def _is_at_work(self):
        return self.state == "active"

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

    # === FOR RUNS === #

    def _get_today(self):
        """Return the date where the company is."""
        now = datetime.now(timezone.utc)
        return now.astimezone(ZoneInfo(self.tz)).date()

    def _get_heard(self, today, customer=None):
        """Return the query of what Mindbox has told of customers; a hook of the runs.

        :param customer: of this one only
        :return: None where no rule looks at that
        """
        return None

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
