# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose facts may differ from those of the last run: only they are counted anew.

Everything that facts depend on is stamped when it is written, or belongs to a moment
that has passed meanwhile. What leaves no stamp where it was, as an order that is
deleted, stamps the contact: see :mod:`.rfm_sources`. A family is touched as a whole: a
contact, its company, and the other contacts of the company.
"""

from collections.abc import Collection

from odoo.fields import Domain
from odoo.tools import SQL

from .guests import guests_sql
from .known_facts import get_facts_key
from .written import written_sql

# Where more of the customers are touched, counting all is no slower.
MOST_TOUCHED = 0.2
# Below so many it does not matter.
FEW = 1000

TOUCHED = """
    WITH written (id) AS (%(written)s), heads AS (
        SELECT id FROM written
         UNION
        SELECT p.commercial_partner_id FROM res_partner p JOIN written USING (id)
    )
    SELECT id FROM heads
     UNION
    SELECT p.id FROM res_partner p JOIN heads ON p.commercial_partner_id = heads.id
"""
# The same where guests count as the owners of their e-mails: whoever counts as one of
# the touched, or whom one of them counts as, and so on.
WITH_GUESTS = """
    WITH RECURSIVE guest AS MATERIALIZED (%(guests)s),
    touched AS MATERIALIZED (%(touched)s),
    heads AS (
        SELECT id FROM touched
         UNION
        SELECT head.commercial_partner_id
          FROM guest JOIN res_partner head ON head.id = guest.owner_id
         WHERE guest.id IN (SELECT id FROM touched)
         UNION
        SELECT owner_id FROM guest WHERE guest.id IN (SELECT id FROM touched)
    ), family AS (
        SELECT id FROM heads
         UNION
        SELECT member.id FROM family, LATERAL (
            SELECT p.id FROM res_partner p WHERE p.commercial_partner_id = family.id
             UNION ALL
            SELECT guest.id FROM guest WHERE guest.owner_id = family.id
        ) member
    )
    SELECT id FROM family
"""
OWN_COMPANIES = "SELECT array_agg(partner_id ORDER BY partner_id) FROM res_company"


class Touched:
    """The customers of a scheme who were touched since its last run.

    .. attribute:: last

        The log of that run.
    """

    def __init__(self, scheme, today):
        self.scheme = scheme
        self.env = scheme.env
        self.today = today
        self.last = scheme.last_run_id

    def find(self):
        """Return the IDs of the contacts; None where everybody is to be counted."""
        if not self._are_enough():
            return None
        ids = [row[0] for row in self.env.execute_query(self._touched_sql())]
        most = max(FEW, MOST_TOUCHED * self.last.customers)
        return None if len(ids) > most else ids

    def is_full_due(self):
        """Whether it is time to count everybody, as a check."""
        runs = self.env["rfm.run"]
        last = [("scheme_id", "=", self.scheme.id), ("state", "=", "done")]
        full = runs.search([*last, ("scope", "=", "all")], limit=1)
        if not full.date:
            return True
        return (self.today - full.date).days >= self.scheme.full_days

    def _are_enough(self):
        """Whether the profiles of all others are as a full run would leave them."""
        last = self.last
        if not last.seen_until or last.date > self.today:
            return False
        done = [("company_id", "=", last.company_id.id), ("state", "=", "done")]
        if self.env["rfm.run"].search(done, limit=1) != last:
            return False  # another scheme has had its own profiles since
        key = get_scope_key(self.scheme)
        same = all((last.facts or {}).get(name) == key[name] for name in key)
        return same and all(map(self._is_stamped, self._get_domains()))

    def _get_domains(self):
        yield self.scheme._get_customer_domain()
        for rule in self.scheme.rule_ids:
            yield rule._parse_domain()

    def _is_stamped(self, domain):
        """Whether who matches a filter changes only with a stamp on the contact.

        That of another record does not stamp it, nor does time that passes.
        """
        fields = self.env["res.partner"]._fields
        return all(
            condition.field_expr in fields
            and _is_own(fields[condition.field_expr], condition)
            for condition in Domain(domain).iter_conditions()
        )

    def _touched_sql(self):
        written = written_sql(self.scheme, self.last, self.today)
        return families_sql(self.scheme, written)


def families_sql(scheme, contacts):
    """Return the query of the IDs of contacts and of all who count with them.

    :param SQL contacts: the query of their IDs
    """
    guests = guests_sql(scheme)
    touched = SQL(TOUCHED, written=contacts)
    return SQL(WITH_GUESTS, guests=guests, touched=touched) if guests else touched


def get_scope_key(scheme):
    """Return what facts depend on that no stamp tells of, as JSON."""
    [(own,)] = scheme.env.execute_query(SQL(OWN_COMPANIES))
    visitors = scheme.env["res.partner"]._mindbox_public_ids()
    return get_facts_key(scheme) | {
        "companies": scheme._get_companies().ids,
        "currency": scheme.currency_id.id,
        "digits": scheme.currency_id.decimal_places,
        "own": own,
        "visitors": sorted(visitors),
    }


def _is_own(field, condition):
    if not field.store or not field.column_type or field.company_dependent:
        return False
    if field.type in ("date", "datetime"):
        return False
    if field.relational:
        return condition.operator in ("=", "!=", "in", "not in") and not _has_text(
            condition.value
        )
    return True


def _has_text(value):
    """Whether a record is looked for by its name, which another table holds."""
    if isinstance(value, str) or not isinstance(value, Collection):
        value = [value]
    return not all(not part or isinstance(part, int) for part in value)
