# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The values of customers without what was to be expected of them anyhow.

What a customer would have bought without the experiment is partly known before: by
stratum, and by the time before the start. Both are taken out (CUPED): a value becomes
its difference from the mean of its stratum, less as much of the same difference of the
time before as explains most. That depends on neither group, and so favours none.
"""

from odoo.tools import SQL

# The share of those who spent anything whose amounts count as they are; those above
# count as much as the last of them: one order of a wholesaler decides nothing.
UNCAPPED = 0.99
# {metric: the value of a customer, and whether it is capped}
METRICS = {
    "conversion": ("(%sorder_count > 0)::int", False),
    "orders": ("%sorder_count", False),
    "revenue": ("%samount", True),
}
# Rows of customers -> ``value``, ``residual`` and ``cap``. What is one row is worked
# out once, even where PostgreSQL, without statistics, takes customers for one row, too.
ADJUSTED = """
    WITH customer AS (%(customers)s), limits AS MATERIALIZED (
        SELECT percentile_cont(%(uncapped)s) WITHIN GROUP (ORDER BY value)
                   FILTER (WHERE value > 0) AS cap,
               percentile_cont(%(uncapped)s) WITHIN GROUP (ORDER BY before)
                   FILTER (WHERE before > 0) AS before_cap
          FROM customer WHERE %(capped)s
    ), capped AS (
        SELECT customer.*, limits.cap,
               GREATEST(-limits.cap, LEAST(limits.cap, value)) AS counted,
               COALESCE(GREATEST(-before_cap, LEAST(before_cap, before)), 0)
                   AS explaining
          FROM customer CROSS JOIN limits
    ), centred AS (
        SELECT *, counted - avg(counted) OVER stratum AS value_off,
               explaining - avg(explaining) OVER stratum AS explaining_off
          FROM capped WINDOW stratum AS (PARTITION BY stratum)
    ), slope AS MATERIALIZED (
        SELECT COALESCE(sum(value_off * explaining_off)
                        / NULLIF(sum(explaining_off ^ 2), 0), 0) AS slope
          FROM centred WHERE %(use_covariate)s
    )
    SELECT centred.*, value_off - slope * explaining_off AS residual
      FROM centred CROSS JOIN slope
"""


def get_value(metric, prefix=""):
    """Return what a customer is worth by a metric, as a number of double precision."""
    expression, _capped = METRICS[metric]
    return SQL("(%s)::float8", SQL(expression % prefix))


def get_adjusted(experiment, customers):
    """Return the query of customers with their ``residual``.

    :param SQL customers: the query of at least ``stratum``, ``value``, ``before``
    """
    _expression, capped = METRICS[experiment.metric]
    return SQL(
        ADJUSTED,
        customers=customers,
        uncapped=UNCAPPED,
        capped=SQL("TRUE" if capped else "FALSE"),
        use_covariate=experiment.use_covariate,
    )
