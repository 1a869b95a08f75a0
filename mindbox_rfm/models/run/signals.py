# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox has told of customers, as far as rules ask for it.

When they last opened, clicked, bounced or unsubscribed, and in which segments they are
there. It is no part of a profile: it is joined where rules are judged. A past day knows
the segments as they are now, and of mails what was not repeated since.
"""

from datetime import timedelta
from math import ceil, floor

from odoo.tools import SQL

from ...measures import SIGNALS
from .days import local_date_sql, utc_end, utc_start
from .guests import guests_sql

# What was told of contacts, by the customers as whom they count.
HEARD = """
    SELECT %(head)s AS partner_id, %(columns)s
      FROM (%(told)s) told
      JOIN mindbox_endpoint point ON point.id = told.endpoint_id
      %(guests)s
      JOIN res_partner contact ON contact.id = %(person)s
     WHERE point.company_id = ANY(%(companies)s) AND %(asked)s
     GROUP BY 1
"""
ENGAGED = """
    SELECT endpoint_id, partner_id, heard_at, opened_at, clicked_at, bounced_at,
           unsubscribed_at, NULL AS segmentation, NULL AS place
      FROM mindbox_engagement
"""
PLACED = """
    SELECT endpoint_id, partner_id, heard_at, NULL, NULL, NULL, NULL, segmentation,
           concat(segmentation, '/', segment)
      FROM mindbox_membership
"""
# Days since the last moment that the day has seen.
DAYS_SINCE = "%(today)s::date - %(day)s AS %(name)s"
LAST = "max(%(moment)s) FILTER (WHERE %(moment)s < %(end)s)"
PLACES = "array_agg(place) FILTER (WHERE place = ANY(%s)) AS places"
# Days; nothing was told of anything longer ago.
MOST_DAYS = 100_000


def heard_sql(scheme, today, contacts=None):
    """Return the query of what the rules of a scheme ask for.

    :param contacts: of these contacts only, as a list of IDs or as SQL
    :return: SQL of ``partner_id``, the days of each measure and ``places``; None where
        no rule asks for any
    """
    rules = scheme.rule_ids
    end = utc_end(today, scheme.tz)
    columns = []
    for measure in rules._get_signals():
        last = SQL(LAST, moment=SQL(SIGNALS[measure]), end=end)
        day = local_date_sql(last, scheme.tz)
        columns.append(SQL(DAYS_SINCE, today=today, day=day, name=SQL(measure)))
    if places := rules._get_places():
        columns.append(SQL(PLACES, places))
    if not columns:
        return None
    asked = SQL("TRUE")
    if contacts is not None:
        asked = SQL("told.partner_id = ANY(%s)", contacts)
    return _by_customer(scheme, SQL(", ").join(columns), asked)


def get_heard_columns(scheme):
    """Return the names of the columns of :func:`heard_sql` beside the customer."""
    rules = scheme.rule_ids
    return [*rules._get_signals(), *(["places"] if rules._get_places() else [])]


def news_sql(scheme, since):
    """Return the query of ``partner_id`` of those of whom Mindbox has told since.

    :return: None where no rule asks for that
    """
    if not asks_mindbox(scheme):
        return None
    news = SQL("told.heard_at >= %s", since)
    return _customers(scheme, SQL("(%s) AND %s", _is_asked(scheme), news))


def moved_sql(scheme, since, then, today):
    """Return the same, with those for whom the days of a rule have run out meanwhile.

    :param then: the day of the last run
    """
    if not asks_mindbox(scheme):
        return None
    passed = [
        SQL(
            "%(moment)s >= %(start)s AND %(moment)s < %(end)s",
            moment=SQL(SIGNALS[measure]),
            start=utc_start(then - timedelta(days=ceil(days)), scheme.tz),
            end=utc_end(today - timedelta(days=floor(days)), scheme.tz),
        )
        for measure, days in _get_borders(scheme)
    ]
    news = SQL("(%s) AND told.heard_at >= %s", _is_asked(scheme), since)
    return _customers(scheme, SQL(" OR ").join([news, *passed]))


def asks_mindbox(scheme):
    """Whether a rule asks for anything that Mindbox tells."""
    return bool(scheme.rule_ids._get_signals() or scheme.rule_ids._get_places())


def _get_borders(scheme):
    """Yield (measure, days) where a rule tells customers apart by days."""
    for measure in scheme.rule_ids._get_signals():
        # What was told of a later day begins to count on that day.
        yield measure, 0
    for condition in scheme.rule_ids.condition_ids:
        if condition.measure in SIGNALS and 0 <= condition.value < MOST_DAYS:
            yield condition.measure, condition.value


def _is_asked(scheme):
    """Return the condition that a row tells of something that a rule asks for."""
    rules = scheme.rule_ids
    names = list(set(filter(None, rules.mapped("mindbox_segmentation"))))
    engaged = SQL("told.segmentation IS NULL" if rules._get_signals() else "FALSE")
    return SQL("%s OR told.segmentation = ANY(%s::varchar[])", engaged, names)


def _customers(scheme, asked):
    return _by_customer(scheme, SQL("max(told.heard_at) AS heard_at"), asked)


def _by_customer(scheme, columns, asked):
    guests, person = guests_sql(scheme), SQL("told.partner_id")
    if guests:
        guests = SQL("LEFT JOIN (%s) guest ON guest.id = told.partner_id", guests)
        person = SQL("COALESCE(guest.owner_id, told.partner_id)")
    head = SQL("COALESCE(contact.commercial_partner_id, contact.id)")
    if scheme.partner_level == "contact":
        head = SQL("contact.id")
    return SQL(
        HEARD,
        head=head,
        columns=columns,
        told=SQL("%s UNION ALL %s", SQL(ENGAGED), SQL(PLACED)),
        guests=guests or SQL(),
        person=person,
        companies=scheme._get_companies().ids,
        asked=asked,
    )
