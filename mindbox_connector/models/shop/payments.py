# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What transactions, invoices and credit notes say of the money of orders."""

from collections import defaultdict
from typing import NamedTuple

from odoo.tools import SQL

from .amounts import to_cents
from .money import Facts, Invoice, get_recharged

# Transactions of orders, with the refunds and part captures that belong to them.
TRANSACTIONS = """
    SELECT rel.sale_order_id AS order_id, tx.id, tx.state = 'done' AS is_done,
           tx.operation = 'refund' AS is_refund, tx.amount, FALSE AS is_part
      FROM sale_order_transaction_rel rel
      JOIN payment_transaction tx ON tx.id = rel.transaction_id
     WHERE rel.sale_order_id = ANY(%(ids)s)
     UNION
    SELECT rel.sale_order_id, tx.id, tx.state = 'done' AND (
               tx.operation = 'refund' OR source.state != 'done'),
           tx.operation = 'refund', tx.amount, TRUE
      FROM sale_order_transaction_rel rel
      JOIN payment_transaction source ON source.id = rel.transaction_id
      JOIN payment_transaction tx ON tx.source_transaction_id = source.id
     WHERE rel.sale_order_id = ANY(%(ids)s)
"""
# What lines of orders were invoiced, and credited; what is drafted counts as invoiced.
LINES = """
    SELECT line.order_id, line.id AS line_id, line.is_downpayment,
           line.price_total AS ordered,
           COALESCE(sum(entry.price_total) FILTER (
               WHERE move.move_type = 'out_invoice'), 0) AS invoiced,
           COALESCE(sum(entry.price_total) FILTER (
               WHERE move.move_type = 'out_refund' AND move.state = 'posted'), 0)
               AS credited
      FROM sale_order_line line
      JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
      JOIN account_move_line entry ON entry.id = rel.invoice_line_id
      JOIN account_move move ON move.id = entry.move_id
     WHERE line.order_id = ANY(%(ids)s) AND move.state != 'cancel'
     GROUP BY line.id
"""
# Posted invoices and credit notes of orders: the share of the order in each of them,
# and what was paid of it by other documents, and by transactions of the order.
DOCUMENTS = """
    WITH tx AS (%(transactions)s), document AS (
        SELECT line.order_id, move.id, sum(entry.price_total) AS amount
          FROM sale_order_line line
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
          JOIN account_move_line entry ON entry.id = rel.invoice_line_id
          JOIN account_move move ON move.id = entry.move_id
         WHERE line.order_id = ANY(%(ids)s) AND move.state = 'posted'
           AND move.move_type IN ('out_invoice', 'out_refund')
         GROUP BY line.order_id, move.id)
    SELECT document.*, move.move_type, move.reversed_entry_id AS reverses,
           move.amount_total, move.payment_state, move.amount_residual,
           COALESCE(reconciled.by_notes, 0) AS by_notes,
           COALESCE(reconciled.by_provider, 0) + COALESCE(loose.by_provider, 0)
               AS by_provider,
           COALESCE(loose.amount, 0) AS loose
      FROM document JOIN account_move move ON move.id = document.id
      LEFT JOIN LATERAL (
          SELECT sum(part.amount) FILTER (WHERE
                     other.move_type IN ('out_invoice', 'out_refund')) AS by_notes,
                 sum(part.amount) FILTER (WHERE EXISTS (
                     SELECT FROM tx WHERE tx.id = payment.payment_transaction_id
                        AND tx.order_id = document.order_id)) AS by_provider
            FROM account_move_line own
            JOIN LATERAL (
                SELECT debit_amount_currency AS amount, credit_move_id AS other_id
                  FROM account_partial_reconcile WHERE debit_move_id = own.id
                 UNION ALL
                SELECT credit_amount_currency, debit_move_id
                  FROM account_partial_reconcile WHERE credit_move_id = own.id
            ) AS part ON TRUE
            JOIN account_move_line entry ON entry.id = part.other_id
            JOIN account_move other ON other.id = entry.move_id
            LEFT JOIN account_payment payment ON payment.id = other.origin_payment_id
           WHERE own.move_id = document.id
      ) AS reconciled ON TRUE
      LEFT JOIN LATERAL (
          -- Payments that have no entry of their own.
          SELECT sum(payment.amount) AS amount,
                 sum(payment.amount) FILTER (WHERE EXISTS (
                     SELECT FROM tx WHERE tx.id = payment.payment_transaction_id
                        AND tx.order_id = document.order_id)) AS by_provider
            FROM account_move__account_payment rel
            JOIN account_payment payment ON payment.id = rel.payment_id
           WHERE rel.invoice_id = document.id AND payment.move_id IS NULL
             AND payment.state IN ('in_process', 'paid')
      ) AS loose ON TRUE
     ORDER BY document.id
"""
PAID = ("paid", "in_payment")


class LineMoney(NamedTuple):
    """What a line of an order was invoiced and credited, in cents."""

    ordered: int
    invoiced: int
    credited: int


class PaymentReader:
    """Reads the money of orders, many orders at once, in the currency of each."""

    def __init__(self, env, ids):
        self.env = env
        self.ids = list(ids)

    def read_orders(self):
        """Return {order ID: (Facts, {line ID: LineMoney})}; all these orders."""
        self.env.flush_all()
        lines, recharged = self.read_lines()
        received, sent_back = self.read_transactions()
        documents = self.read_documents()
        return {
            order_id: (
                Facts(
                    received[order_id],
                    sent_back[order_id],
                    *_put_together(documents[order_id]),
                    recharged[order_id],
                ),
                lines[order_id],
            )
            for order_id in self.ids
        }

    def read_transactions(self):
        received, sent_back = defaultdict(int), defaultdict(int)
        for row in self.env.execute_query_dict(SQL(TRANSACTIONS, ids=self.ids)):
            if row["is_done"]:
                found = sent_back if row["is_refund"] else received
                found[row["order_id"]] += to_cents(abs(row["amount"]))
        return received, sent_back

    def read_lines(self):
        lines, recharged = defaultdict(dict), defaultdict(int)
        for row in self.env.execute_query_dict(SQL(LINES, ids=self.ids)):
            names = ("ordered", "invoiced", "credited")
            money = LineMoney(*(to_cents(row[name]) for name in names))
            # A down payment is charged once more with the rest: it makes nothing
            # cheaper to give it back.
            if not row["is_downpayment"]:
                lines[row["order_id"]][row["line_id"]] = money
                recharged[row["order_id"]] += get_recharged(*money)
        return lines, recharged

    def read_documents(self):
        documents = defaultdict(list)
        query = SQL(
            DOCUMENTS, transactions=SQL(TRANSACTIONS, ids=self.ids), ids=self.ids
        )
        for row in self.env.execute_query_dict(query):
            documents[row["order_id"]].append(row)
        return documents


def _put_together(documents):
    """Return what was paid out for credit notes, the invoices, and the other notes."""
    notes = [row for row in documents if row["move_type"] == "out_refund"]
    invoices = [row for row in documents if row["move_type"] == "out_invoice"]
    credited = defaultdict(int)
    for note in notes:
        credited[note["reverses"]] += to_cents(note["amount"])
    given_out = sum(_settled(note) - _by_provider(note) for note in notes)
    made = tuple(
        Invoice(
            to_cents(row["amount"]),
            _settled(row),
            _by_provider(row),
            credited.pop(row["id"], 0),
        )
        for row in invoices
    )
    return max(0, given_out), made, sum(credited.values())


def _settled(row):
    """Return what was paid of a document, for the order, by anything but others."""
    paid = row["amount_total"] - row["amount_residual"] + row["loose"]
    if row["payment_state"] in PAID:
        paid = row["amount_total"]
    return _share(row, max(0, paid - row["by_notes"]))


def _by_provider(row):
    return _share(row, row["by_provider"])


def _share(row, amount):
    """Return the part of an amount of a document that is the order's, in cents."""
    total = row["amount_total"]
    return to_cents(amount * row["amount"] / total) if total else 0
