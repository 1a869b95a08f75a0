# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""In which segment a scheme would have put everybody on a day in the past.

By the orders that there were then, and by the rules and settings as they are now.
"""

from odoo.tools import SQL

from .cuts import Cuts
from .facts import FACTS_TABLE, Facts
from .plans import WHOLE_TABLES, planned
from .scores import scored_sql

PAST = """
    SELECT partner_id, (%(segments)s::int[])[1 + %(winner)s] AS segment_id, m_score
      FROM (%(scored)s) customer
     WHERE partner_id IS NOT NULL
"""


def load_past(scheme, day):
    """Count the facts of a day; return the query of segment and M score.

    It is good until facts are counted again in this transaction.
    """
    # There are no profiles of no scheme.
    facts = Facts(scheme, day)
    with planned(scheme.env.cr, WHOLE_TABLES):
        facts.load(0)
    rules = scheme.rule_ids.sorted()
    cuts = Cuts(scheme, day).find(FACTS_TABLE)
    return SQL(
        PAST,
        segments=[rule.segment_id.id for rule in rules],
        winner=rules._winner_sql(),
        scored=scored_sql(scheme, FACTS_TABLE, cuts, day, ["profile_id"]),
    )
