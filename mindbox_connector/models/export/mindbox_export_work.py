# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an export is made: it is started, asked for until it is ready, and read.

Contract: exports-overview, export-operation-logs. Starting the same one twice is safe:
Mindbox says that it is a duplicate, and goes on making the first.
"""

import json
import uuid
from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models

from odoo.addons.queue_job.exception import RetryableJobError

from ...answers import shorten
from ...client import Call
from ...exceptions import MindboxError, MindboxUnavailable
from ...reasons import Reason
from ..job.mindbox_job import Job
from ..outbox.scrub import scrub
from .mindbox_export import OPEN_STATES

EXPORT = Job("_work", "mindbox.export.", lock=0x4D45, look_again=5)
# Seconds from one question to the next, doubled each time.
FIRST_POLL = 2
LONGEST_POLL = 300
# Seconds until Mindbox is asked again after it has not answered.
RETRY = 60
# Seconds until one looks again whether it may be started.
TURN = 10
# Exports that Mindbox makes at once, at most, for all of a project.
AT_ONCE = 2
# After that time Mindbox is asked for another one.
PATIENCE = timedelta(hours=6)
# Reasons for asking for a shorter period.
TOO_LONG = ("export_cancelled", "export_long")
MINUTE = "%Y-%m-%d %H:%M"


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export", "mindbox.job"]

    def _kick(self, wait=0):
        """Queue the work on exports that are not over.

        :param int wait: seconds until it starts, where it is not queued yet
        """
        # It works for nobody: what it writes does not depend on who asked for it.
        for export in self.with_user(SUPERUSER_ID):
            description = self.env._("Export of Mindbox: %s", export.endpoint_id.name)
            export._put_job(EXPORT, description, wait=wait, max_retries=0)

    def _ask_on(self):
        """Ask for the next one of this kind, where there is more."""
        self.endpoint_id._ask_for(self.kind, self.subject)

    def _work(self):
        """Ask Mindbox how far the export is, and read it when it is ready."""
        self.ensure_one()
        wait = self._work_alone(EXPORT, self._advance)
        if wait:
            raise RetryableJobError(
                self.env._("Mindbox makes the export, or it is being read."),
                seconds=wait,
                ignore_retry=True,
            )
        return self.env._("%s rows with news", self.exists().rows_matched)

    def _advance(self):
        """Do the next step; return the seconds until the one after it, 0 for none."""
        if not self.exists() or self.state not in OPEN_STATES:
            return 0
        if self.endpoint_id.state != "running":
            # Whoever starts it again goes on.
            return 0
        step = self._ask if self.state == "making" else self._read
        if self._get_kind().is_paged:
            step = self._read_pages
        try:
            return step()
        except MindboxUnavailable:
            return self._committed(self._wait_for_mindbox)
        except MindboxError as error:
            reason = scrub(error.reason, "")
            self._committed(lambda: self._give_up(reason))
            return 0

    def _give_up(self, reason):
        """End it; a shorter period is asked for at once, where that helps."""
        self._end("cancelled" if reason.code in TOO_LONG else "failed", reason)
        self._ask_on()

    def _wait_for_mindbox(self):
        """Return the seconds until Mindbox is asked again, 0 to give up."""
        if fields.Datetime.now() - self.asked_at < PATIENCE:
            return RETRY
        self._end("failed", Reason("export_late"))
        return 0

    # === THE PROTOCOL === #

    def _ask(self):
        """Start the export, or ask whether it is ready.

        :raise MindboxError: it cannot be had
        """
        if not self.export_id:
            if not self._is_next():
                return self._committed(self._wait_for_mindbox) and TURN
            answer = self._call(self._get_conditions())
            export_id = answer.get("exportid")
            if not export_id:
                raise MindboxUnavailable("not_mindbox")
            self._committed(lambda: self.write({"export_id": str(export_id)}))
            return FIRST_POLL
        result = self._call({"exportId": self.export_id}).get("exportresult") or {}
        return self._committed(lambda: self._judge(result))

    def _judge(self, result):
        """Go on by what Mindbox says of the export.

        :raise MindboxError: Mindbox has given it up
        """
        status = str(result.get("processingstatus"))
        if status == "Ready":
            urls = [str(url) for url in result.get("urls") or []]
            self.write({"state": "reading", "urls": urls, "file_count": len(urls)})
            return 1
        if status == "Cancelled":
            messages = shorten(str(result.get("cancellationreason") or "…"))
            raise MindboxError("export_cancelled", messages=messages)
        self.polls += 1
        if wait := self._wait_for_mindbox():
            wait = min(FIRST_POLL * 2 ** (self.polls - 1), LONGEST_POLL)
        return wait

    def _is_next(self):
        """Whether Mindbox makes so few others that this one may be started, too.

        It counts all of a project's: those who were asked for before are first.
        """
        before = self.search(
            [
                ("state", "=", "making"),
                ("id", "<", self.id),
                ("endpoint_id.state", "=", "running"),
                ("endpoint_id.url", "=", self.endpoint_id.url),
            ]
        )
        return len(before.filtered(lambda e: not e._get_kind().is_paged)) < AT_ONCE

    def _get_conditions(self):
        """Return what is asked for: the period, and what the kind says.

        Nobody says whether the period may end in the future: then it has no end.
        """
        conditions = getattr(self, f"_conditions_{self.kind}", dict)()
        if self._get_kind().is_whole:
            return conditions
        conditions["sinceDateTimeUtc"] = self.since.strftime(MINUTE)
        if self.till <= fields.Datetime.now():
            conditions["tillDateTimeUtc"] = self.till.strftime(MINUTE)
        return conditions

    def _call(self, body):
        endpoint = self.endpoint_id
        operation = endpoint[self._get_kind().operation] or ""
        call = Call("sync", operation, str(uuid.uuid4()), json.dumps(body))
        client = endpoint._get_client()
        # No transaction stays open while Mindbox thinks.
        self._commit()
        return client.send(call).content
