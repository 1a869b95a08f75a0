# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A day begins where the company is; moments are kept in UTC."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.tools import SQL


def utc_start(day, tz):
    """Return the moment, in UTC, when a day begins in a time zone."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz))
    return start.astimezone(timezone.utc).replace(tzinfo=None)


def utc_end(day, tz):
    """Return the moment, in UTC, when a day has ended in a time zone."""
    return utc_start(day + timedelta(days=1), tz)


def local_date_sql(moment, tz):
    """Return the day, in a time zone, of a UTC moment."""
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", SQL(moment), tz)
