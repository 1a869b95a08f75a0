# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Does Mindbox know what it should? Counts, sums and differences, night by night."""

import logging
import traceback
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..endpoint.mindbox_route import LIVE_STATES
from ..outbox.mindbox_ledger import KIND_EVENTS, KIND_SELECTION, KINDS

_logger = logging.getLogger(__name__)

JOB_KEY = "mindbox.reconcile."
KEPT_DAYS = 30
# So many customers, at most, are rebuilt in a run to see whether they have changed.
CANDIDATES = 20_000
CHUNK = 1000


class MindboxReconciliation(models.Model):
    """One comparison of Odoo with what Mindbox has accepted."""

    _name = "mindbox.reconciliation"
    _description = "Mindbox Reconciliation"
    _order = "id desc"
    _rec_name = "endpoint_id"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    currency_id = fields.Many2one(related="endpoint_id.currency_id")
    state = fields.Selection(
        [("queued", "In the queue"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="queued",
    )
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)
    difference_count = fields.Integer(
        string="To Mend",
        readonly=True,
        help="Differences for which somebody has to do something.",
    )
    waiting_count = fields.Integer(
        string="On Their Way",
        readonly=True,
        help="Differences that end by themselves: the request waits.",
    )
    read_count = fields.Integer(
        string="Read Back",
        readonly=True,
        help="So many records were read from Mindbox and compared field by field.",
    )
    read_note = fields.Char(string="Reading", readonly=True)
    day_ids = fields.One2many("mindbox.reconciliation.day", "run_id", readonly=True)

    customers_expected = fields.Integer(compute="_compute_totals", string="Customers")
    customers_told = fields.Integer(compute="_compute_totals")
    orders_expected = fields.Integer(compute="_compute_totals", string="Orders")
    orders_told = fields.Integer(compute="_compute_totals")
    orders_amount = fields.Monetary(compute="_compute_totals", string="Order Total")
    orders_told_amount = fields.Monetary(compute="_compute_totals")
    cards_expected = fields.Integer(compute="_compute_totals", string="Cards")
    cards_told = fields.Integer(compute="_compute_totals")
    cards_amount = fields.Float(
        compute="_compute_totals", string="Balances", digits=(16, 2)
    )
    cards_told_amount = fields.Float(compute="_compute_totals", digits=(16, 2))

    @api.depends("day_ids")
    def _compute_totals(self):
        groups = self.env["mindbox.reconciliation.day"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "kind"],
            ["expected:sum", "told:sum", "amount:sum", "told_amount:sum"],
        )
        totals = {(run.id, kind): sums for run, kind, *sums in groups}
        for run in self:
            for kind in KINDS:
                sums = totals.get((run.id, kind), (0, 0, 0, 0))
                run[f"{kind}_expected"], run[f"{kind}_told"] = sums[:2]
                if kind != "customers":
                    run[f"{kind}_amount"], run[f"{kind}_told_amount"] = sums[2:]

    # === COMPARING === #

    def _compare(self):
        """Compare and write down days and differences, all in one snapshot."""
        self.ensure_one()
        self.started_at = fields.Datetime.now()
        try:
            with self.env.cr.savepoint():
                self._fill_comparison()
                self._write_days()
                self._write_differences()
                self.env.cr.execute("DROP TABLE mindbox_comparison")
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            # The text of an exception may hold personal data: only its kind is kept.
            where = traceback.extract_tb(error.__traceback__)[-1]
            name = type(error).__name__
            _logger.error("Reconciliation of %s: %s in %s", self, name, where)
            self.write({"state": "failed", "error": name})
            return
        self._count_differences()
        self.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _fill_comparison(self):
        """Put what is expected beside what was told into a table of its own."""
        self.env.flush_all()
        kinds = tuple(self.endpoint_id._get_told_kinds()) or ("",)
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE mindbox_comparison ON COMMIT DROP AS
                SELECT kind, res_id,
                       COALESCE(expected.partner_id, known.partner_id) AS partner_id,
                       COALESCE(expected.date, known.date,
                                known.acknowledged_at::date) AS date,
                       expected.created_at IS NOT NULL AS expected,
                       known.id IS NOT NULL AS told,
                       expected.amount, known.amount AS told_amount,
                       expected.changed_at, expected.created_at,
                       known.acknowledged_at, known.digest, known.reference,
                       NULL::varchar AS problem
                  FROM (%(expected)s) AS expected
                  FULL JOIN (
                       SELECT * FROM mindbox_ledger
                        WHERE endpoint_id = %(endpoint)s AND kind IN %(kinds)s
                  ) AS known USING (kind, res_id)
                """,
                expected=self.endpoint_id._get_expected(),
                endpoint=self.endpoint_id.id,
                kinds=kinds,
            ),
            log_exceptions=False,
        )
        self._accept_what_was()
        self._find_problems()
        self._find_changed_customers()

    def _accept_what_was(self):
        """What Mindbox was told in its time may stay: a cancelled order, a card
        without an owner. Its total is the one of that time.
        """
        for kind in ("orders", "cards"):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE mindbox_comparison compared
                       SET expected = TRUE, amount = told_amount
                     WHERE kind = %s AND NOT expected
                       AND EXISTS (SELECT FROM %s record
                                    WHERE record.id = compared.res_id)
                    """,
                    kind,
                    SQL.identifier(self.env[KINDS[kind]]._table),
                )
            )

    def _find_problems(self):
        self.env.cr.execute(
            """
            UPDATE mindbox_comparison
               SET problem = CASE WHEN NOT told THEN 'missing'
                                  WHEN NOT expected THEN 'extra'
                                  ELSE 'amount' END
             WHERE NOT told OR NOT expected OR amount != told_amount
            """
        )

    def _find_changed_customers(self):
        """Rebuild the customers that were written to since they were told."""
        candidates = self.env.execute_query(
            SQL(
                """
                SELECT res_id, digest FROM mindbox_comparison
                 WHERE kind = 'customers' AND problem IS NULL
                   AND changed_at > acknowledged_at
                 ORDER BY random() LIMIT %s
                """,
                CANDIDATES,
            )
        )
        for start in range(0, len(candidates), CHUNK):
            told = dict(candidates[start : start + CHUNK])
            changed = self._get_changed(told)
            self.env.cr.execute(
                "UPDATE mindbox_comparison SET problem = 'data'"
                " WHERE kind = 'customers' AND res_id = ANY(%s)",
                (changed,),
            )
            self.env.invalidate_all()

    def _get_changed(self, told):
        """Return which customers have other data now.

        :param dict told: {partner ID: digest of what was told}
        """
        endpoint, ledger = self.endpoint_id, self.env["mindbox.ledger"]
        partners = endpoint._with_sender(self.env["res.partner"].browse(told))
        return [
            partner.id
            for partner in partners
            if ledger._get_digest(partner._mindbox_profile(endpoint))
            != told[partner.id]
        ]

    # === WRITING IT DOWN === #

    def _write_days(self):
        self.day_ids.unlink()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mindbox_reconciliation_day (
                    run_id, kind, date, expected, told, difference, amount, told_amount)
                SELECT %s, kind, date,
                       count(*) FILTER (WHERE expected), count(*) FILTER (WHERE told),
                       count(problem),
                       COALESCE(sum(amount) FILTER (WHERE expected), 0),
                       COALESCE(sum(told_amount) FILTER (WHERE told), 0)
                  FROM mindbox_comparison
                 GROUP BY kind, date
                """,
                self.id,
            )
        )
        self.invalidate_recordset()

    def _write_differences(self):
        """Add new differences, refresh known ones, tick off those that are gone."""
        requests = [
            SQL("(%s, %s, %s)", kind, KINDS[kind], event)
            for kind, events in KIND_EVENTS.items()
            for event in events
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mindbox_difference (
                    endpoint_id, run_id, kind, res_id, partner_id, problem, date,
                    amount, told_amount, reference, request_id, detail, cause, state,
                    found_at, seen_at)
                SELECT %(endpoint)s, %(run)s, compared.kind, compared.res_id,
                       partner.id, compared.problem, compared.date, compared.amount,
                       compared.told_amount, compared.reference, request.id,
                       request.error, %(cause)s, 'open', %(now)s, %(now)s
                  FROM mindbox_comparison compared
                  LEFT JOIN res_partner partner ON partner.id = compared.partner_id
                  LEFT JOIN LATERAL (
                       SELECT request.id, request.state, request.error
                         FROM mindbox_request request
                         JOIN (VALUES %(events)s) AS told (kind, model, event)
                           ON told.event = request.event
                          AND told.model = request.res_model
                        WHERE request.res_id = compared.res_id
                          AND request.endpoint_id = %(endpoint)s
                          AND told.kind = compared.kind
                        ORDER BY request.state != 'pending',
                                 request.state != 'rejected', request.id DESC
                        LIMIT 1
                  ) AS request ON compared.problem != 'extra'
                 WHERE compared.problem IS NOT NULL
                    ON CONFLICT (endpoint_id, kind, res_id, problem) DO UPDATE
                   SET run_id = excluded.run_id, partner_id = excluded.partner_id,
                       date = excluded.date, amount = excluded.amount,
                       told_amount = excluded.told_amount,
                       reference = excluded.reference,
                       request_id = excluded.request_id, detail = excluded.detail,
                       cause = excluded.cause, seen_at = excluded.seen_at,
                       found_at = CASE WHEN mindbox_difference.state = 'resolved'
                                       THEN excluded.found_at
                                       ELSE mindbox_difference.found_at END,
                       state = CASE WHEN mindbox_difference.state = 'sent'
                                     AND excluded.cause = 'waits'
                                    THEN 'sent' ELSE 'open' END
                """,
                endpoint=self.endpoint_id.id,
                run=self.id,
                now=self.started_at,
                events=SQL(", ").join(requests),
                cause=self._get_cause(),
            ),
            log_exceptions=False,
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE mindbox_difference
                   SET state = 'resolved', seen_at = %(now)s
                 WHERE endpoint_id = %(endpoint)s AND run_id IS DISTINCT FROM %(run)s
                   AND state != 'resolved' AND problem NOT IN ('other', 'unseen')
                """,
                endpoint=self.endpoint_id.id,
                run=self.id,
                now=self.started_at,
            )
        )
        self.env["mindbox.difference"].invalidate_model()

    def _get_cause(self):
        """Return the expression of why a record differs."""
        return SQL(
            """
            CASE
                WHEN compared.problem = 'extra' THEN CASE
                    WHEN compared.kind != 'customers' THEN 'gone'
                    WHEN EXISTS (
                        SELECT FROM mindbox_erasure erasure
                         WHERE erasure.endpoint_id = %(endpoint)s
                           AND erasure.customer_id_value = compared.res_id::varchar)
                    THEN 'erased'
                    WHEN EXISTS (SELECT FROM res_partner gone
                                  WHERE gone.id = compared.res_id) THEN 'excluded'
                    WHEN compared.partner_id != compared.res_id THEN 'merged'
                    ELSE 'gone' END
                WHEN request.state = 'pending' THEN 'waits'
                WHEN request.state IN ('rejected', 'skipped', 'cancelled')
                THEN request.state
                WHEN request.state = 'sent' AND compared.problem = 'missing' THEN 'lost'
                WHEN compared.problem = 'missing' AND compared.created_at < (
                    SELECT min(acknowledged_at) FROM mindbox_ledger
                     WHERE endpoint_id = %(endpoint)s) THEN 'before'
                ELSE 'unrecorded' END
            """,
            endpoint=self.endpoint_id.id,
        )

    def _count_differences(self):
        differences = self.env["mindbox.difference"]
        domain = [("endpoint_id", "=", self.endpoint_id.id)]
        self.difference_count = differences.search_count(
            [*domain, ("needs_attention", "=", True)]
        )
        self.waiting_count = differences.search_count(
            [*domain, ("state", "!=", "resolved"), ("cause", "=", "waits")]
        )

    # === BUTTONS === #

    def action_view_differences(self):
        """Open what differs now."""
        return self.endpoint_id.action_view_differences()

    def action_view_days(self):
        """Open the days of this run."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_reconciliation_day_action"
        )
        return action | {"domain": [("run_id", "in", self.ids)]}

    # === RETENTION === #

    @api.autovacuum
    def _gc_runs(self):
        """Remove runs and ticked off differences of long ago."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("create_date", "<", limit)]).unlink()
        settled = [("state", "=", "resolved"), ("seen_at", "<", limit)]
        self.env["mindbox.difference"].search(settled).unlink()


class MindboxReconciliationDay(models.Model):
    _name = "mindbox.reconciliation.day"
    _description = "Day of a Mindbox Reconciliation"
    _order = "date desc, kind"
    _log_access = False

    run_id = fields.Many2one(
        "mindbox.reconciliation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    kind = fields.Selection(KIND_SELECTION, required=True)
    date = fields.Date(
        string="Day",
        help="When the customer or the card was created, or the order placed (UTC).",
    )
    expected = fields.Integer(
        string="In Odoo", help="So many records of the day belong into Mindbox."
    )
    told = fields.Integer(
        string="In Mindbox", help="So many of them Mindbox has accepted."
    )
    difference = fields.Integer(string="Differences")
    amount = fields.Float(
        string="Amount in Odoo",
        digits=(16, 2),
        help="Order totals in the currency of the integration point, or balances.",
    )
    told_amount = fields.Float(string="Amount in Mindbox", digits=(16, 2))


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    reconcile_nightly = fields.Boolean(
        string="Compare Every Night",
        default=True,
        help="Compare what should be in Mindbox with what it has accepted.",
    )
    difference_alert = fields.Integer(
        string="Tell From",
        default=1,
        help="So many differences to mend, and the responsible person gets an "
        "activity. It ends when less than half of them are left. 0 is never.",
    )
    difference_count = fields.Integer(
        string="Differences", compute="_compute_difference_count"
    )

    _difference_alert_check = models.Constraint(
        "CHECK(difference_alert >= 0)",
        "Tell of differences from 1 on; 0 is never.",
    )

    def _compute_difference_count(self):
        # Who may see the integration point may know how much differs.
        groups = (
            self.env["mindbox.difference"]
            .sudo()
            ._read_group(
                [("endpoint_id", "in", self.ids), ("needs_attention", "=", True)],
                ["endpoint_id"],
                ["__count"],
            )
        )
        counts = {endpoint.id: count for endpoint, count in groups}
        for endpoint in self:
            endpoint.difference_count = counts.get(endpoint._origin.id, 0)

    def action_view_differences(self):
        """Open the differences of these integration points."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_difference_action"
        )
        return action | {"domain": [("endpoint_id", "in", self.ids)]}

    def action_reconcile(self):
        """Queue a comparison with what Mindbox has accepted.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: the integration point was never started
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        if drafts := self.filtered(lambda e: e.state not in LIVE_STATES):
            raise UserError(
                self.env._(
                    "Start the integration point “%s” first: in draft nothing is "
                    "recorded, so there is nothing to compare.",
                    drafts[0].name,
                )
            )
        runs = self.sudo()._queue_reconciliation()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_reconciliation_action"
        )
        if len(runs) == 1:
            action |= {"res_id": runs.id, "views": [(False, "form")]}
        return action

    @api.model
    def _cron_reconcile(self):
        """Compare every night, each integration point in a job of its own."""
        domain = [("state", "in", LIVE_STATES), ("reconcile_nightly", "=", True)]
        self.search(domain)._queue_reconciliation()

    def _queue_reconciliation(self):
        """Return the runs that wait for their job, one per integration point."""
        runs = self.env["mindbox.reconciliation"]
        for endpoint in self:
            waiting = runs.search(
                [("endpoint_id", "=", endpoint.id), ("state", "=", "queued")], limit=1
            )
            runs |= waiting or runs.create({"endpoint_id": endpoint.id})
            endpoint.with_company(endpoint.company_id).with_delay(
                identity_key=f"{JOB_KEY}{endpoint.id}",
                description=self.env._("Compare with Mindbox: %s", endpoint.name),
            )._reconcile()
        return runs

    def _reconcile(self):
        """Work off the run that waits; then read a sample back, in another job."""
        self.ensure_one()
        run = self.env["mindbox.reconciliation"].search(
            [("endpoint_id", "=", self.id), ("state", "=", "queued")], limit=1
        )
        if not run:
            return self.env._("Nothing waits to be compared.")
        run._compare()
        self.invalidate_recordset(["difference_count"])
        self._watch(self._measure()[self])
        if run.state == "done" and self._get_read_operations():
            self.with_delay(
                description=self.env._("Read from Mindbox: %s", self.name),
            )._read_back(run.id)
        return self.env._("Differences to mend: %s.", run.difference_count)

    def _measure(self):
        """Add ``differences``: how many somebody has to mend."""
        return {
            endpoint: {**measures, "differences": endpoint.difference_count}
            for endpoint, measures in super()._measure().items()
        }

    def _get_threshold(self, code):
        if code == "differences":
            return max(self.difference_alert - 0.5, 0)
        return super()._get_threshold(code)
