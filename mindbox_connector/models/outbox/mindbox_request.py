# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import logging
import uuid
from collections import defaultdict
from datetime import timedelta
from functools import lru_cache

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...catalogue import MODE_SELECTION
from ...wording import in_words

_logger = logging.getLogger(__name__)

# Column types of the rows that capture and delivery exchange with PostgreSQL.
COLUMN_TYPES = {
    "id": "int4",
    "endpoint_id": "int4",
    "operation_id": "int4",
    "partner_id": "int4",
    "import_chunk_id": "int4",
    "event": "varchar",
    "mode": "varchar",
    "res_model": "varchar",
    "res_id": "int4",
    "customer_key": "varchar",
    "merge_key": "varchar",
    "cleared": "varchar",
    "transaction_id": "varchar",
    "occurred_at": "timestamp",
    "next_attempt_at": "timestamp",
    "sent_at": "timestamp",
    "priority": "int4",
    "state": "varchar",
    "attempts": "int4",
    "http_status": "int4",
    "payload": "text",
    "response": "text",
    "error": "text",
    "device_uuid": "varchar",
    "customer_ip": "varchar",
}
# The same as being pending, in words of its own: statistics know of none that wait, so
# PostgreSQL would take any index on pending rows for the best one, and walk all of it.
WAITS = "state NOT IN ('sent', 'rejected', 'skipped', 'cancelled')"
GC_CHUNK = 10_000
STORAGE_PARAMETERS = """
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
    autovacuum_vacuum_cost_limit = 2000,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 50000
"""


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _description = "Mindbox Request"
    _order = "id desc"
    _rec_name = "transaction_id"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    operation_id = fields.Many2one(
        "mindbox.operation", readonly=True, ondelete="set null"
    )
    event = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_selection(),
        required=True,
        readonly=True,
    )
    mode = fields.Selection(MODE_SELECTION, readonly=True)
    res_model = fields.Char(string="Record Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        # An erased customer leaves no body behind.
        ondelete="cascade",
    )
    customer_key = fields.Char(
        readonly=True, help="Requests with the same key leave one after the other."
    )
    merge_key = fields.Char(
        readonly=True,
        help="What waits with the same key is one state, sent once in its newest form.",
    )
    cleared = fields.Char(
        readonly=True, help="Contacts of the customer that were removed in Odoo."
    )
    transaction_id = fields.Char(
        string="Transaction ID",
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
        help="By it Mindbox recognises a call it has already worked off.",
    )
    occurred_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    queued_at = fields.Datetime(
        readonly=True,
        help="Since when it waits again, where somebody has sent it again.",
    )
    priority = fields.Integer(readonly=True, default=10, aggregator=None)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("sent", "Sent"),
            ("rejected", "Rejected"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    was_accepted = fields.Boolean(
        readonly=True,
        help="Mindbox had accepted it before it was sent again. It recognises it by "
        "the transaction ID, so that it counts once.",
    )
    attempts = fields.Integer(readonly=True, default=0)
    next_attempt_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    sent_at = fields.Datetime(readonly=True)
    http_status = fields.Integer(string="HTTP Status", readonly=True, aggregator=None)
    error = fields.Text(string="Reason", readonly=True)
    reason = fields.Char(
        string="In Words",
        compute="_compute_reason",
        help="What happened to the request, or why it waits.",
    )
    payload = fields.Text(
        string="Body",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    response = fields.Text(
        string="Answer",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    payload_pretty = fields.Text(
        string="Formatted Body",
        compute="_compute_pretty",
        groups="mindbox_connector.group_mindbox_manager",
    )
    response_pretty = fields.Text(
        string="Formatted Answer",
        compute="_compute_pretty",
        groups="mindbox_connector.group_mindbox_manager",
    )
    device_uuid = fields.Char(
        string="Device UUID",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    customer_ip = fields.Char(
        string="Customer IP",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )

    _transaction_uniq = models.UniqueIndex("(transaction_id)")
    # Claiming walks this index from its beginning, however many rows are finished.
    _claim_idx = models.Index(
        "(endpoint_id, priority, id) WHERE state = 'pending'",
    )
    _deferred_idx = models.Index(
        "(endpoint_id, customer_key) WHERE state = 'pending' AND attempts > 0",
    )
    # While a backlog waits: who has done something just now, and what waits of his.
    _fresh_idx = models.Index(
        "(endpoint_id, priority, occurred_at) WHERE state = 'pending'",
    )
    _lane_idx = models.Index(f"(endpoint_id, customer_key, priority, id) WHERE {WAITS}")
    _merge_idx = models.Index(
        "(merge_key, endpoint_id) WHERE state = 'pending' AND payload IS NULL "
        "AND merge_key IS NOT NULL",
    )
    _record_idx = models.Index("(res_id, res_model)")
    _tried_idx = models.Index(
        "(merge_key, endpoint_id) WHERE state = 'pending' AND attempts > 0 "
        "AND merge_key IS NOT NULL",
    )
    # They are few, and counted whenever somebody looks at the integration point.
    _rejected_idx = models.Index(
        "(endpoint_id, next_attempt_at) WHERE state = 'rejected'"
    )
    # A finished row keeps the moment of its last attempt: occurred_at may be years
    # ago where history is imported.
    _finished_idx = models.Index(
        "(next_attempt_at, state, endpoint_id) WHERE state != 'pending'"
    )
    # What still has a body to empty; the weeks of rows without one are passed over.
    _body_idx = models.Index(
        "(next_attempt_at) WHERE state IN ('sent', 'skipped', 'cancelled') "
        "AND (payload IS NOT NULL OR response IS NOT NULL)",
    )
    # Lists of the few that were not sent, among millions that were.
    _outcome_idx = models.Index(
        "(state, id) WHERE state NOT IN ('pending', 'sent')",
    )

    def init(self):
        """Have PostgreSQL vacuum by count: a share of millions of rows is too late.

        Each row is written three times within seconds; what is left of the first two
        lies in the way of every claim.
        """
        self.env.cr.execute(
            SQL("ALTER TABLE mindbox_request SET (%s)", SQL(STORAGE_PARAMETERS))
        )

    # === FOR PEOPLE === #

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for model, requests in self.grouped("res_model").items():
            names = requests._get_record_names(model)
            for request in requests:
                request.res_name = names.get(request.res_id, "")

    def _get_record_names(self, model):
        """Return {ID: name} of the records that exist and may be read."""
        if model not in self.env:
            return {}
        records = self.env[model].browse(set(self.mapped("res_id")) - {0}).exists()
        records = records._filtered_access("read")
        return {record.id: record.display_name for record in records}

    @api.depends("event", "res_name")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for request in self:
            parts = [labels.get(request.event), request.res_name]
            request.display_name = ": ".join(filter(None, parts))

    def _get_record(self):
        """Return the record the request is about, if it exists and may be read."""
        if self.res_model not in self.env or not self.res_id:
            return None
        record = self.env[self.res_model].browse(self.res_id).exists()
        return record if record and record.has_access("read") else None

    @api.depends_context("lang")
    @api.depends(
        "state",
        "error",
        "attempts",
        "next_attempt_at",
        "endpoint_id.held_until",
        "endpoint_id.state",
    )
    def _compute_reason(self):
        for request in self:
            request.reason = request._get_reason()

    def _get_reason(self):
        if self.state == "sent":
            return self.env._("Mindbox has accepted it.")
        if self.state != "pending":
            return in_words(self.env, self.error)
        endpoint = self.endpoint_id
        if endpoint.state == "paused":
            return self.env._("Waits: the integration point is paused.")
        if endpoint.held_until and endpoint.held_until > fields.Datetime.now():
            return self.env._("Waits: %s", in_words(self.env, endpoint.hold_reason))
        if self.attempts and self.error:
            return self.env._(
                "Waits after attempt %(attempts)s: %(error)s",
                attempts=self.attempts,
                error=in_words(self.env, self.error),
            )
        return self.env._("Leaves in a moment.")

    @api.depends("payload", "response")
    def _compute_pretty(self):
        for request in self:
            request.payload_pretty = _prettify(request.payload)
            request.response_pretty = _prettify(request.response)

    # === BUTTONS === #

    def action_resend(self):
        """Send again: a state in its newest form, a fact as it was.

        A fact keeps its transaction ID, unless Mindbox refused it (then nothing was
        processed): so nothing can be counted twice.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: some have no body any more, or no record
        """
        self._check_manager()
        requests = self.sudo()
        for problem in requests._find_unsendable(self.ids):
            raise UserError(requests._explain_unsendable()[problem])
        requests._resend(self.ids)
        return True

    def _explain_unsendable(self):
        """Return {problem: why requests cannot be sent again}."""
        return {
            "body": self.env._(
                "The body of some requests has been removed already, as set in "
                "the retention of the settings. They cannot be sent again."
            ),
            "record": self.env._(
                "The record of some requests no longer exists: there is nothing to "
                "send."
            ),
        }

    @api.model
    def _find_unsendable(self, ids):
        """Return {problem: IDs} of the finished requests that cannot be sent again.

        A fact needs its body, a state the record it is built from.
        """
        self.flush_model()
        finished = SQL("id = ANY(%s) AND state != 'pending'", list(ids))
        query = SQL(
            """
            SELECT 'body', id FROM mindbox_request
             WHERE %(finished)s AND merge_key IS NULL AND COALESCE(payload, '') = ''
            """,
            finished=finished,
        )
        states = SQL("%s AND merge_key IS NOT NULL", finished)
        models_ = self.env.execute_query(
            SQL("SELECT DISTINCT res_model FROM mindbox_request WHERE %s", states)
        )
        for (model,) in models_:
            query = SQL(
                """
                %(query)s UNION ALL
                SELECT 'record', id FROM mindbox_request
                 WHERE %(states)s AND res_model = %(model)s
                   AND NOT EXISTS (%(record)s)
                """,
                query=query,
                states=states,
                model=model,
                record=self._get_record_query(model),
            )
        problems = defaultdict(list)
        for problem, request_id in self.env.execute_query(query):
            problems[problem].append(request_id)
        return dict(problems)

    def _get_record_query(self, model):
        """Return the query of the record of a request, none where its model is gone."""
        if model not in self.env:
            return SQL("SELECT WHERE FALSE")
        table = SQL.identifier(self.env[model]._table)
        return SQL("SELECT FROM %s AS record WHERE record.id = res_id", table)

    @api.model
    def _resend(self, ids):
        """Let finished requests wait again, in one statement; see action_resend.

        :param ids: of requests that can be sent, those that wait are left alone
        :return: how many wait now
        """
        self.flush_model()
        resent = self._execute(
            SQL(
                """
                UPDATE mindbox_request
                   SET state = 'pending', attempts = 0, next_attempt_at = %(now)s,
                       queued_at = %(now)s,
                       error = NULL, http_status = 0, response = NULL, sent_at = NULL,
                       was_accepted = merge_key IS NULL
                           AND (state = 'sent' OR was_accepted IS TRUE),
                       payload = CASE WHEN merge_key IS NULL THEN payload END,
                       transaction_id = CASE
                           WHEN merge_key IS NULL
                                AND (state != 'rejected' OR was_accepted IS TRUE)
                           THEN transaction_id ELSE gen_random_uuid()::varchar END
                 WHERE id = ANY(%(ids)s) AND state != 'pending'
                RETURNING endpoint_id
                """,
                now=fields.Datetime.now(),
                ids=list(ids),
            )
        )
        self.invalidate_model()
        endpoint_ids = {endpoint_id for (endpoint_id,) in resent}
        self.env["mindbox.endpoint"].browse(endpoint_ids)._kick_after_commit()
        return len(resent)

    def action_cancel(self):
        """Never send the selected requests that still wait.

        :raise AccessError: the user is no Mindbox manager
        """
        self._check_manager()
        waiting = self.sudo().filtered(lambda request: request.state == "pending")
        waiting.write(
            {
                "state": "cancelled",
                "error": self.env._("Cancelled by %s", self.env.user.name),
            }
        )
        return True

    def _check_manager(self):
        """Managers cannot write on requests: they act through these buttons only."""
        if not self.env.user.has_group("mindbox_connector.group_mindbox_manager"):
            raise AccessError(self.env._("Only Mindbox managers may do that."))
        self.check_access("read")

    def action_open_record(self):
        """Open the customer, card or order the request is about."""
        self.ensure_one()
        record = self._get_record()
        if not record:
            raise UserError(self.env._("This record no longer exists."))
        return record.get_formview_action()

    # === THE OUTBOX === #

    @api.model
    def _insert(self, rows, own_ids=(), savepoint=None):
        """Insert rows in one statement, in the caller's transaction.

        A state that this very transaction has recorded before is not repeated. Rows
        of other transactions are left alone: looking at them here could lose an
        update, wait for a lock or fail to serialise. They are merged after commit.

        :param list rows: dicts of column values, all with the same keys
        :param own_ids: transaction IDs of the rows this transaction has inserted
        :param str savepoint: name of one to be released along with it
        """
        columns, types = _column_lists(tuple(rows[0]))
        rows = [row | {"position": position} for position, row in enumerate(rows)]
        query = SQL(
            """
            INSERT INTO mindbox_request (%(columns)s)
            SELECT %(columns)s
              FROM json_to_recordset(%(rows)s::json) AS new (%(types)s, position int4)
             WHERE %(is_new)s
             ORDER BY position
            """,
            columns=columns,
            types=types,
            rows=to_json(rows),
            # Planning this takes longer than the rest: only where it can be true.
            is_new=_is_new(list(own_ids)) if own_ids else SQL("TRUE"),
        )
        if savepoint:
            # Along with it: the shop waits for one answer less.
            query = SQL("%s; RELEASE SAVEPOINT %s", query, SQL.identifier(savepoint))
        self.env.cr.execute(query, log_exceptions=False)

    @api.model
    def _insert_late(self, rows):
        """Insert, one by one, rows that their own transaction could not record.

        What they lead to may be gone: another operation is found by the event.
        """
        for row in rows:
            try:
                with self.env.cr.savepoint(flush=False):
                    self._insert([row | {"operation_id": None}])
            except psycopg2.Error as error:
                names = "event", "res_model", "res_id"
                what = {name: row[name] for name in names}
                _logger.error("%s is not recorded: %s", what, type(error).__name__)

    @api.model
    def _update(self, rows, guard=None):
        """Write rows, each its own values, in one statement.

        :param list rows: dicts with ``id`` and the columns to set, same keys in all
        :param SQL guard: which of them may be written to
        """
        names = [name for name in rows[0] if name != "id"]
        self._execute(
            SQL(
                """
                UPDATE mindbox_request
                   SET %(assignments)s
                  FROM json_to_recordset(%(rows)s::json) AS new (%(types)s)
                 WHERE mindbox_request.id = new.id AND %(guard)s
                RETURNING mindbox_request.id
                """,
                assignments=SQL(", ").join(
                    SQL("%s = new.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                ),
                types=_column_types(["id", *names]),
                guard=guard or SQL("TRUE"),
                rows=to_json(rows),
            )
        )
        self.browse(row["id"] for row in rows).invalidate_recordset()

    @api.model
    def _execute(self, query):
        """Execute a statement that carries bodies, and return its rows.

        Odoo would write a failing one to the log, with the personal data in it.
        """
        self.env.flush_query(query)
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchall()

    @api.model
    def _merge_waiting(self, transaction_ids):
        """Merge states that wait more than once, among them the given rows.

        Runs after the commit that made the rows, in a transaction of its own. The
        first row keeps its place in the queue. It is always written to: a delivery
        that took its snapshot before must fail to lock it, and look again.
        """
        waiting = self.env.execute_query_dict(
            SQL(
                """
                SELECT waiting.id, waiting.merge_key, waiting.endpoint_id,
                       waiting.event, waiting.operation_id, waiting.occurred_at,
                       waiting.cleared, waiting.priority
                  FROM mindbox_request waiting
                 WHERE waiting.state = 'pending' AND waiting.payload IS NULL
                   AND waiting.merge_key IS NOT NULL
                   AND (waiting.merge_key, waiting.endpoint_id) IN (
                       SELECT merge_key, endpoint_id FROM mindbox_request
                        WHERE transaction_id = ANY(%s)
                   )
                 ORDER BY waiting.id
                   FOR UPDATE OF waiting SKIP LOCKED
                """,
                list(transaction_ids),
            )
        )
        self._merge(waiting)

    @api.model
    def _merge(self, rows):
        """Keep the first of the locked, unsent rows of each state; drop the others.

        A row with a body stays as it is: it was tried, or is a fact.

        :param list rows: dicts in the order of the queue
        :return: the rows that are kept
        """
        ranks = self.env["mindbox.catalogue"]._get_ranks()
        kept, dropped, absorbing = {}, [], {}
        for row in rows:
            mergeable = row["merge_key"] and row.get("payload") is None
            key = mergeable and (row["endpoint_id"], row["merge_key"])
            first = kept.setdefault(key or row["id"], row)
            if first is not row:
                _absorb(first, row, ranks)
                dropped.append(row["id"])
                absorbing[first["id"]] = first
        if dropped:
            names = (
                "id",
                "event",
                "operation_id",
                "occurred_at",
                "cleared",
                "priority",
            )
            self._update([{n: row[n] for n in names} for row in absorbing.values()])
            self.env.execute_query(
                SQL(
                    "DELETE FROM mindbox_request WHERE id = ANY(%s) RETURNING id",
                    dropped,
                )
            )
        return list(kept.values())

    # === MERGED AND ERASED CUSTOMERS === #

    @api.model
    def _follow_survivor(self, merged_ids, survivor_id):
        """Let what waits for merged customers leave in the survivor's lane.

        Their foreign keys were moved already. A state of a merged customer is now a
        state of the survivor, also when it is sent again later; bodies that were
        tried and still wait stay as they are.
        """
        self.env.execute_query(
            SQL(
                """
                WITH follower AS (
                    SELECT id, res_model = 'res.partner'
                               AND (payload IS NULL OR state != 'pending') AS renamed
                      FROM mindbox_request
                     WHERE partner_id = ANY(%(partners)s)
                )
                UPDATE mindbox_request
                   SET customer_key = %(key)s,
                       res_id = CASE WHEN renamed THEN %(survivor)s ELSE res_id END,
                       merge_key = CASE
                           WHEN renamed
                           THEN split_part(merge_key, '/', 1) || %(suffix)s
                           ELSE merge_key END
                  FROM follower
                 WHERE follower.id = mindbox_request.id
                RETURNING mindbox_request.id
                """,
                key=f"partner-{survivor_id}",
                suffix=f"/res.partner/{survivor_id}",
                survivor=survivor_id,
                partners=[*merged_ids, survivor_id],
            )
        )

    @api.model
    def _join_lane(self, partner_ids, partner_id):
        """Let what waits for some customers leave before what comes for another one.

        Whatever is being sent at this moment is on its way already.
        """
        self.env.execute_query(
            SQL(
                """
                UPDATE mindbox_request SET customer_key = %(key)s
                 WHERE id IN (
                     SELECT id FROM mindbox_request
                      WHERE state = 'pending' AND partner_id = ANY(%(partners)s)
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                key=f"partner-{partner_id}",
                partners=list(partner_ids),
            )
        )

    @api.model
    def _forget(self, partners):
        """Leave no waiting request and no body of erased customers behind."""
        requests = self.sudo().search([("partner_id", "in", partners.ids)])
        personal = "payload", "response", "error", "device_uuid", "customer_ip"
        requests.write(dict.fromkeys(personal, False))
        waiting = requests.filtered(lambda request: request.state == "pending")
        waiting.write(
            {"state": "cancelled", "error": self.env._("The customer was erased.")}
        )

    # === RETENTION === #

    @api.autovacuum
    def _gc_requests(self):
        """Empty bodies and remove rows that are older than the settings say.

        :return: (rows done, whether more remain), for the autovacuum to call again
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        days = {
            name: max(0, int(get_param(f"mindbox_connector.{name}_days", default)))
            for name, default in RETENTION_DAYS.items()
        }
        chunks = (
            self._gc_bodies(days["body"]),
            self._gc_rows(("sent", "skipped", "cancelled"), days["row"]),
            self._gc_rows(("rejected",), days["rejected"]),
        )
        return sum(chunks), max(chunks) >= GC_CHUNK

    # An array is made once; a subquery with a limit may be evaluated once per row.

    def _gc_bodies(self, days):
        return len(
            self.env.execute_query(
                SQL(
                    """
                    UPDATE mindbox_request SET payload = NULL, response = NULL
                     WHERE id = ANY(ARRAY(
                         SELECT id FROM mindbox_request
                          WHERE state IN ('sent', 'skipped', 'cancelled')
                            AND next_attempt_at < %s
                            AND (payload IS NOT NULL OR response IS NOT NULL)
                          ORDER BY next_attempt_at
                          LIMIT %s
                            FOR UPDATE SKIP LOCKED
                     )) RETURNING id
                    """,
                    fields.Datetime.now() - timedelta(days=days),
                    GC_CHUNK,
                )
            )
        )

    def _gc_rows(self, states, days):
        return len(
            self.env.execute_query(
                SQL(
                    """
                    DELETE FROM mindbox_request WHERE id = ANY(ARRAY(
                        SELECT id FROM mindbox_request
                         WHERE state IN %s
                           AND next_attempt_at < %s
                         ORDER BY next_attempt_at
                         LIMIT %s
                           FOR UPDATE SKIP LOCKED
                    )) RETURNING id
                    """,
                    tuple(states),
                    fields.Datetime.now() - timedelta(days=days),
                    GC_CHUNK,
                )
            )
        )


RETENTION_DAYS = {"body": 3, "row": 30, "rejected": 180}


@lru_cache
def _column_lists(names):
    """Return columns as PostgreSQL lists them: (names, names with types)."""
    return SQL(", ").join(map(SQL.identifier, names)), _column_types(names)


def _is_new(own_ids):
    """Return the condition that no row of these says the same as ``new``."""
    return SQL(
        """
        NOT EXISTS (
            SELECT 1 FROM mindbox_request own
             WHERE own.transaction_id = ANY(%s)
               AND own.endpoint_id = new.endpoint_id
               AND own.merge_key = new.merge_key
               AND own.event = new.event
               AND (new.cleared IS NULL OR own.cleared = new.cleared)
        )
        """,
        own_ids,
    )


def _column_types(names):
    return SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL(COLUMN_TYPES[name])) for name in names
    )


def to_json(rows):
    """Return rows as JSON that PostgreSQL can take in.

    Its text holds neither NUL nor half of a surrogate pair; what Mindbox or a browser
    sends may hold both.
    """
    text = json.dumps(rows, default=str, ensure_ascii=False)
    if "\\u0000" in text:
        rows = [{name: _without_nul(row[name]) for name in row} for row in rows]
        text = json.dumps(rows, default=str, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def _without_nul(value):
    return value.replace("\0", "") if isinstance(value, str) else value


def _absorb(first, later, ranks):
    """Let a waiting row stand for a later one of the same state."""
    if ranks.get(later["event"], -1) < ranks.get(first["event"], -1):
        first["event"] = later["event"]
        first["operation_id"] = later["operation_id"]
    elif later["event"] == first["event"]:
        first["occurred_at"] = later["occurred_at"]
    cleared = {*(first["cleared"] or "").split(), *(later["cleared"] or "").split()}
    first["cleared"] = " ".join(sorted(cleared)) or None
    first["priority"] = min(first["priority"], later["priority"])


def _prettify(text):
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (TypeError, ValueError):
        return text
