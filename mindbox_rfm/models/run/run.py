# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run over all customers, in SQL: aggregate, score, assign, write what changed.

Everything happens in one transaction: a run that is killed leaves all as it was.
"""

import time

from odoo import SUPERUSER_ID, fields

from odoo.addons.mindbox_connector.models.job.mindbox_job import Job

from ..result.stock import take_stock
from .aged import Aged
from .changes import Changes
from .customers import find_erased
from .cuts import Cuts
from .facts import FACTS_TABLE, Facts
from .plans import FEW_ROWS, WHOLE_TABLES, planned
from .touched import Touched, get_scope_key

RUN = Job("_job_compute", "rfm.compute.", lock=0x52464D, look_again=5)


class Run:
    """A run of a scheme, as of a day.

    .. attribute:: scheme

        The scheme, as the system sees it: a run sees all there is, in the company of
        the scheme.

    .. attribute:: today

        The last day whose orders count.

    .. attribute:: log

        The record of the run for people.
    """

    def __init__(self, scheme, today=None, log=None):
        self.scheme = as_system(scheme)
        self.env = self.scheme.env
        self.today = today or scheme._get_today()
        logs = self.env["rfm.run"]
        self.log = logs.browse(log and log.id) or logs.create({"scheme_id": scheme.id})

    def perform(self):
        """Give every customer scores and a segment; return the log.

        What was touched since the last run is counted anew. Once in a while everybody
        is: what that finds beyond is what the runs since then have missed.

        :raise RetryableJobError: another run of the scheme is at work
        """
        started = time.monotonic()
        self.env.flush_all()
        if not self.scheme._lock_job(RUN):
            self.scheme._look_again(RUN)
        self.log._note_horizon()
        self._forget_erased()
        changes = Changes(self.scheme, self.today)
        values = self._judge(changes)
        with planned(self.env.cr, WHOLE_TABLES):
            stock = take_stock(self.scheme, self.today)
        self.env["rfm.profile"]._reread()
        self.log.write(
            {
                "date": self.today,
                "facts": self._describe_facts(changes) | stock.pop("thinness"),
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "duration": time.monotonic() - started,
                **values,
                **stock,
            }
        )
        self.scheme._after_run(self.log)
        return self.log

    def _judge(self, changes):
        """Write who differs; return the values of the log that tell of it."""
        touched = Touched(self.scheme, self.today)
        with planned(self.env.cr, FEW_ROWS):
            found = touched.find()
        aged = None
        if found is not None:
            aged = Aged(self.scheme, self.today, found, touched.last)
        full = aged is None or touched.is_full_due()
        judge = self._judge_all if full else self._judge_touched
        cuts, written, moved, missed = judge(changes, aged)
        return {
            "cut_points": cuts,
            "written": written,
            "changed": moved,
            "scope": "all" if full else "touched",
            "touched": len(found or ()),
            "missed": missed,
        }

    def _judge_all(self, changes, aged):
        """Count everybody, as a check of who alone would have been judged; return
        thresholds, profiles written, customers moved, customers missed.
        """
        facts = Facts(self.scheme, self.today)
        with planned(self.env.cr, WHOLE_TABLES):
            facts.load(self.scheme.id)
            cuts = self._get_cuts(FACTS_TABLE)
            written, moved, missed = changes.record(self.log, cuts, aged)
            moved += changes.retire_others(self.log)
        return cuts, written, moved, missed

    def _judge_touched(self, changes, aged):
        """The same with the facts of the touched and the profiles of all others."""
        facts = Facts(self.scheme, self.today, aged.touched)
        with planned(self.env.cr, FEW_ROWS):
            facts.load(self.scheme.id)
        with planned(self.env.cr, WHOLE_TABLES):
            cuts = self._get_cuts(*aged.parts)
            aged.add(cuts, changes.are_edited())
            return cuts, *changes.record(self.log, cuts)

    def _forget_erased(self):
        """Remove who was erased while the last run was at work: it saw them still."""
        erased = self.env["res.partner"].browse(find_erased(self.scheme))
        self.env["rfm.profile"]._forget(erased)

    def _get_cuts(self, *parts):
        thresholds = Cuts(self.scheme, self.today)
        cuts = thresholds.find(*parts)
        thresholds.keep(cuts)
        return cuts

    def _describe_facts(self, changes):
        """Return what decided this run beside the orders: the next one compares."""
        decided = changes.decided | {"method": self.scheme.method}
        return get_scope_key(self.scheme) | decided


def as_system(scheme):
    """Return the scheme as the system sees it, in the company of the scheme."""
    company = scheme.company_id
    context = {"allowed_company_ids": company.ids, "lang": company.partner_id.lang}
    return scheme.with_env(scheme.env(user=SUPERUSER_ID, su=True, context=context))
