# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheme at work: active or not, queued, computed."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from .run import RUN, Run
from .signals import heard_sql
from .touched import families_sql

# The hour of the nightly run, where the company is.
NIGHT_HOUR = 2


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme", "mindbox.job"]

    include_branches = fields.Boolean(
        string="Branches Count",
        help="Whether orders of the company's branches are its orders, too.",
    )
    guests_by_email = fields.Boolean(
        string="Guests Count by E-mail",
        help="Whether what guests have bought counts as bought by the customer who "
        "owns their e-mail, as in Mindbox. Whose it is: see Shared Contacts.",
    )
    frequency = fields.Selection(
        [("day", "Each night"), ("hour", "Each hour")],
        string="Computed",
        required=True,
        default="day",
        help="When a run is due by itself. Hourly ones suit a large shop only where "
        "runs count what has changed, see Count Everybody after Days.",
    )
    full_days = fields.Integer(
        string="Count Everybody after Days",
        default=7,
        help="A run adds up the orders of those customers with whom something has "
        "changed. After so many days it does so for everybody, and tells of any "
        "difference; 0 always does. Rules that ask for fields of other records, or for "
        "dates, have every run count everybody.",
    )
    _full_days_check = models.Constraint(
        "CHECK(full_days >= 0)", "Days cannot be negative."
    )

    # === BUTTONS === #

    def action_activate(self):
        """Let this scheme give the company's customers their segments from now on.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.ensure_one()
        self.check_access("write")
        if not self.rule_ids:
            raise UserError(
                self.env._("A scheme without rules cannot tell customers apart.")
            )
        self._check_catch_all()
        scheme = self.sudo()
        scheme.search(
            [("company_id", "=", scheme.company_id.id), ("state", "=", "active")]
        ).state = "draft"
        scheme.state = "active"
        return self.action_compute()

    def action_deactivate(self):
        """Stop: the segments stay as they are until another scheme is active.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.check_access("write")
        self.sudo().state = "draft"
        return True

    def action_compute(self):
        """Queue a run; its log opens.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: the scheme is not active
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(
                self.env._(
                    "Activate the scheme first. Preview shows what would happen."
                )
            )
        run = self._queue_run()
        return {
            "type": "ir.actions.act_window",
            "res_model": "rfm.run",
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_refreeze(self):
        """Measure the shares again, in the next run.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.check_access("write")
        self.sudo().frozen_on = False
        return True

    # === WHAT COUNTS === #

    def _get_settings(self):
        return super()._get_settings() + ("include_branches", "guests_by_email")

    def _get_companies(self):
        """Return the companies whose orders count."""
        company = self.company_id
        if not self.include_branches:
            return company
        return company.sudo().search([("id", "child_of", company.ids)])

    def _get_sources(self):
        """Return the purchases that count beside sale orders; for add-ons.

        :return: list of :class:`~.sources.Source`
        """
        return []

    def _get_heard(self, today, customer=None):
        contacts = None
        if customer:
            family = families_sql(self, SQL("SELECT %s", customer.id))
            contacts = [row[0] for row in self.env.execute_query(family)]
        return heard_sql(self, today, contacts)

    # === THE JOB === #

    @api.model
    def _cron_compute(self):
        """Queue the run of each active scheme that has had none since one was due."""
        for scheme in self._find_active():
            since = [("started_at", ">=", scheme._get_due_since())]
            mine = [("scheme_id", "=", scheme.id), *since]
            if not self.env["rfm.run"].search_count(mine, limit=1):
                scheme._queue_run()

    @api.model
    def _find_active(self):
        """Return the schemes at work, of companies that are."""
        active = [("state", "=", "active"), ("company_id.active", "=", True)]
        return self.search(active)

    def _get_due_since(self):
        """Return the moment, in UTC, when the last run was due."""
        if self.frequency == "hour":
            # The scheduled action comes each hour, sometimes a little early.
            return fields.Datetime.now() - timedelta(minutes=50)
        return self._get_night()

    def _get_night(self):
        """Return the moment, in UTC, when the last nightly run was due."""
        zone = ZoneInfo(self.tz)
        now = datetime.now(zone)
        day = now.date() - timedelta(days=now.hour < NIGHT_HOUR)
        night = datetime.combine(day, time(NIGHT_HOUR), zone)
        return night.astimezone(timezone.utc).replace(tzinfo=None)

    def _queue_run(self):
        """Return the log of a new run; one that still waits is not doubled."""
        waiting = self.env["rfm.run"].search(
            [("scheme_id", "=", self.id), ("state", "=", "queued")], limit=1
        )
        run = waiting or self.env["rfm.run"].sudo().create({"scheme_id": self.id})
        description = self.env._("RFM segments: %s", self.name)
        self.sudo().with_user(SUPERUSER_ID)._put_job(RUN, description, run.id)
        return run

    def _job_compute(self, run_id):
        """Compute the segments of all customers."""
        run = self.env["rfm.run"].browse(run_id).exists()
        if self.state != "active" or not run:
            return self.env._("The scheme is not active.")
        # Who is at work says so itself: the log of a job that waits does not.
        if not self._lock_job(RUN):
            self._look_again(RUN)
        # The log shows at once that it runs.
        self._committed(run._start)
        try:
            self._compute(run)
        except (RetryableJobError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:
            self.env.cr.rollback()
            run._fail(error)
            raise
        return self.env._("%s customers moved.", run.changed)

    def _compute(self, run=None, today=None):
        """Give every customer scores and a segment; return the log.

        :param run: the log to fill, a new one by default
        :param today: the last day whose orders count, today by default
        """
        self.ensure_one()
        return Run(self, today, run).perform()

    def _after_run(self, run):
        """What follows a run within its transaction; other rooms add to it."""
