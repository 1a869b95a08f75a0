# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The SQL of a run: aggregate, score, assign, write only what changed.

Everything happens in one transaction: a run that is killed leaves all as it was.
Scores: equal values share a score, 1 + how many thresholds lie strictly below the
value. With the percentile_disc thresholds of equal shares this is the same as
1 + floor(bins * L / N), L being the number of customers with a strictly worse value.
"""

import hashlib
import time
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.modules import module
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..scheme.rfm_scheme import AXES, CUT_FIELDS, FACT_FIELDS

# Advisory lock: one run per scheme, on whichever node.
LOCK_CLASS = 0x52464D
LOCK_RETRY = 5
# Up to so many orders a preview counts anew; above, it takes the last run's facts.
FRESH_ORDERS = 300_000

# What a run sets for its transaction, and gives back.
PLAN_SETTINGS = (
    "work_mem",
    "jit",
    "enable_nestloop",
    "enable_hashagg",
    "enable_indexscan",
    "parallel_setup_cost",
    "parallel_tuple_cost",
)

# What facts depend on; each has an index by the time of writing.
SOURCES = ("sale_order", "sale_order_line", "account_move", "res_partner")

FACTS = SQL.identifier("rfm_facts")
FACT_COLUMNS = ("first_order_date", "last_order_date", "order_count", "amount")
PROFILE_COLUMNS = (*FACT_COLUMNS, "r_score", "f_score", "m_score", "segment_id")


class Facts(NamedTuple):
    """Where facts come from: a relation, when they were counted, thresholds then."""

    source: SQL
    counted_at: datetime | None = None
    run: models.BaseModel | None = None

    def has_scores(self, cuts, today):
        """Whether the profiles hold the very scores that these thresholds give.

        Days since the last order grow alike for everybody, and so do the thresholds
        of R.
        """
        if not self.run:
            return False
        aged = (today - self.run.date).days
        known = self.run.cut_points
        return cuts == known | {"r": [days + aged for days in known["r"]]}


class RfmScheme(models.Model):
    _inherit = "rfm.scheme"

    # === THE JOB === #

    @api.model
    def _cron_compute(self):
        """Queue a run of every active scheme."""
        for scheme in self.search([("state", "=", "active")]):
            scheme._queue_run()

    def _queue_run(self):
        """Return the log of a new run; one that still waits is not doubled."""
        waiting = self.env["rfm.run"].search(
            [("scheme_id", "=", self.id), ("state", "=", "queued")], limit=1
        )
        run = waiting or self.env["rfm.run"].sudo().create({"scheme_id": self.id})
        self.sudo().with_user(SUPERUSER_ID).with_delay(
            identity_key=f"rfm.compute.{self.id}",
            description=self.env._("RFM segments: %s", self.name),
        )._job_compute(run.id)
        return run

    def _job_compute(self, run_id):
        """Compute the segments of all customers."""
        run = self.env["rfm.run"].browse(run_id).exists()
        if self.state != "active" or not run:
            return self.env._("The scheme is not active.")
        self._close_interrupted(run)
        run.write({"state": "running", "started_at": fields.Datetime.now()})
        self._commit()
        try:
            self._compute(run)
        except (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:
            self._report_failure(run, error)
            raise
        return self.env._("%s customers moved.", run.changed)

    def _commit(self):
        # The job function has "Allow commit": the log shows at once that it runs.
        if not module.current_test:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _close_interrupted(self, run):
        """Say so in the log of runs that were killed."""
        self.run_ids.filtered(lambda r: r.state == "running" and r != run).write(
            {
                "state": "failed",
                "error": self.env._("Interrupted: nothing was changed."),
            }
        )

    def _report_failure(self, run, error):
        """Say why in the log; all else of the run's transaction is undone."""
        if module.current_test:
            return
        self.env.cr.rollback()
        with self.env.registry.cursor() as cr:
            run.with_env(run.env(cr=cr)).write(
                {
                    "state": "failed",
                    "error": str(error),
                    "finished_at": fields.Datetime.now(),
                }
            )

    def _get_today(self):
        """Return the date where the company is."""
        now = datetime.now(timezone.utc)
        return now.astimezone(ZoneInfo(self.tz)).date()

    # === A RUN === #

    def _compute(self, run=None, today=None):
        """Give every customer scores and a segment; return the log.

        :param run: the log to fill, a new one by default
        :param today: the last day whose orders count, today by default
        """
        self.ensure_one()
        self = self._as_system()
        started = time.monotonic()
        today = today or self._get_today()
        self.env.flush_all()
        run = self.env["rfm.run"].browse(run and run.id) or self.env["rfm.run"].create(
            {"scheme_id": self.id}
        )
        self._lock_run()
        self._load_facts(today, self.id)
        cuts = self._get_cuts(FACTS, today)
        self._keep_cuts(cuts, today)
        written, changed, rules_digest = self._write_changes(run, cuts, today)
        moved = changed + self._retire_other_schemes(run, today)
        stock = self._take_stock(today)
        self._use_usual_plans()
        for model in ("rfm.profile", "rfm.transition", "res.partner"):
            self.env[model].invalidate_model()
        run.write(
            {
                "date": today,
                "cut_points": cuts,
                "facts": self._get_facts_key()
                | {"rules": rules_digest, "method": self.method}
                | stock.pop("thinness"),
                "written": written,
                "changed": moved,
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "duration": time.monotonic() - started,
                **stock,
            }
        )
        self._after_run(run)
        return run

    def _as_system(self):
        """A run sees all there is, in the company of the scheme."""
        company = self.company_id
        context = {"allowed_company_ids": company.ids, "lang": company.partner_id.lang}
        return self.with_env(self.env(user=SUPERUSER_ID, su=True, context=context))

    def _lock_run(self):
        [(locked,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_CLASS, self.id)
        )
        if not locked:
            raise RetryableJobError(
                self.env._("Another run is at work."),
                seconds=LOCK_RETRY,
                ignore_retry=True,
            )

    def _use_set_plans(self):
        """Leave PostgreSQL room for a million customers, within this transaction.

        Everything here joins whole tables: a nested loop is only ever chosen where
        statistics are missing, and then takes minutes instead of a second.
        """
        self.env.cr.execute(
            "SET LOCAL work_mem TO '256MB'; SET LOCAL jit TO off; "
            "SET LOCAL enable_nestloop TO off"
        )

    def _use_sorted_plans(self):
        """Let millions of orders be sorted by all cores before they are added up.

        A hash table of a million customers misses the processor's cache at every
        order; after a sort the sums of one customer are next to each other. Orders
        are never fetched one by one by an index: all of them are needed.
        """
        self.env.cr.execute(
            "SET LOCAL enable_hashagg TO off; SET LOCAL enable_indexscan TO off; "
            "SET LOCAL parallel_setup_cost TO 0; SET LOCAL parallel_tuple_cost TO 0"
        )

    def _use_usual_plans(self):
        self.env.cr.execute("; ".join(f"RESET {name}" for name in PLAN_SETTINGS))

    def _after_run(self, run):
        """What follows a run within its transaction; other files add to it."""

    # === FACTS: one pass over the orders === #

    def _load_facts(self, today, scheme_id):
        """Count the orders of all customers into a temporary table.

        Beside them stands what a scheme knew of each: one join serves the comparison
        and both kinds of who is new and who is gone.
        """
        # The ORM looks up users and companies here: with the usual plans.
        customers = self._customers_sql()
        self._use_set_plans()
        self._create_temp("rfm_corrections", self._corrections_sql(today))
        corrected = self.env.cr.rowcount > 0
        facts = self._facts_sql(today, corrected, customers)
        self._use_sorted_plans()
        self._create_temp("rfm_facts", self._compared_sql(facts, scheme_id))
        self._use_usual_plans()
        self._use_set_plans()

    def _create_temp(self, name, query):
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(
            SQL("CREATE TEMP TABLE %s ON COMMIT DROP AS %s", table, query)
        )

    def _compared_sql(self, facts, scheme_id):
        """Return the query of facts beside the profiles; who is gone has no facts."""
        return SQL(
            """
            SELECT fresh.*, (%(fresh)s) IS DISTINCT FROM (%(old)s) AS ordered,
                   old.id AS profile_id, old.partner_id AS old_partner_id,
                   old.segment_id AS old_segment_id, old.previous_segment_id,
                   old.segment_since, old.r_score AS old_r, old.f_score AS old_f,
                   old.m_score AS old_m
              FROM (%(facts)s) fresh
              FULL JOIN (SELECT * FROM rfm_profile WHERE scheme_id = %(scheme)s) old
                     ON old.partner_id = fresh.partner_id
            """,
            fresh=_columns(FACT_COLUMNS, "fresh"),
            old=_columns(FACT_COLUMNS, "old"),
            facts=facts,
            scheme=scheme_id,
        )

    def _facts_sql(self, today, corrected, customers):
        """Return the query of first and last order, orders and amount by customer.

        :param bool corrected: whether anything is to be taken off orders
        :param SQL customers: the relation of all who may have a segment
        """
        digits = self.currency_id.decimal_places
        return SQL(
            """
            WITH bought AS (%(bought)s)
            SELECT c.id AS partner_id,
                   %(first)s AS first_order_date,
                   %(last)s AS last_order_date,
                   b.order_count, round(b.amount, %(digits)s) AS amount
              FROM %(customers)s c %(join)s bought b ON b.partner_id = c.id
             WHERE b.partner_id IS NOT NULL OR c.is_prospect
            """,
            bought=self._bought_sql(today, corrected),
            first=self._local_date_sql("b.first_at"),
            last=self._local_date_sql("b.last_at"),
            digits=digits,
            customers=customers,
            join=SQL("LEFT JOIN" if self.include_prospects else "JOIN"),
        )

    def _local_date_sql(self, column):
        """Return the company's day of a UTC moment."""
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", SQL(column), self.tz
        )

    def _utc_start(self, day):
        """Return the moment, in UTC, when a day begins for the company."""
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.tz))
        return start.astimezone(timezone.utc).replace(tzinfo=None)

    def _bought_sql(self, today, corrected):
        """Return the query that adds up orders by customer.

        Moments are compared and put together in UTC; only the first and the last of
        a customer become days. Contacts of a company are put together afterwards:
        only those who have one are added up twice.
        """
        in_window = SQL()
        if self.lookback_months:
            since = self._utc_start(today - relativedelta(months=self.lookback_months))
            in_window = SQL("FILTER (WHERE o.date_order >= %s)", since)
        by_contact = SQL(
            """
            SELECT o.partner_id, min(o.date_order) AS first_at,
                   max(o.date_order) AS last_at,
                   count(*) %(in_window)s AS order_count,
                   COALESCE(sum(%(net)s) %(in_window)s, 0) AS amount
              FROM sale_order o %(corrections)s
             WHERE o.state = 'sale' AND o.company_id = %(company)s
               AND o.date_order < %(end)s %(not_returned)s %(not_free)s
             GROUP BY o.partner_id
            """,
            in_window=in_window,
            net=self._net_sql(corrected),
            corrections=SQL("LEFT JOIN rfm_corrections x ON x.order_id = o.id")
            if corrected
            else SQL(),
            company=self.company_id.id,
            end=self._utc_start(today + timedelta(days=1)),
            not_returned=SQL("AND x.returned IS NOT TRUE") if corrected else SQL(),
            not_free=SQL() if self.count_zero_orders else SQL("AND o.amount_total > 0"),
        )
        if self.partner_level == "contact":
            return by_contact
        return SQL(
            """
            WITH by_contact AS MATERIALIZED (%s), family AS (
                SELECT id, commercial_partner_id FROM res_partner
                 WHERE commercial_partner_id != id
            ), touched AS (
                SELECT id FROM family
                 UNION SELECT commercial_partner_id FROM family
            )
            SELECT * FROM by_contact
             WHERE partner_id NOT IN (SELECT id FROM touched)
             UNION ALL
            SELECT COALESCE(f.commercial_partner_id, b.partner_id), min(first_at),
                   max(last_at), sum(order_count)::bigint, sum(amount)
              FROM by_contact b LEFT JOIN family f ON f.id = b.partner_id
             WHERE b.partner_id IN (SELECT id FROM touched)
             GROUP BY 1
            """,
            by_contact,
        )

    def _net_sql(self, corrected):
        """Return an order's amount in the currency of the company, by its own rate."""
        amount = SQL.identifier("o", f"amount_{self.amount_basis}")
        net = credited = SQL()
        if corrected:
            net = SQL("- COALESCE(x.delivery, 0)")
            credited = SQL("- COALESCE(x.credited, 0)")
        return SQL(
            """
            CASE WHEN o.currency_rate = 1 THEN %(amount)s %(net)s
                 ELSE (%(amount)s %(net)s) / COALESCE(NULLIF(o.currency_rate, 0), 1)
            END %(credited)s
            """,
            amount=amount,
            net=net,
            credited=credited,
        )

    def _corrections_sql(self, today):
        """Return the query of what is taken off single orders.

        Posted credit notes by the lines they give back, the delivery where it does
        not count, and orders given back as a whole: nothing is left at the customer,
        or all of the amount was credited.
        """
        price = SQL.identifier(
            "price_subtotal" if self.amount_basis == "untaxed" else "price_total"
        )
        goods = SQL() if self.include_delivery else SQL("AND s.is_delivery IS NOT TRUE")
        delivery = SQL(
            """
            UNION ALL
            SELECT order_id, 0, %s, FALSE FROM sale_order_line WHERE is_delivery
            """,
            price,
        )
        return SQL(
            """
            WITH given_back AS (
                SELECT s.order_id, l.%(price)s
                       / COALESCE(NULLIF(m.invoice_currency_rate, 0), 1) AS credited,
                       0 AS delivery, FALSE AS returned
                  FROM account_move m
                  JOIN account_move_line l ON l.move_id = m.id
                  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
                  JOIN sale_order_line s ON s.id = rel.order_line_id
                 WHERE m.move_type = 'out_refund' AND m.state = 'posted'
                   AND m.company_id = %(company)s AND m.invoice_date <= %(today)s
                   AND l.display_type = 'product'
                   AND s.is_downpayment IS NOT TRUE %(goods)s
                UNION ALL
                SELECT s.order_id, 0, 0, TRUE
                  FROM sale_order_line s
                 WHERE s.display_type IS NULL AND s.is_delivery IS NOT TRUE
                   AND s.order_id IN (
                       SELECT r.order_id
                         FROM stock_move back
                         JOIN sale_order_line r ON r.id = back.sale_line_id
                        WHERE back.origin_returned_move_id IS NOT NULL
                          AND back.state = 'done' AND back.date < %(end)s
                   )
                 GROUP BY s.order_id HAVING max(s.qty_delivered) <= 0
                %(delivery)s
            )
            SELECT g.order_id, sum(g.credited) AS credited,
                   sum(g.delivery) AS delivery,
                   bool_or(g.returned) OR (
                       sum(g.credited) > 0 AND sum(g.credited) >=
                       (o.%(amount)s - sum(g.delivery))
                       / COALESCE(NULLIF(o.currency_rate, 0), 1) - 0.005
                   ) AS returned
              FROM given_back g JOIN sale_order o ON o.id = g.order_id
             WHERE o.company_id = %(company)s AND o.state = 'sale'
             GROUP BY g.order_id, o.id
            """,
            price=price,
            amount=SQL.identifier(f"amount_{self.amount_basis}"),
            company=self.company_id.id,
            today=today,
            end=self._utc_start(today + timedelta(days=1)),
            goods=goods,
            delivery=SQL() if self.include_delivery else delivery,
        )

    def _customers_sql(self):
        """Return the relation of all who may have a segment, as the ORM finds them."""
        partners = self.env["res.partner"].with_context(active_test=False)
        public = partners._mindbox_public_ids()
        domain = Domain("active", "=", True) & Domain("partner_share", "=", True)
        domain &= Domain("id", "not in", list(public))
        query = partners._search(domain & Domain(self._get_customer_domain()))
        is_prospect = SQL("FALSE")
        if self.include_prospects:
            is_prospect = SQL(
                """
                res_partner.supplier_rank = 0 AND %s
                AND (res_partner.company_id IS NULL OR res_partner.company_id = %s)
                AND res_partner.id NOT IN (SELECT partner_id FROM res_company)
                """,
                SQL("res_partner.commercial_partner_id = res_partner.id")
                if self.partner_level == "commercial"
                else SQL("(res_partner.type = 'contact' OR res_partner.is_company)"),
                self.company_id.id,
            )
        return SQL(
            "(%s OFFSET 0)",
            query.select("res_partner.id", SQL("%s AS is_prospect", is_prospect)),
        )

    # === THRESHOLDS === #

    def _get_cuts(self, source, today):
        """Return {axis: thresholds}; those of R are days, falling."""
        if self.method == "fixed" or self._is_frozen(today):
            parsed = (self._parse_cuts(field) for field in CUT_FIELDS)
            return dict(zip(AXES, parsed, strict=True))
        return self._measure_cuts(source, today)

    def _keep_cuts(self, cuts, today):
        """Freeze the thresholds of a run, and show them where they are edited."""
        if self.method == "frozen" and not self._is_frozen(today):
            self.write(_cut_values(cuts) | {"frozen_on": today})

    def _is_frozen(self, today):
        """Whether the kept thresholds are still good for today."""
        if self.method != "frozen" or not self.frozen_on:
            return False
        if any(len(self._parse_cuts(name)) != self.bins - 1 for name in CUT_FIELDS):
            return False
        end = self.frozen_on + relativedelta(months=self.frozen_months)
        return not self.frozen_months or today < end

    def _measure_cuts(self, source, today):
        """Return the thresholds of equal shares of those who have ordered."""
        shares = [score / self.bins for score in range(1, self.bins)]
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT percentile_disc(%(shares)s::float[])
                           WITHIN GROUP (ORDER BY last_order_date),
                       percentile_disc(%(shares)s::float[])
                           WITHIN GROUP (ORDER BY order_count),
                       percentile_disc(%(shares)s::float[])
                           WITHIN GROUP (ORDER BY amount)
                  FROM %(source)s facts
                 WHERE last_order_date IS NOT NULL
                """,
                shares=shares,
                source=source,
            )
        )
        if row[0] is None:  # nobody has ordered yet
            return {axis: [0.0] * len(shares) for axis in AXES}
        dates, orders, amounts = row
        return {
            "r": [float((today - date).days) for date in dates],
            "f": [float(count) for count in orders],
            "m": [float(amount) for amount in amounts],
        }

    # === SCORES AND RULES === #

    def _scored_sql(self, source, cuts, today, more=None):
        """Return the query of facts with days and scores; unknown stays unknown.

        OFFSET 0 keeps PostgreSQL from working a score out again for every rule.
        """
        return SQL(
            """
            SELECT *, r_score * 121 + f_score * 11 + m_score AS cell
              FROM (
                  SELECT facts.*, %(r)s AS r_score, %(f)s AS f_score, %(m)s AS m_score
                    FROM (
                        SELECT partner_id, first_order_date, last_order_date,
                               order_count, amount,
                               %(today)s - last_order_date AS recency,
                               %(today)s - first_order_date AS age %(more)s
                          FROM %(source)s source
                      OFFSET 0
                    ) facts
                OFFSET 0
              ) scored
            OFFSET 0
            """,
            source=source,
            more=more or SQL(),
            today=SQL("%s::date", today),
            r=_score_sql("recency", "<", cuts["r"]),
            f=_score_sql("order_count", ">", cuts["f"]),
            m=_score_sql("amount", ">", cuts["m"]),
        )

    def _winner_sql(self, rules=None):
        """Return the position of the first rule that matches, as one CASE."""
        rules = self.rule_ids.sorted() if rules is None else rules
        predicates = [rule._to_sql() for rule in rules]
        return SQL(
            "CASE %s END",
            SQL(" ").join(
                SQL("WHEN %s THEN %s", predicate, position)
                for position, predicate in enumerate(predicates)
            ),
        )

    def _find_winner(self, profile):
        """Return the position of the rule that wins for one profile, as it is."""
        [(position,)] = self.env.execute_query(
            SQL(
                """
                SELECT %(winner)s FROM (
                    SELECT *, %(today)s - last_order_date AS recency,
                           %(today)s - first_order_date AS age,
                           r_score * 121 + f_score * 11 + m_score AS cell
                      FROM rfm_profile WHERE id = %(id)s
                ) customer
                """,
                winner=self._winner_sql(),
                today=SQL("%s::date", self._get_today()),
                id=profile.id,
            )
        )
        return position

    # === CHANGES === #

    def _write_changes(self, run, cuts, today):
        """Write the changed profiles and who moved, all in one statement.

        Nobody else writes here, see :meth:`_lock_run`.

        :return: how many profiles were written, how many customers moved, and a
            digest of rules and settings that decide beside the facts
        """
        winner = self._winner_sql()
        digest = self._get_rules_digest(winner)
        last = (self.last_run_id.facts or {}).get("rules")
        [(written, changed)] = self.env.execute_query(
            SQL(
                """
                WITH changes AS MATERIALIZED (%(changes)s),
                added AS (%(add)s), changed AS (%(change)s), gone AS (%(remove)s),
                moves AS (%(move)s)
                SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM changed)
                       + (SELECT count(*) FROM gone), (SELECT count(*) FROM moves)
                """,
                changes=self._changes_sql(cuts, today, winner),
                add=self._add_sql(today),
                change=self._change_sql(today),
                remove=self._remove_sql(),
                move=self._move_sql(
                    run, today, "ageing" if last in (None, digest) else "rules"
                ),
            )
        )
        return written, changed, digest

    def _get_rules_digest(self, winner):
        segments = self.rule_ids.sorted().segment_id.ids
        positions = [segments.index(r.segment_id.id) for r in self.rule_ids.sorted()]
        settled = (self.method, self.bins, self.min_stay_days, positions)
        code = self.env.cr.mogrify(winner.code, winner.params)
        return hashlib.sha1(code + repr(settled).encode()).hexdigest()

    def _changes_sql(self, cuts, today, winner):
        """Return the query of all customers who differ from their profiles.

        In the order of the customers: so the indexes of the tables grow at one end.
        """
        more = SQL(
            ", ordered, profile_id, old_partner_id, old_segment_id, "
            "previous_segment_id, segment_since, old_r, old_f, old_m"
        )
        return SQL(
            """
            SELECT * FROM (
                SELECT *,
                       CASE WHEN partner_id IS NULL THEN NULL
                            WHEN segment_since > %(stay)s THEN old_segment_id
                            ELSE (%(segments)s::int[])[1 + %(winner)s]
                       END AS segment_id
                  FROM (%(scored)s) customer
            ) compared
             WHERE ordered OR partner_id IS NULL OR profile_id IS NULL
                OR (r_score, f_score, m_score) IS DISTINCT FROM (old_r, old_f, old_m)
                OR segment_id IS DISTINCT FROM old_segment_id
             ORDER BY partner_id
            """,
            stay=SQL("%s::date", today - timedelta(days=self.min_stay_days)),
            segments=[rule.segment_id.id for rule in self.rule_ids.sorted()],
            winner=winner,
            scored=self._scored_sql(FACTS, cuts, today, more),
        )

    def _add_sql(self, today):
        return SQL(
            """
            INSERT INTO rfm_profile (scheme_id, partner_id, %(columns)s, segment_since)
            SELECT %(scheme)s, partner_id, %(columns)s, %(today)s
              FROM changes WHERE profile_id IS NULL RETURNING 1
            """,
            columns=_columns(PROFILE_COLUMNS),
            scheme=self.id,
            today=SQL("%s::date", today),
        )

    def _change_sql(self, today):
        return SQL(
            """
            UPDATE rfm_profile p SET (
                %(columns)s, previous_segment_id, segment_since
            ) = (
                %(new)s,
                CASE WHEN moves THEN c.old_segment_id ELSE c.previous_segment_id END,
                CASE WHEN moves THEN %(today)s ELSE c.segment_since END
            )
              FROM (
                  SELECT *, segment_id IS DISTINCT FROM old_segment_id AS moves
                    FROM changes
                   WHERE profile_id IS NOT NULL AND partner_id IS NOT NULL
              ) c
             WHERE p.id = c.profile_id RETURNING 1
            """,
            columns=_columns(PROFILE_COLUMNS),
            new=_columns(PROFILE_COLUMNS, "c"),
            today=SQL("%s::date", today),
        )

    def _remove_sql(self):
        return SQL(
            """
            DELETE FROM rfm_profile p USING changes c
             WHERE p.id = c.profile_id AND c.partner_id IS NULL RETURNING 1
            """
        )

    def _move_sql(self, run, today, otherwise):
        """Return the statement that records who moved, and why.

        :param otherwise: the reason where the orders are the same
        """
        return SQL(
            """
            INSERT INTO rfm_transition (
                scheme_id, run_id, partner_id, date, from_segment_id,
                to_segment_id, reason
            )
            SELECT %(scheme)s, %(run)s, COALESCE(partner_id, old_partner_id),
                   %(today)s, old_segment_id, segment_id,
                   CASE WHEN profile_id IS NULL THEN 'new'
                        WHEN partner_id IS NULL THEN 'left'
                        WHEN ordered THEN 'orders' ELSE %(otherwise)s END
              FROM changes
             WHERE segment_id IS DISTINCT FROM old_segment_id RETURNING 1
            """,
            scheme=self.id,
            run=run.id,
            today=SQL("%s::date", today),
            otherwise=otherwise,
        )

    def _retire_other_schemes(self, run, today):
        """Remove the profiles of schemes that were active before this one.

        :return: how many customers have left all segments with them
        """
        others = self.search([("company_id", "=", self.company_id.id)]) - self
        left = self._execute_count(
            SQL(
                """
                INSERT INTO rfm_transition (
                    scheme_id, run_id, partner_id, date, from_segment_id, reason
                )
                SELECT %(scheme)s, %(run)s, partner_id, %(today)s, segment_id, 'left'
                  FROM rfm_profile
                 WHERE scheme_id = ANY(%(others)s) AND partner_id NOT IN (
                     SELECT partner_id FROM rfm_profile WHERE scheme_id = %(scheme)s
                 )
                """,
                scheme=self.id,
                run=run.id,
                today=today,
                others=others.ids,
            )
        )
        others._forget_customers()
        return left

    def _forget_customers(self):
        """Remove the profiles of these schemes."""
        self._execute_count(
            SQL("DELETE FROM rfm_profile WHERE scheme_id = ANY(%s)", self.ids)
        )
        self.env["rfm.profile"].invalidate_model()

    def _execute_count(self, query):
        """Execute a statement and return how many rows it wrote."""
        self.env.cr.execute(query)
        return self.env.cr.rowcount

    # === WHERE FACTS ARE TAKEN FROM WITHOUT A RUN === #

    def _get_facts_key(self):
        """Return what the facts depend on beside the orders, as JSON."""
        return {
            name: getattr(value, "id", value)
            for name, value in ((name, self[name]) for name in FACT_FIELDS)
        }

    def _get_facts(self, today):
        """Return facts for a preview: counted now, or by the last run if that is long.

        A million customers are previewed in an instant because the last run's facts
        are at hand; they are taken as long as nothing that they depend on was written.
        """
        run = self._get_active_run()
        self.env.flush_all()
        if (
            run
            and self._count_orders_about() > FRESH_ORDERS
            and self._has_good_facts(run, today)
        ):
            source = SQL(
                "(SELECT * FROM rfm_profile WHERE scheme_id = %s)", run.scheme_id.id
            )
            return Facts(source, run.finished_at, run)
        self._load_facts(today, self._get_active_id(self.company_id.id) or 0)
        self._use_usual_plans()
        return Facts(FACTS)

    def _get_active_run(self):
        """Return the last run of the scheme that gives customers their segments."""
        active = self.browse(self._get_active_id(self.company_id.id))
        return active.last_run_id

    def _count_orders_about(self):
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT reltuples::bigint FROM pg_class "
                "WHERE oid = 'sale_order'::regclass"
            )
        )
        return count

    def _has_good_facts(self, run, today):
        """Whether a run now would count the same facts as that run."""
        key = self._get_facts_key()
        same = all((run.facts or {}).get(name) == key[name] for name in key)
        # With each day, orders leave the window.
        aged = self.lookback_months and run.date != today
        return same and not aged and not self._has_changes_since(run, today)

    def _has_changes_since(self, run, today):
        """Whether anything that facts depend on was written, or came of age, since.

        Computed fields count, too: the ORM stamps a row for whatever it stores in it.
        """
        since = run.started_at
        changed = SQL(" UNION ALL ").join(
            SQL("SELECT 1 FROM %s WHERE write_date > %s", SQL.identifier(table), since)
            for table in SOURCES
        )
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1 FROM sale_order
                     WHERE date_order >= %(end_then)s AND date_order < %(end_now)s
                       AND company_id = %(company)s AND state = 'sale'
                     UNION ALL %(changed)s LIMIT 1
                    """,
                    end_then=self._utc_start(run.date + timedelta(days=1)),
                    end_now=self._utc_start(today + timedelta(days=1)),
                    company=self.company_id.id,
                    changed=changed,
                )
            )
        )

    def _get_preview_cuts(self, facts, today):
        """Return thresholds for a preview; those of the facts' run where they serve."""
        run = facts.run
        relative = self.method == "quantile" or not self._is_frozen(today)
        if run and self.method != "fixed" and relative:
            active = run.scheme_id
            if (active.method, active.bins) == ("quantile", self.bins):
                aged = (today - run.date).days
                return run.cut_points | {"r": [d + aged for d in run.cut_points["r"]]}
        return self._get_cuts(facts.source, today)


def _score_sql(value, operator, cuts):
    """Return 1 + how many thresholds are worse than the value; of nothing, nothing.

    The best score is tried first: thresholds are in order, so the first that the value
    passes settles it.
    """
    name = SQL(value)
    # A whole number is compared as one: several times as fast as a decimal.
    limits = [int(cut) if cut == int(cut) else cut for cut in cuts]
    tries = [
        SQL("WHEN %s %s %s THEN %s", name, SQL(operator), limit, score)
        for score, limit in reversed(list(enumerate(limits, 2)))
    ]
    return SQL("CASE %s WHEN %s IS NOT NULL THEN 1 END", SQL(" ").join(tries), name)


def _columns(names, alias=None):
    parts = [(alias, name) if alias else (name,) for name in names]
    return SQL(", ").join(SQL.identifier(*part) for part in parts)


def _cut_values(cuts):
    return {
        field: ", ".join(f"{cut:.10f}".rstrip("0").rstrip(".") for cut in cuts[axis])
        for axis, field in zip(AXES, CUT_FIELDS, strict=True)
    }
