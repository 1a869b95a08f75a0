# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.mindbox_connector.exceptions import MindboxSkipped

from .mindbox_catalogue import SEGMENT_SET

# Field of the contact -> column of the profile in the company's active scheme.
COLUMNS = {
    "rfm_segment_id": "segment_id",
    "rfm_r": "r_score",
    "rfm_f": "f_score",
    "rfm_m": "m_score",
    "rfm_last_order_date": "last_order_date",
    "rfm_order_count": "order_count",
    "rfm_amount": "amount",
    "rfm_previous_segment_id": "previous_segment_id",
    "rfm_segment_since": "segment_since",
}
CURRENCY = "rfm_currency_id"
DIGITS_SQL = "substr('0123456789A', %s + 1, 1)"


def _search_by(name):
    """Return the search method of a field: an ordinary condition on its column."""

    def search(self, operator, value):
        def to_sql(model, alias, query):
            return model._fields[name].condition_to_sql(
                name, operator, value, model, alias, query
            )

        return Domain.custom(to_sql=to_sql)

    return search


class ResPartner(models.Model):
    """The segment of a contact in the current company, as fields like any other.

    They are kept in rfm.profile: a run never writes to contacts. Filters, groups and
    sorting join that table.
    """

    _inherit = "res.partner"

    rfm_segment_id = fields.Many2one(
        "rfm.segment",
        string="RFM Segment",
        compute="_compute_rfm",
        search=_search_by("rfm_segment_id"),
        groups="base.group_user",
    )
    rfm_score = fields.Char(
        string="RFM Score",
        compute="_compute_rfm",
        search=_search_by("rfm_score"),
        groups="base.group_user",
        help="Scores R, F and M, e.g. 545; A is ten.",
    )
    rfm_r = fields.Integer(
        string="RFM: R",
        compute="_compute_rfm",
        search=_search_by("rfm_r"),
        groups="base.group_user",
        aggregator="avg",
    )
    rfm_f = fields.Integer(
        string="RFM: F",
        compute="_compute_rfm",
        search=_search_by("rfm_f"),
        groups="base.group_user",
        aggregator="avg",
    )
    rfm_m = fields.Integer(
        string="RFM: M",
        compute="_compute_rfm",
        search=_search_by("rfm_m"),
        groups="base.group_user",
        aggregator="avg",
    )
    rfm_last_order_date = fields.Date(
        string="RFM: Last Order",
        compute="_compute_rfm",
        search=_search_by("rfm_last_order_date"),
        groups="base.group_user",
    )
    rfm_order_count = fields.Integer(
        string="RFM: Orders",
        compute="_compute_rfm",
        search=_search_by("rfm_order_count"),
        groups="base.group_user",
    )
    rfm_amount = fields.Monetary(
        string="RFM: Amount",
        compute="_compute_rfm",
        search=_search_by("rfm_amount"),
        groups="base.group_user",
        currency_field="rfm_currency_id",
        aggregator="sum",
    )
    rfm_currency_id = fields.Many2one("res.currency", compute="_compute_rfm")
    rfm_previous_segment_id = fields.Many2one(
        "rfm.segment",
        string="Previous RFM Segment",
        compute="_compute_rfm",
        search=_search_by("rfm_previous_segment_id"),
        groups="base.group_user",
    )
    rfm_segment_since = fields.Date(
        string="RFM Segment Since",
        compute="_compute_rfm",
        search=_search_by("rfm_segment_since"),
        groups="base.group_user",
    )
    rfm_card = fields.Json(compute="_compute_rfm_card", groups="base.group_user")

    # === VALUES === #

    @api.depends_context("company")
    def _compute_rfm(self):
        profiles = self._get_rfm_profiles()
        currency = self.env.company.currency_id
        for partner in self:
            profile = profiles.get(partner._origin.id, self.env["rfm.profile"].sudo())
            for name, column in COLUMNS.items():
                partner[name] = profile[column]
            partner.rfm_score = profile.score
            partner.rfm_currency_id = currency

    def _get_rfm_profiles(self):
        """Return {partner ID: profile} in the active scheme of the company."""
        profiles = self.env["rfm.profile"].sudo()
        scheme_id = self.env["rfm.scheme"]._get_active_id(self.env.company.id)
        found = profiles.search(
            [("scheme_id", "=", scheme_id), ("partner_id", "in", self._origin.ids)]
        )
        return {profile.partner_id.id: profile for profile in found}

    def _get_rfm_segment(self):
        """Return the segment of the customer, who may be the company of a contact."""
        partner = self.sudo()
        return partner.rfm_segment_id or partner.commercial_partner_id.rfm_segment_id

    # === FILTER, SORT AND GROUP === #

    def _field_to_sql(self, alias, field_expr, query=None):
        if query is None or field_expr not in {*COLUMNS, "rfm_score", CURRENCY}:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        if field_expr == CURRENCY:
            return SQL("%s::int", self.env.company.currency_id.id)
        profile = self._join_rfm_profile(alias, query)
        if field_expr == "rfm_score":
            scores = (SQL.identifier(profile, f"{axis}_score") for axis in "rfm")
            return SQL(" || ").join(SQL(DIGITS_SQL, score) for score in scores)
        return SQL.identifier(profile, COLUMNS[field_expr])

    def _join_rfm_profile(self, alias, query):
        """Join the profile of the company's active scheme; return its alias."""
        scheme_id = self.env["rfm.scheme"]._get_active_id(self.env.company.id)
        profile = query.make_alias(alias, f"rfm_{scheme_id or 0}")
        query.add_join(
            "LEFT JOIN",
            profile,
            "rfm_profile",
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(profile, "partner_id"),
                SQL.identifier(alias, "id"),
                SQL.identifier(profile, "scheme_id"),
                scheme_id or 0,
            ),
        )
        return profile

    # === THE CARD === #

    @api.depends_context("company", "lang")
    def _compute_rfm_card(self):
        profiles = self._get_rfm_profiles()
        for partner in self:
            profile = profiles.get(partner._origin.id)
            partner.rfm_card = profile._get_card() if profile else False

    def action_view_rfm_transitions(self):
        """Open the moves of the customer between segments."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_transition_action"
        )
        return action | {"domain": [("partner_id", "in", self.ids)], "context": {}}

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["rfm.profile"]._forget_partners(ids)
        return result

    # === TO MINDBOX === #

    def _get_rfm_way(self, endpoint):
        """Return how the company's active scheme tells Mindbox of segments."""
        scheme = self.env["rfm.scheme"].sudo()
        active_id = scheme._get_active_id(endpoint.company_id.id)
        return scheme.browse(active_id).mindbox_way

    def _mindbox_operation(self, event, endpoint):
        """Where each segment has an operation of its own, the one of now."""
        if event != SEGMENT_SET or self._get_rfm_way(endpoint) == "field":
            return super()._mindbox_operation(event, endpoint)
        segment = self.rfm_segment_id
        operation = endpoint.operation_ids.filtered(
            lambda o: o.active and o.event == event and o.rfm_segment_id == segment
        )
        if not operation:
            raise MindboxSkipped(
                self.env._("No operation for the segment “%s”.", segment.name or "–")
            )
        return operation[0]._get_route_values()

    def _mindbox_segment_set_body(self, endpoint):
        customer = {"ids": {endpoint.customer_id_name: str(self.id)}}
        self._mindbox_check_included(endpoint)
        if self._get_rfm_way(endpoint) == "field":
            scheme_id = self.env["rfm.scheme"]._get_active_id(endpoint.company_id.id)
            name = self.env["rfm.scheme"].sudo().browse(scheme_id).mindbox_field
            code = self.with_company(endpoint.company_id).rfm_segment_id.code
            customer["customFields"] = {name: code or None}
        return {"customer": customer}
