# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of a scheme as one expression over a row of facts, scores and signals."""

from odoo import models
from odoo.tools import SQL

from ...measures import cell_number
from .rfm_rule import UNUSABLE, BrokenRule


class RfmRule(models.Model):
    _name = "rfm.rule"
    _inherit = ["rfm.rule"]

    def _winner_sql(self):
        """Return the position of the first of these rules that matches, as one CASE."""
        cases = (
            SQL("WHEN %s THEN %s", rule._to_sql(), position)
            for position, rule in enumerate(self)
        )
        return SQL("CASE %s END", SQL(" ").join(cases))

    def _to_sql(self, flag=None):
        """Return the SQL predicate over a row of facts, scores and signals.

        :param flag: stands for what cannot be judged without customers: the filter on
            them, which is asked of the ORM otherwise, and their segments in Mindbox
        """
        parts = [condition._to_sql() for condition in self.condition_ids]
        if self.no_orders:
            parts.append(SQL("last_order_date IS NULL"))
        if cells := self._get_cells():
            numbers = [cell_number(cell) for cell in cells]
            parts.append(SQL("cell = ANY(%s)", numbers))
        if flag:
            parts.append(flag)
        else:
            parts += self._customer_sql()
        return SQL(" AND ").join(parts) if parts else SQL("TRUE")

    def _needs_customers(self):
        """Whether the rule looks at more than facts, scores and days."""
        return bool(self._get_place() or self._get_domain_text())

    def _customer_sql(self):
        if place := self._get_place():
            yield SQL("%s = ANY(places)", place)
        if self._get_domain_text():
            yield self._domain_to_sql()

    def _domain_to_sql(self):
        """Return the filter as the ORM compiles it, archived customers included."""
        partners = self.env["res.partner"].with_context(active_test=False)
        partners = partners.with_company(self.scheme_id.company_id).sudo()
        try:
            query = partners._search(self._parse_domain())
        except UNUSABLE as error:
            raise BrokenRule(self) from error
        return SQL("partner_id IN %s", query.subselect())
