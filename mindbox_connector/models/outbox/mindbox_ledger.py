# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox has been told and has acknowledged, kept when the requests are gone."""

import hashlib
import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .json_text import CLEAR, to_json, to_text

# What is told of one record, and its column types.
LEDGER_COLUMNS = {
    "res_id": "int4",
    "partner_id": "int4",
    "reference": "varchar",
    "date": "date",
    "amount": "numeric",
    "digest": "varchar",
    "state": "jsonb",
}


class MindboxLedger(models.Model):
    """One row for each record that Mindbox knows by an integration point.

    Requests are removed after weeks and their bodies after days. This narrow table
    stays, so that both sides can be compared at any time. It holds no contacts and no
    names: of a customer only a digest, keyed with a secret of this database.
    """

    _name = "mindbox.ledger"
    _description = "Record That Mindbox Knows"
    _order = "acknowledged_at desc, id desc"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    kind = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_kind_selection(),
        required=True,
        readonly=True,
    )
    res_id = fields.Integer(
        string="Record ID", required=True, readonly=True, aggregator=None
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reference = fields.Char(
        readonly=True, help="The number by which Mindbox knows the order."
    )
    date = fields.Date(
        readonly=True, help="When the order was placed, as Mindbox was first told."
    )
    amount = fields.Float(
        string="Told Amount",
        digits=(16, 2),
        readonly=True,
        help="The total of an order in the currency of the integration point; the "
        "balance of a card: the sum of all changes that Mindbox has accepted.",
    )
    digest = fields.Char(
        readonly=True,
        help="A fingerprint of the customer's data as they were told. The data cannot "
        "be read from it.",
    )
    state = fields.Json(
        string="Told State",
        readonly=True,
        help="What Mindbox was told of it besides: the status of an order, an answer "
        "to a channel.",
    )
    state_text = fields.Char(string="In Words", compute="_compute_state_text")
    acknowledged_at = fields.Datetime(
        required=True,
        readonly=True,
        help="When Mindbox has last accepted it.",
    )
    known_from = fields.Selection(
        [("accepted", "Accepted"), ("processed", "Processed")],
        string="Known To Be",
        required=True,
        readonly=True,
        help="Accepted: the call is in Mindbox's queue, and what becomes of it there "
        "is not known yet. Processed: Mindbox has done what it was told.",
    )
    origin = fields.Selection(
        [("request", "Requests"), ("import", "Historical import")],
        required=True,
        readonly=True,
    )

    _record_uniq = models.UniqueIndex("(endpoint_id, kind, res_id)")

    @api.depends("state")
    def _compute_state_text(self):
        for row in self:
            row.state_text = say_state(row.state)

    # === WRITING IT DOWN === #

    @api.model
    def _acknowledge(self, endpoint, kind, rows):
        """Write down what an import has told Mindbox, in one statement.

        Call it in the transaction that records the chunk as accepted. A record that
        is in the ledger already is overwritten with what was told last; a value that
        is missing or None leaves what was told before.

        :param endpoint: the ``mindbox.endpoint`` by which it was told
        :param str kind: a code of the catalogue's kinds
        :param list rows: dicts, one for each record and no record twice, with
            ``res_id``: the ID of the partner, order or card (int);
            ``partner_id``: the ID of its customer, for customers the same (int);
            and what fits the kind:
            ``amount``: the order's total or the card's *whole* balance, in units of
            the endpoint's currency or points (number);
            ``date``: the day the order was placed (date);
            ``reference``: the order's ID at Mindbox (str);
            ``digest``: of the customer's profile, see :meth:`_get_digest` (str);
            ``state``: what else was told, as bodies tell it (dict)
        """
        if rows:
            values = [{name: row.get(name) for name in LEDGER_COLUMNS} for row in rows]
            self._upsert(
                SQL(
                    """
                    SELECT %(endpoint)s::int4, %(kind)s, 'import', new.*
                      FROM json_to_recordset(%(rows)s::json) AS new (%(types)s)
                     ORDER BY new.res_id
                    """,
                    endpoint=endpoint.id,
                    kind=kind,
                    types=SQL(", ").join(
                        SQL("%s %s", SQL.identifier(name), SQL(type_))
                        for name, type_ in LEDGER_COLUMNS.items()
                    ),
                    rows=to_json(values),
                ),
                SQL("COALESCE(excluded.amount, mindbox_ledger.amount)"),
            )

    @api.model
    def _acknowledge_requests(self, request_ids):
        """Write down what accepted requests have told Mindbox, in one statement.

        What was told is read from the bodies that have left. A change of a balance
        counts once, however often it is sent: by its transaction ID Mindbox counts it
        once, too.

        :param list request_ids: IDs of requests that Mindbox has accepted just now
        """
        self._upsert(
            self._join_told(self._get_told_by(request_ids)),
            SQL(
                """
                CASE WHEN excluded.kind = ANY(%s)
                     THEN COALESCE(mindbox_ledger.amount, 0) + excluded.amount
                     ELSE COALESCE(excluded.amount, mindbox_ledger.amount) END
                """,
                self._get_summed_kinds(),
            ),
        )
        self._confirm_requests(request_ids)

    def _upsert(self, rows, amount):
        """Insert or overwrite rows of the ledger.

        :param SQL rows: a query of endpoint, kind, origin and :data:`LEDGER_COLUMNS`
        :param SQL amount: the new amount of a record that is there already
        """
        self.env["mindbox.request"]._execute(
            SQL(
                """
                INSERT INTO mindbox_ledger (
                    endpoint_id, kind, origin, res_id, partner_id, reference, date,
                    amount, digest, state, acknowledged_at, known_from)
                SELECT rows.*, date_trunc('second', now() at time zone 'UTC'),
                       'accepted'
                  FROM (%(rows)s) AS rows
                    ON CONFLICT (endpoint_id, kind, res_id) DO UPDATE
                   SET partner_id = excluded.partner_id,
                       origin = excluded.origin,
                       reference = COALESCE(
                           excluded.reference, mindbox_ledger.reference),
                       date = LEAST(excluded.date, mindbox_ledger.date),
                       amount = %(amount)s,
                       digest = COALESCE(excluded.digest, mindbox_ledger.digest),
                       state = CASE WHEN excluded.state IS NULL
                                    THEN mindbox_ledger.state
                                    ELSE COALESCE(NULLIF(
                                             mindbox_ledger.state, 'null'), '{}')
                                         || excluded.state END,
                       acknowledged_at = excluded.acknowledged_at,
                       known_from = excluded.known_from
                RETURNING id
                """,
                rows=rows,
                amount=amount,
            )
        )
        self.invalidate_model()

    @api.model
    def _get_digest(self, profile):
        """Return the digest of a customer's profile, as a body carries it.

        :param dict profile: the ``customer`` of a body
        :return: hexadecimal SHA-256, keyed with this database's secret
        """
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        told = {name: value for name, value in profile.items() if value != CLEAR}
        return hashlib.sha256(f"{secret}{to_text(told)}".encode()).hexdigest()

    # === MERGED AND ERASED CUSTOMERS === #

    @api.model
    def _forget_merged(self, endpoint, merges):
        """Forget customers that Mindbox has merged into others.

        :param merges: the bodies of the accepted calls, as texts
        """
        ids = {
            int(customer["ids"][endpoint.customer_id_name])
            for body in map(json.loads, merges)
            for customer in body["customersToMerge"]
            if customer != body["resultingCustomer"]
        }
        rows = ids and self.search(
            [
                ("endpoint_id", "=", endpoint.id),
                ("kind", "=", "customers"),
                ("res_id", "in", list(ids)),
            ]
        )
        if rows:
            rows.unlink()

    @api.model
    def _forget(self, partners):
        """Keep of erased customers only that Mindbox still knows them, by their ID.

        That is forgotten, too, once they are deleted in Mindbox.
        """
        rows = self.sudo().search([("partner_id", "in", partners.ids)])
        customers = rows.filtered(lambda row: row.kind == "customers")
        customers.digest = False
        (rows - customers).unlink()

    @api.model
    def _forget_customer(self, endpoint, customer_id):
        """Forget a customer who was deleted in Mindbox, by the ID of the contact."""
        self.sudo().search(
            [
                ("endpoint_id", "=", endpoint.id),
                ("kind", "=", "customers"),
                ("res_id", "=", customer_id),
            ]
        ).unlink()

    def _get_records(self):
        """Return {row: the record it is about, where that exists}."""
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        ids = defaultdict(list)
        for row in self:
            ids[row.kind].append(row.res_id)
        found = {
            (kind, record.id): record
            for kind, kind_ids in ids.items()
            for record in self.env[kinds[kind].model].browse(kind_ids).exists()
        }
        return {row: found.get((row.kind, row.res_id)) for row in self}


def say_state(state):
    """Return what is told of a record in words: {"Email//": true} is “Email: true”."""
    parts = ((key.strip("/"), value) for key, value in (state or {}).items())
    return ", ".join(f"{key}: {value}" if key else str(value) for key, value in parts)
