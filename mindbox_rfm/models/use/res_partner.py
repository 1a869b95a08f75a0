# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields import CompanyCurrency

# Every employee sees segments and scores; what customers have spent, not everybody.
AMOUNTS = "mindbox_rfm.group_rfm_amount"


def of_profile(name, column, groups="base.group_user"):
    """Return what the fields have in common that are read from the profile.

    Filters, groups and sorting join its table.
    """

    def search(self, operator, value):
        def to_sql(model, alias, query):
            return model._fields[name].condition_to_sql(
                name, operator, value, model, alias, query
            )

        return Domain.custom(to_sql=to_sql)

    return {
        "related": f"rfm_profile_id.{column}",
        # Not on the column: profiles are written in SQL, see rfm.profile._reread().
        "depends": ["rfm_profile_id"],
        "depends_context": ["company"],
        "search": search,
        "groups": groups,
    }


class ResPartner(models.Model):
    """The segment of a contact in the current company, as fields like any other.

    They are kept in rfm.profile: a run never writes to contacts.
    """

    _inherit = "res.partner"

    # There is no column: who is in which scheme changes with the company.
    rfm_profile_id = fields.Many2one(
        "rfm.profile",
        string="RFM Profile",
        compute="_compute_rfm_profile_id",
        compute_sudo=True,
        groups=fields.NO_ACCESS,
    )
    rfm_segment_id = fields.Many2one(
        "rfm.segment",
        string="RFM Segment",
        **of_profile("rfm_segment_id", "segment_id"),
    )
    rfm_score = fields.Char(
        string="RFM Score",
        help="Scores R, F and M, e.g. 545; A is ten.",
        **of_profile("rfm_score", "score"),
    )
    rfm_r = fields.Integer(
        string="RFM: R", aggregator="avg", **of_profile("rfm_r", "r_score")
    )
    rfm_f = fields.Integer(
        string="RFM: F", aggregator="avg", **of_profile("rfm_f", "f_score")
    )
    rfm_m = fields.Integer(
        string="RFM: M", aggregator="avg", **of_profile("rfm_m", "m_score")
    )
    rfm_last_order_date = fields.Date(
        string="RFM: Last Order",
        **of_profile("rfm_last_order_date", "last_order_date", AMOUNTS),
    )
    rfm_order_count = fields.Integer(
        string="RFM: Orders", **of_profile("rfm_order_count", "order_count", AMOUNTS)
    )
    rfm_amount = fields.Monetary(
        string="RFM: Amount",
        currency_field="rfm_currency_id",
        aggregator="sum",
        **of_profile("rfm_amount", "amount", AMOUNTS),
    )
    rfm_currency_id = CompanyCurrency(
        "res.currency", compute="_compute_rfm_currency_id"
    )
    rfm_previous_segment_id = fields.Many2one(
        "rfm.segment",
        string="Previous RFM Segment",
        **of_profile("rfm_previous_segment_id", "previous_segment_id"),
    )
    rfm_segment_since = fields.Date(
        string="RFM Segment Since",
        **of_profile("rfm_segment_since", "segment_since"),
    )
    rfm_card = fields.Json(compute="_compute_rfm_card", groups=AMOUNTS)

    # === VALUES === #

    @api.depends_context("company")
    def _compute_rfm_profile_id(self):
        """Find the profiles in the active scheme of the company."""
        found = self.env["rfm.profile"].search(
            [
                ("scheme_id", "=", self._get_rfm_scheme_id()),
                ("partner_id", "in", self._origin.ids),
            ]
        )
        profiles = {profile.partner_id.id: profile for profile in found}
        for partner in self:
            partner.rfm_profile_id = profiles.get(partner._origin.id)

    @api.depends_context("company")
    def _compute_rfm_currency_id(self):
        self.rfm_currency_id = self.env.company.currency_id

    def _get_rfm_scheme_id(self):
        return self.env["rfm.scheme"]._get_active_id(self.env.company.id)

    def _get_rfm_segment(self):
        """Return the segment of the customer, who may be the company of a contact."""
        partner = self.sudo()
        return partner.rfm_segment_id or partner.commercial_partner_id.rfm_segment_id

    # === FILTER, SORT AND GROUP === #

    def _traverse_related_sql(self, alias, field, query):
        """Join the profile where one of its columns is asked for."""
        path, _dot, column = field.related.rpartition(".")
        if path != "rfm_profile_id":
            return super()._traverse_related_sql(alias, field, query)
        self._check_field_access(field, "read")
        profiles = self.env["rfm.profile"].sudo()
        joined = self._join_rfm_profile(alias, query)
        return profiles, profiles._fields[column], joined

    def _join_rfm_profile(self, alias, query):
        """Join the profile of the company's active scheme; return its alias."""
        scheme_id = self._get_rfm_scheme_id() or 0
        profile = query.make_alias(alias, f"rfm_{scheme_id}")
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(profile, "partner_id"),
            SQL.identifier(alias, "id"),
            SQL.identifier(profile, "scheme_id"),
            scheme_id,
        )
        query.add_join("LEFT JOIN", profile, "rfm_profile", condition)
        return profile

    # === THE CARD === #

    @api.depends_context("company", "lang")
    def _compute_rfm_card(self):
        for partner in self:
            profile = partner.sudo().rfm_profile_id
            partner.rfm_card = profile._get_card() if profile else False

    def action_view_rfm_transitions(self):
        """Open the moves of the customer between segments."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_transition_action"
        )
        return action | {"domain": [("partner_id", "in", self.ids)], "context": {}}

    def unlink(self):
        result = super().unlink()
        self.env["rfm.profile"]._forget(self)
        return result

    # === FORGOTTEN === #

    def _on_erase(self):
        """Forget their segments; tell of the others anew where an import waits."""
        imports = self.env["mindbox.request"]._find_imports_of(self)
        imports._tell_anew()
        result = super()._on_erase()
        self.env["rfm.profile"]._forget(self)
        return result

    def _get_mindbox_knowers(self):
        """Who has a segment was told of with it, in one import with all others."""
        knowers = super()._get_mindbox_knowers()
        profiles = self.env["rfm.profile"].search([("partner_id", "in", self.ids)])
        for profile in profiles.filtered(lambda p: p.scheme_id.mindbox_way != "none"):
            company = [("company_id", "=", profile.company_id.id)]
            started = [*company, ("state", "!=", "draft")]
            knowers[profile.partner_id] |= self.env["mindbox.endpoint"].search(started)
        return knowers
