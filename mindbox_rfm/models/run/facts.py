# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""First and last order, number of orders and amount of each customer.

One pass over the orders. Moments are compared and put together in UTC; only the first
and the last of a customer become days. Contacts of a company are put together
afterwards: only those who have one are added up twice.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .corrections import corrections_sql
from .customers import customers_sql, find_erased
from .days import local_date_sql, utc_end, utc_start
from .guests import guests_sql
from .plans import FEW_ROWS, SORTED, planned
from .sources import put_together

# Temporary tables: what is taken off orders; facts beside what a scheme knew before.
CORRECTIONS_TABLE = SQL.identifier("rfm_corrections")
FACTS_TABLE = SQL.identifier("rfm_facts")
FACT_COLUMNS = ("first_order_date", "last_order_date", "order_count", "amount")
# What FACTS_TABLE holds beside facts: the profile that a customer had before.
KNOWN_COLUMNS = (
    "ordered",
    "profile_id",
    "old_partner_id",
    "old_segment_id",
    "previous_segment_id",
    "segment_since",
    "old_r",
    "old_f",
    "old_m",
)

# The orders of each contact, added up.
BY_CONTACT = """
    SELECT o.partner_id, min(o.date_order) AS first_at,
           max(o.date_order) AS last_at,
           %(counted)s %(in_window)s AS order_count,
           COALESCE(sum(%(net)s) %(in_window)s, 0) AS amount
      FROM sale_order o %(corrections)s
     WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s)
       AND o.date_order < %(end)s %(not_returned)s %(not_free)s %(not_erased)s
       %(touched)s
     GROUP BY o.partner_id
"""
# The same with some put together under one head: only those are added up twice.
BY_HEAD = """
    WITH by_contact AS MATERIALIZED (%(by_contact)s),
    family (id, head_id) AS (%(family)s),
    related AS (
        SELECT id FROM family
         UNION SELECT head_id FROM family
    )
    SELECT * FROM by_contact
     WHERE partner_id NOT IN (SELECT id FROM related)
     UNION ALL
    SELECT COALESCE(f.head_id, b.partner_id) AS partner_id, min(first_at) AS first_at,
           max(last_at) AS last_at, sum(order_count)::bigint AS order_count,
           sum(amount) AS amount
      FROM by_contact b LEFT JOIN family f ON f.id = b.partner_id
     WHERE b.partner_id IN (SELECT id FROM related)
     GROUP BY 1
"""
# The contacts of companies, and their companies.
OF_COMPANIES = """
    SELECT id, commercial_partner_id FROM res_partner
     WHERE commercial_partner_id != id %s
"""
# An order's amount in the currency of the company, by its own rate.
NET = """
    CASE WHEN o.currency_rate = 1 THEN %(amount)s %(taken_off)s
         ELSE (%(amount)s %(taken_off)s) / COALESCE(NULLIF(o.currency_rate, 0), 1)
    END
"""
# What an order costs before a gift card pays for it.
FULL_PRICE = "o.amount_total + COALESCE(x.paid, 0)"
# The facts of those who may have a segment.
OF_CUSTOMERS = """
    WITH bought AS (%(bought)s)
    SELECT c.id AS partner_id,
           %(first)s AS first_order_date,
           %(last)s AS last_order_date,
           b.order_count, round(b.amount, %(digits)s) AS amount
      FROM %(customers)s c %(join)s bought b ON b.partner_id = c.id
     WHERE b.partner_id IS NOT NULL OR c.is_prospect
"""
# Facts beside the profiles of a scheme: one join serves the comparison and both kinds
# of who is new and who is gone. Who is gone has no facts.
COMPARED_QUERY = """
    SELECT fresh.*, (%(fresh)s) IS DISTINCT FROM (%(old)s) AS ordered,
           old.id AS profile_id, old.partner_id AS old_partner_id,
           old.segment_id AS old_segment_id, old.previous_segment_id,
           old.segment_since, old.r_score AS old_r, old.f_score AS old_f,
           old.m_score AS old_m
      FROM (%(facts)s) fresh
      FULL JOIN (
          SELECT * FROM rfm_profile WHERE scheme_id = %(scheme)s %(touched)s
      ) old ON old.partner_id = fresh.partner_id
"""


class Facts:
    """The orders of a scheme's customers, added up as of a day.

    :param touched: list of the IDs of contacts, whole families, if only they count
    """

    def __init__(self, scheme, today, touched=None):
        self.scheme = scheme
        self.today = today
        self.touched = touched
        self.cr = scheme.env.cr
        # The ORM looks up users and companies here: before any other plans are set.
        self.customers = customers_sql(scheme, touched)
        self.erased = find_erased(scheme)
        self.guests = guests_sql(scheme)

    def load(self, scheme_id):
        """Count into :data:`FACTS_TABLE`, beside what a scheme knew of each."""
        corrections = corrections_sql(self.scheme, self.today, self.touched)
        create_table(self.cr, CORRECTIONS_TABLE, corrections)
        corrected = self.cr.rowcount > 0
        compared = SQL(
            COMPARED_QUERY,
            fresh=columns_sql(FACT_COLUMNS, "fresh"),
            old=columns_sql(FACT_COLUMNS, "old"),
            facts=self._of_customers_sql(corrected),
            scheme=scheme_id,
            touched=self._touched_sql("partner_id"),
        )
        with planned(self.cr, SORTED if self.touched is None else FEW_ROWS):
            create_table(self.cr, FACTS_TABLE, compared)

    def _of_customers_sql(self, corrected):
        """Return the query of the facts.

        :param bool corrected: whether anything is to be taken off orders
        """
        scheme = self.scheme
        return SQL(
            OF_CUSTOMERS,
            bought=self._bought_sql(corrected),
            first=local_date_sql("b.first_at", scheme.tz),
            last=local_date_sql("b.last_at", scheme.tz),
            digits=scheme.currency_id.decimal_places,
            customers=self.customers,
            join=SQL("LEFT JOIN" if scheme.include_prospects else "JOIN"),
        )

    def _bought_sql(self, corrected):
        """Return the query that adds up orders by customer."""
        scheme = self.scheme
        parts = {
            "in_window": self._in_window_sql("o.date_order"),
            "companies": scheme._get_companies().ids,
            "end": utc_end(self.today, scheme.tz),
            "not_free": self._not_free_sql(
                "o.amount_total + COALESCE(x.paid, 0)"
                if corrected
                else "o.amount_total"
            ),
            "not_erased": self._not_erased_sql(),
            "touched": self._touched_sql("o.partner_id"),
        }
        orders = self._orders_sql(corrected, parts)
        parts["in_window"] = self._in_window_sql("o.moment")
        parts["not_free"] = self._not_free_sql("o.amount")
        return self._put_together(orders, parts)

    def _put_together(self, orders, parts):
        """Return the query of orders and other purchases, by customer."""
        sources = self.scheme._get_sources()
        others = [source.get_by_contact(**parts) for source in sources]
        bought = put_together([orders, *others])
        for family in self._get_families():
            bought = SQL(BY_HEAD, by_contact=bought, family=family)
        return bought

    def _get_families(self):
        """Yield the queries of contacts, and as whom they count."""
        if self.guests:
            yield self.guests
        if self.scheme.partner_level != "contact":
            yield SQL(OF_COMPANIES, self._touched_sql("id"))

    def _orders_sql(self, corrected, parts):
        """Return the query that adds up orders by contact."""
        joined = SQL("LEFT JOIN %s x ON x.order_id = o.id", CORRECTIONS_TABLE)
        return SQL(
            BY_CONTACT,
            counted=self._counted_sql(),
            net=self._net_sql("x" if corrected else None),
            corrections=joined if corrected else SQL(),
            not_returned=SQL("AND x.returned IS NOT TRUE") if corrected else SQL(),
            **parts,
        )

    def _counted_sql(self):
        """Return the aggregate that counts orders."""
        return SQL("count(*)")

    def _touched_sql(self, column):
        if self.touched is None:
            return SQL()
        return SQL("AND %s = ANY(%s)", SQL(column), self.touched)

    def _not_erased_sql(self):
        """A company is not told by its numbers what one of its contacts has bought."""
        if not self.erased:
            return SQL()
        return SQL("AND o.partner_id != ALL(%s)", self.erased)

    def _not_free_sql(self, amount):
        if self.scheme.count_zero_orders:
            return SQL()
        return SQL("AND %s > 0", SQL(amount))

    def _in_window_sql(self, moment):
        months = self.scheme.lookback_months
        if not months:
            return SQL()
        since = utc_start(self.today - relativedelta(months=months), self.scheme.tz)
        return SQL("FILTER (WHERE %s >= %s)", SQL(moment), since)

    def _net_sql(self, corrections=None):
        """Return an order's amount, less what corrections of some name take off."""
        taken_off = SQL()
        if corrections:
            column = SQL.identifier(corrections, "taken_off")
            taken_off = SQL("- COALESCE(%s, 0)", column)
        amount = SQL.identifier("o", f"amount_{self.scheme.amount_basis}")
        return SQL(NET, amount=amount, taken_off=taken_off)


def create_table(cr, table, query):
    """Keep what a query finds until the transaction ends; its row count is told."""
    cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
    cr.execute(SQL("CREATE TEMP TABLE %s ON COMMIT DROP AS %s", table, query))


def columns_sql(names, alias=None):
    """Return a list of columns."""
    parts = [(alias, name) if alias else (name,) for name in names]
    return SQL(", ").join(SQL.identifier(*part) for part in parts)
