# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The facts that the last run has left in the profiles, while they are still good.

A million customers are previewed in an instant because these facts are at hand; they
are taken as long as nothing that they depend on was written.
"""

from odoo.tools import SQL

from .written import written_sql

# Orders; up to so many a preview counts anew, above it takes the last run's facts.
FRESH_ORDERS = 300_000
# While these fields of a scheme stay as they are, the facts are still the right ones.
FACT_FIELDS = (
    "company_id",
    "include_branches",
    "guests_by_email",
    "lookback_months",
    "partner_level",
    "amount_basis",
    "include_delivery",
    "count_zero_orders",
    "include_prospects",
    "customer_domain",
    "tz",
)

# The profiles of a scheme.
PROFILES = "(SELECT * FROM rfm_profile WHERE scheme_id = %s)"
# How many orders there are, roughly.
ORDERS = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'sale_order'::regclass"
ANY = "SELECT 1 FROM (%s) found LIMIT 1"


def get_facts_key(scheme):
    """Return what facts depend on beside the orders, as JSON."""
    values = {name: scheme[name] for name in FACT_FIELDS}
    return {name: getattr(value, "id", value) for name, value in values.items()}


class KnownFacts:
    """The facts of the last run of the scheme that gives customers their segments.

    .. attribute:: log

        The log of that run.
    """

    def __init__(self, scheme, today):
        self.scheme = scheme
        self.env = scheme.env
        self.today = today
        active_id = scheme._get_active_id(scheme.company_id.id)
        self.log = scheme.browse(active_id).last_run_id

    @property
    def source(self):
        """The relation of these facts."""
        return SQL(PROFILES, self.log.scheme_id.id)

    def are_enough(self):
        """Whether they serve a preview, which would take long to count anew."""
        return self.log and self._are_many() and self.are_good()

    def _are_many(self):
        [(count,)] = self.env.execute_query(SQL(ORDERS))
        return count > FRESH_ORDERS

    def are_good(self):
        """Whether a run of the scheme would count the same facts now."""
        key = get_facts_key(self.scheme)
        same = all((self.log.facts or {}).get(name) == key[name] for name in key)
        # With each day, orders leave the window.
        aged = self.scheme.lookback_months and self.log.date != self.today
        return same and not aged and not self._have_changed()

    def _have_changed(self):
        """Whether anything they depend on was written, or came of age, since."""
        written = written_sql(self.scheme, self.log, self.today)
        return bool(self.env.execute_query(SQL(ANY, written)))

    # === THRESHOLDS === #

    def get_cuts(self):
        """Return the run's thresholds as of today.

        Days since the last order grow alike for everybody, and so do the thresholds
        of R.
        """
        aged = (self.today - self.log.date).days
        cuts = self.log.cut_points
        return cuts | {"r": [days + aged for days in cuts["r"]]}

    def share_cuts(self, scheme):
        """Whether equal shares of a scheme are those that the run has measured."""
        # What was edited since is not what the run has measured by.
        measured = (self.log.facts.get("method"), len(self.log.cut_points["r"]) + 1)
        return measured == ("quantile", scheme.bins)
