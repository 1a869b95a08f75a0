# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox should know of each customer's segment, was told, and is due to hear.

The groups of running experiments are told beside it, in the same way.

One relation for all ways: the import and the single calls tell what it says is due, and
the comparison expects the same. What is told is kept by names that say the way, so that
one way never empties what another one has filled.
"""

from odoo.tools import SQL

from .mindbox_catalogue import FIELD, OPERATION, SEGMENTATION, SEGMENTS

# How schemes tell segments that can tell of the groups of experiments, too.
TELLING_WAYS = ("bulk", "field")
PREFIXES = {"bulk": SEGMENTATION, "field": FIELD, "operation": OPERATION}
# What may be told beside the segment, of ``profile`` and the ``previous`` segment.
VALUES = {
    "previous": "previous.code",
    "since": "profile.segment_since",
    "score": "NULLIF(concat(upper(to_hex(NULLIF(profile.r_score, 0))),"
    " upper(to_hex(NULLIF(profile.f_score, 0))),"
    " upper(to_hex(NULLIF(profile.m_score, 0)))), '')",
    "orders": "profile.order_count",
    "amount": "round(profile.amount::numeric, 2)",
    "last_order": "profile.last_order_date",
}
# Only customers whom Mindbox knows: of others it refuses what it is told. Whoever is in
# no segment and was never told of needs nothing.
KNOWN = """
    SELECT customer.id AS partner_id, profile.segment_since,
           %(target)s || %(arms)s AS target,
           -- What was told before the ledger kept it may be anything.
           CASE WHEN told.id IS NULL THEN '{}'
                ELSE COALESCE(NULLIF(told.state, 'null'), %(unknown)s) END AS told
      FROM (%(customers)s) AS customer
      JOIN res_partner partner ON partner.id = customer.id
      JOIN mindbox_ledger known
        ON known.endpoint_id = %(endpoint)s AND known.kind = 'customers'
       AND known.res_id = customer.id
      LEFT JOIN rfm_profile profile
        ON profile.scheme_id = %(scheme)s AND profile.partner_id = %(owner)s
      LEFT JOIN rfm_segment segment ON segment.id = profile.segment_id
      LEFT JOIN rfm_segment previous ON previous.id = profile.previous_segment_id
      LEFT JOIN mindbox_ledger told
        ON told.endpoint_id = %(endpoint)s AND told.kind = %(kind)s
       AND told.res_id = customer.id
      %(join_arms)s
     WHERE %(person)s = customer.id AND %(is_asked)s
       AND (segment.id IS NOT NULL OR told.id IS NOT NULL OR %(arms)s != '{}')
"""
# The groups of running experiments that each is in, by the names in Mindbox.
ARMS = """
    LEFT JOIN (
        SELECT member.partner_id,
               jsonb_object_agg(%(prefix)s || experiment.mindbox_segmentation,
                                member.arm) AS parts
          FROM rfm_experiment experiment
          JOIN rfm_experiment_member member ON member.experiment_id = experiment.id
         WHERE experiment.id = ANY(%(experiments)s) AND member.partner_id IS NOT NULL
         GROUP BY member.partner_id
    ) arms ON arms.partner_id = %(owner)s
"""
# What was told and should not be any more is emptied, the rest is as it should be.
DUE = """
    SELECT known.partner_id, known.segment_since, known.told,
           COALESCE(emptied.parts, '{}') || known.target AS due
      FROM (%(known)s) AS known
      CROSS JOIN LATERAL (
           SELECT jsonb_object_agg(part.key, '') AS parts
             FROM jsonb_each_text(known.told) AS part
            WHERE starts_with(part.key, %(prefix)s)
              AND part.value IS DISTINCT FROM '') AS emptied
"""
IS_DUE = "NOT due.told @> due.due"


def get_due(scheme, endpoint, partner_ids=None):
    """Return the query of what a scheme's customers should be told.

    :param partner_ids: of these customers only
    :return: SQL of partner_id, segment_since, told, due: {name: value}, "" empties it;
        rows of whom nothing is due are among them, see :data:`IS_DUE`
    """
    scope = endpoint.env["mindbox.scope"]
    target = _get_target(scheme, endpoint)
    is_asked = SQL("TRUE")
    if partner_ids is not None:
        is_asked = SQL("customer.id = ANY(%s)", list(partner_ids))
    arms, join_arms = _get_arms(scheme)
    known = SQL(
        KNOWN,
        arms=arms,
        join_arms=join_arms,
        target=SQL("jsonb_strip_nulls(%s)", target),
        unknown=SQL("jsonb_build_object(%s::text, NULL)", _get_name(scheme)),
        customers=scope._get_customers(endpoint),
        endpoint=endpoint.id,
        scheme=scheme.id or 0,
        owner=_get_owner(scheme),
        kind=SEGMENTS,
        person=scope._get_person(endpoint, SQL("customer.id")),
        is_asked=is_asked,
    )
    return SQL(DUE, known=known, prefix=_get_prefix(scheme))


def _get_owner(scheme):
    """Return whose profile a customer is told: the own one, or that of the company."""
    if scheme.partner_level == "contact" or scheme.mindbox_recipients == "company":
        return SQL("customer.id")
    company = SQL("partner.commercial_partner_id")
    if scheme.mindbox_recipients == "both":
        return company
    return SQL("CASE WHEN NOT partner.is_company THEN %s END", company)


def _get_arms(scheme):
    """Return the expression of {name: group} in experiments, and its join."""
    running = [("state", "=", "running"), ("company_id", "=", scheme.company_id.id)]
    experiments = scheme.env["rfm.experiment"].sudo().search(running)
    if scheme.mindbox_way not in TELLING_WAYS or not experiments:
        return SQL("'{}'::jsonb"), SQL()
    joined = SQL(
        ARMS,
        prefix=_get_prefix(scheme),
        experiments=experiments.ids,
        owner=_get_owner(scheme),
    )
    return SQL("COALESCE(arms.parts, '{}')"), joined


def _get_prefix(scheme):
    """Return how the names begin by which a scheme tells; where it does not, none."""
    return PREFIXES.get(scheme.mindbox_way, "none/")


def _get_name(scheme):
    """Return the name by which a scheme tells the segment."""
    names = {"bulk": scheme.mindbox_segmentation, "field": scheme.mindbox_field}
    return f"{_get_prefix(scheme)}{names.get(scheme.mindbox_way) or ''}"


def _get_target(scheme, endpoint):
    """Return the expression of {name: value} that a customer should be told."""
    name = _get_name(scheme)
    if scheme.mindbox_way == "bulk":
        return SQL("jsonb_build_object(%s::text, segment.code)", name)
    if scheme.mindbox_way == "field":
        pairs = [SQL("%s::text, segment.code", name)]
        pairs += [
            SQL("%s::text, %s", f"{FIELD}{told.name}", SQL(VALUES[told.value]))
            for told in scheme.told_field_ids
        ]
        return SQL("jsonb_build_object(%s)", SQL(", ").join(pairs))
    if scheme.mindbox_way == "operation":
        # One without an operation is told as none.
        own = endpoint._get_segment_operations()
        return SQL(
            "jsonb_build_object(%s::text, CASE WHEN segment.id = ANY(%s) "
            "THEN segment.code END)",
            name,
            [segment_id for segment_id in own if segment_id],
        )
    return SQL("'{}'::jsonb")
