# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When and how a feed is built: sitting after sitting, in jobs."""

from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from ...exceptions import MindboxRejected
from ...reasons import Reason
from ..job.mindbox_job import Job

BUILD = Job("_build", "mindbox.feed.", lock=0x4D46)
# What somebody may still be reading, or want to know about.
BUILDS_KEPT = 3
# Live events go first; a build may take as long as it likes.
PRIORITY = 50


class MindboxFeed(models.Model):
    _name = "mindbox.feed"
    _inherit = ["mindbox.feed", "mindbox.job"]

    def _queue_build(self):
        # It works for nobody: what it writes does not depend on who asked for it.
        for feed in self.with_user(SUPERUSER_ID):
            description = self.env._("Build product feed: %s", feed.website_id.name)
            feed._put_job(BUILD, description, priority=PRIORITY, max_retries=0)

    @api.model
    def _cron_build(self):
        """Queue the builds that are due, and those that nobody goes on with."""
        for feed in self.search([("endpoint_id.active", "=", True)]):
            if feed._is_due():
                feed._queue_build()

    def _is_due(self):
        last = self.build_ids[:1]
        age = fields.Datetime.now() - (last.started_at or fields.Datetime.now())
        return not last or last.state == "building" or age > self._get_interval()

    def _get_interval(self):
        return timedelta(hours=self.interval)

    def _build(self):
        """Build the product feed of a website, as far as one sitting gets."""
        self.ensure_one()
        if not self._lock_job(BUILD):
            return self.env._("It is being built already.")
        build = self.build_ids.filtered(lambda build: build.state == "building")[:1]
        build = build or build.create({"feed_id": self.id})
        budget = self._get_time_budget()
        finished, error = self._guard(self, lambda: build._go_on(budget))
        if error:
            self._fail(build, error)
            return build.error
        if not finished:
            self._queue_build()
            return self.env._("%s offers so far", build.offer_count)
        build.write({"state": "done", "finished_at": fields.Datetime.now()})
        self._forget_builds()
        return self.env._("%s offers", build.offer_count)

    def _forget_builds(self):
        (self.build_ids[BUILDS_KEPT:] - self.current_build_id).unlink()

    def _fail(self, build, error):
        """Say why there is no new feed; the last one is served on."""
        if isinstance(error, MindboxRejected):
            reason = error.reason
        else:
            reason = Reason("feed_fault", {"kind": type(error).__name__})
        build.invalidate_recordset()
        now = fields.Datetime.now()
        build.write({"state": "failed", "finished_at": now, **reason.get_values()})
        build._get_path().unlink(missing_ok=True)
        self._forget_builds()
