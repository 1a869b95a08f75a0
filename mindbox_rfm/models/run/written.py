# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose orders, credits, returns or contact were written since a run, or came of age.

A daily run counts those contacts anew; a preview asks whether there are any.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .days import utc_end, utc_start
from .guests import DECIDED

WRITTEN = """
    SELECT partner_id AS id FROM sale_order WHERE write_date >= %(since)s
     UNION ALL %(others)s
     UNION ALL
    SELECT o.partner_id
      FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id
     WHERE l.write_date >= %(since)s
     UNION ALL
    SELECT o.partner_id
      FROM account_move m
      JOIN account_move_line l ON l.move_id IN (m.id, m.reversed_entry_id)
      JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
      JOIN sale_order_line s ON s.id = rel.order_line_id
      JOIN sale_order o ON o.id = s.order_id
     WHERE m.move_type IN ('out_refund', 'out_invoice')
       AND (m.write_date >= %(since)s OR
            m.invoice_date > %(then)s AND m.invoice_date <= %(today)s)
     UNION ALL
    SELECT o.partner_id
      FROM stock_move back
      JOIN sale_order_line s ON s.id = back.sale_line_id
      JOIN sale_order o ON o.id = s.order_id
     WHERE back.origin_returned_move_id IS NOT NULL AND back.state = 'done'
       AND back.date >= LEAST(%(since)s::timestamp, %(end_then)s::timestamp)
       AND back.date < %(end)s
     UNION ALL
    SELECT id FROM res_partner WHERE write_date >= %(since)s
"""
# Orders of moments that have passed: they came of age, or left the window.
OF_MOMENTS = """
    SELECT partner_id FROM sale_order
     WHERE date_order >= %(start)s AND date_order < %(end)s
"""


def written_sql(scheme, last, today):
    """Return the query of the IDs of contacts, the same one perhaps several times.

    :param last: the log of the run since which
    :param today: up to which day orders count now
    """
    tz, since = scheme.tz, last._get_seen_until()
    end_then, end = utc_end(last.date, tz), utc_end(today, tz)
    passed = [(end_then, end)]
    if months := scheme.lookback_months:
        window = relativedelta(months=months)
        passed.append([utc_start(day - window, tz) for day in (last.date, today)])
    others = [SQL(OF_MOMENTS, start=start, end=end) for start, end in passed]
    for source in scheme._get_sources():
        others.append(source.written(since))
        others += [source.get_of_moments(*moments) for moments in passed]
    if scheme.guests_by_email:
        others.append(SQL(DECIDED, since))
    return SQL(
        WRITTEN,
        since=since,
        then=last.date,
        today=today,
        end_then=end_then,
        end=end,
        others=SQL(" UNION ALL ").join(others),
    )
