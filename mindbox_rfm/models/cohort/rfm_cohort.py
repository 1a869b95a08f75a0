# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from ..run.plans import WHOLE_TABLES, planned
from ..run.run import as_system
from .monthly import Monthly

FILL = """
    INSERT INTO rfm_cohort (
        scheme_id, cohort, month, months_since, customers, buyers, share, orders,
        revenue, revenue_per_customer
    )
    SELECT %(scheme)s, cohort, month,
           12 * (extract(year FROM month) - extract(year FROM cohort))
           + extract(month FROM month) - extract(month FROM cohort),
           customers, buyers, buyers::float8 / customers, orders, amount,
           amount::float8 / customers
      FROM (%(cohorts)s) AS cell (cohort, month, customers, buyers, orders, amount)
     ORDER BY cohort, month
"""


class RfmCohort(models.Model):
    """Customers who first ordered in a month, in one of the months since."""

    _name = "rfm.cohort"
    _description = "Cohort of Customers"
    _log_access = False
    _order = "cohort desc, months_since"
    _rec_name = "cohort"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    cohort = fields.Date(
        string="First Ordered in", readonly=True, help="The month of the first order."
    )
    month = fields.Date(readonly=True)
    months_since = fields.Integer(
        readonly=True, aggregator=False, help="0 is the month of the first order."
    )
    customers = fields.Integer(
        string="Customers of the Cohort", readonly=True, aggregator="max"
    )
    buyers = fields.Integer(string="Have Ordered", readonly=True)
    share = fields.Float(
        string="Share That Ordered",
        readonly=True,
        aggregator="avg",
        help="The share of the cohort that ordered in the month.",
    )
    orders = fields.Integer(readonly=True)
    revenue = fields.Monetary(
        readonly=True,
        help="Net: what came back is taken off the month of its order.",
    )
    revenue_per_customer = fields.Float(readonly=True, aggregator="avg")

    @api.model
    def _fill(self, scheme, today=None):
        """Count the cohorts of a scheme anew."""
        scheme = as_system(scheme)
        today = today or scheme._get_today()
        self.env.flush_all()
        cohorts = Monthly(scheme, today).cohorts
        with planned(self.env.cr, WHOLE_TABLES):
            self.env.cr.execute(
                SQL("DELETE FROM rfm_cohort WHERE scheme_id = %s", scheme.id)
            )
            self.env.cr.execute(SQL(FILL, scheme=scheme.id, cohorts=cohorts))
        self.invalidate_model()
