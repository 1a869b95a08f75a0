# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""CDNOW: 69,659 purchases of 23,570 customers, as real sale orders.

The data set is Bruce Hardie's (brucehardie.com, notes/026), as shipped in the wheel of
lifetimes. The file has a few purchases on the same day of the same customer: each is an
order.
"""

import importlib.util
from pathlib import Path

import pandas as pd

from odoo.tools import SQL


def read_purchases():
    """Return a frame of customer, date and amount, one row per purchase."""
    folder = importlib.util.find_spec("lifetimes").submodule_search_locations[0]
    frame = pd.read_csv(
        Path(folder) / "datasets" / "CDNOW_master.txt",
        sep=r"\s+",
        header=0,
        names=["customer", "date", "quantity", "amount"],
        dtype={"customer": str, "date": str},
    )
    frame["date"] = pd.to_datetime(frame["date"], format="%Y%m%d")
    frame["cents"] = (frame["amount"] * 100).round().astype("int64")
    return frame


def load_orders(env, frame):
    """Insert the purchases as confirmed orders; return {customer: partner ID}."""
    customers = sorted(frame["customer"].unique())
    partners = _insert_partners(env, customers)
    rows = [
        (partners[customer], f"{date:%Y-%m-%d} 10:00:00", cents / 100)
        for customer, date, cents in zip(
            frame["customer"], frame["date"], frame["cents"], strict=True
        )
    ]
    insert_orders(env, rows)
    return partners


def _insert_partners(env, customers):
    rows = env.execute_query(
        SQL(
            """
            WITH template AS (SELECT autopost_bills FROM res_partner LIMIT 1)
            INSERT INTO res_partner (
                name, complete_name, ref, active, type, partner_share, is_company,
                autopost_bills, supplier_rank, customer_rank, create_date, write_date
            )
            SELECT 'CDNOW ' || c, 'CDNOW ' || c, 'rfm-' || c, TRUE, 'contact', TRUE,
                   FALSE, template.autopost_bills, 0, 0, now(), now()
              FROM unnest(%s) c, template
            RETURNING id, substr(ref, 5)
            """,
            customers,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
        [[partner for partner, _customer in rows]],
    )
    env.invalidate_all()
    return {customer: partner for partner, customer in rows}


def insert_orders(env, rows):
    """Insert confirmed orders: (partner ID, moment, amount)."""
    partner_ids, moments, amounts = map(list, zip(*rows, strict=True))
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order (
                name, company_id, partner_id, partner_invoice_id, partner_shipping_id,
                state, date_order, currency_id, currency_rate, amount_untaxed,
                amount_tax, amount_total, picking_policy, warehouse_id, create_date,
                write_date
            )
            SELECT 'CDNOW' || row_number() OVER (), %(company)s, p, p, p, 'sale', d,
                   %(currency)s, 1, a, 0, a, 'direct', %(warehouse)s, now(), now()
              FROM unnest(
                       %(partners)s, %(moments)s::timestamp[], %(amounts)s::numeric[]
                   ) AS t(p, d, a)
            """,
            company=env.company.id,
            currency=env.company.currency_id.id,
            warehouse=env["stock.warehouse"].search([], limit=1).id,
            partners=partner_ids,
            moments=moments,
            amounts=amounts,
        )
    )


def score_customers(frame, today, bins=5):
    """Compute R, F and M from the definition, with pandas only.

    score = 1 + floor(bins * L / N), L being how many have a strictly worse value.
    """
    frame = frame[frame["date"] <= pd.Timestamp(today)]
    facts = frame.groupby("customer").agg(
        last=("date", "max"), orders=("date", "size"), cents=("cents", "sum")
    )
    count = len(facts)
    for axis, column in (("r", "last"), ("f", "orders"), ("m", "cents")):
        worse = facts[column].rank(method="min").astype("int64") - 1
        facts[axis] = 1 + (bins * worse) // count
    facts["days"] = (pd.Timestamp(today) - facts["last"]).dt.days
    return facts
