# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from .forecast import FAR

# Only what differs is written: a forecast moves once a week, with the age in weeks.
WRITE = """
    UPDATE rfm_profile profile
       SET (%(columns)s) = (SELECT %(new)s)
      FROM (
          SELECT own.id,
                 round(e.probability::numeric, 4)::float8 AS buy_probability,
                 round(e.expected_orders::numeric, 3)::float8 AS expected_orders,
                 CASE WHEN %(with_revenue)s
                      THEN round(e.expected_revenue::numeric, %(digits)s)
                      END AS expected_revenue,
                 CASE WHEN half < %(far)s THEN %(today)s::date + early::int
                      END AS next_order_from,
                 CASE WHEN half < %(far)s THEN %(today)s::date + half::int
                      END AS next_order_date,
                 CASE WHEN half < %(far)s AND late < 2 * %(far)s
                      THEN %(today)s::date + late::int END AS next_order_to
            FROM rfm_profile own
            LEFT JOIN (%(expected)s) e ON e.partner_id = own.partner_id
           WHERE own.scheme_id = %(scheme)s
      ) new
     WHERE profile.id = new.id AND (%(old)s) IS DISTINCT FROM (%(new)s)
"""
NOTHING = """
    SELECT NULL::int AS partner_id, 0 AS probability, 0 AS expected_orders,
           0 AS expected_revenue, 0 AS early, 0 AS half, 0 AS late WHERE FALSE
"""
COLUMNS = (
    "buy_probability",
    "expected_orders",
    "expected_revenue",
    "next_order_from",
    "next_order_date",
    "next_order_to",
)


class RfmProfile(models.Model):
    """What is to be expected of a customer, as far as such forecasts were right."""

    _name = "rfm.profile"
    _inherit = ["rfm.profile"]

    buy_probability = fields.Float(
        string="Probability of an Order in 90 Days", readonly=True, aggregator="avg"
    )
    expected_orders = fields.Float(string="Orders Expected in 90 Days", readonly=True)
    expected_revenue = fields.Monetary(
        string="Revenue Expected in 90 Days", readonly=True
    )
    next_order_date = fields.Date(
        string="Next Order Expected",
        readonly=True,
        help="By this day half of such customers have ordered again, of those who do.",
    )
    next_order_from = fields.Date(string="Next Order, Early", readonly=True)
    next_order_to = fields.Date(string="Next Order, Late", readonly=True)

    @api.model
    def _write_forecast(self, scheme, today, expected=None, with_revenue=False):
        """Write what is expected of each customer of a scheme; of nobody by default.

        :param SQL expected: the query of what is expected
        :param bool with_revenue: whether forecasts of revenue were right
        :return: how many profiles were written
        """

        def columns(alias):
            return SQL(", ").join(SQL.identifier(alias, name) for name in COLUMNS)

        self.env.cr.execute(
            SQL(
                WRITE,
                columns=SQL(", ").join(map(SQL.identifier, COLUMNS)),
                new=columns("new"),
                old=columns("profile"),
                expected=expected or SQL(NOTHING),
                with_revenue=with_revenue,
                digits=scheme.currency_id.decimal_places,
                far=FAR,
                today=today,
                scheme=scheme.id,
            )
        )
        written = self.env.cr.rowcount
        self._reread()
        return written
