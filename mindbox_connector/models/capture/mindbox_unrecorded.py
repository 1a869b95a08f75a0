# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What keeps a change from being recorded: Odoo repeats it, or it is kept for later."""

from datetime import datetime

from odoo import models
from odoo.exceptions import MissingError
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .mindbox_source import Mark

# How often a request is repeated because of the outbox: its visitor waits meanwhile.
REPEATS = 2
# Key of how often a request was, in its environment.
REPEATED = "mindbox_connector.repeated"
# queue_job gives a job up that is repeated too often.
JOBS = "/queue_job/"


def is_repeated(error):
    """Whether Odoo repeats what is being done now because of such an error."""
    if not (request and isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)):
        return False
    environ = request.httprequest.environ
    times = environ.get(REPEATED, 0)
    environ[REPEATED] = times + 1
    return times < REPEATS and not request.httprequest.path.startswith(JOBS)


def keep_mark(mark, entry, visitor):
    """Return a mark as it is kept until it can be recorded."""
    moment, facts = entry
    facts = {
        name: sorted(value) if isinstance(value, set) else value
        for name, value in facts.items()
    }
    return {
        "mark": list(mark),
        # To the microsecond: what has happened in the same second was before it.
        "moment": moment.isoformat(),
        "facts": facts,
        "visitor": visitor,
    }


class MindboxUnrecorded(models.Model):
    _name = "mindbox.unrecorded"
    _inherit = ["mindbox.unrecorded"]

    def _get_rows(self, content):
        if "mark" not in content:
            return super()._get_rows(content)
        mark = Mark(*content["mark"])
        env = self.env["mindbox.source"]._mindbox_get_env()
        record = env[mark.model].browse(mark.res_id)
        moment = datetime.fromisoformat(content["moment"])
        try:
            return record._mindbox_prepare_rows(
                mark, (moment, content["facts"]), content["visitor"]
            )
        except MissingError:
            return []
