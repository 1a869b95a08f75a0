# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When an integration point asks what became of its calls."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...fields import SystemName
from ...notices import RELOAD, notify
from .mindbox_export import OPEN_STATES
from .mindbox_export_work import RETRY

# A call may be executed after the export was made: the end of a period is read twice.
OVERLAP = timedelta(minutes=10)
# How far the log of Mindbox reaches back, less an hour for its clock.
REACH = timedelta(days=14, hours=-1)
LONGEST_PERIOD = timedelta(days=1)
SHORTEST_PERIOD = timedelta(minutes=1)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    log_export_operation = SystemName(
        help="System name of the operation with the step “Export: operation logs”. "
        "Leave it empty where your project gives no rights to export logs: then it is "
        "known that a call was accepted, not what became of it.",
    )
    log_export_interval = fields.Integer(
        string="Ask Every (min)",
        default=15,
        required=True,
        help="How often Mindbox is asked what became of the calls.",
    )
    log_export_join = fields.Selection(
        [
            ("url", "The URL of the call"),
            ("transaction", "The column of the transaction"),
        ],
        string="Transaction ID Is In",
        default="url",
        required=True,
        help="Where the log has the transaction ID by which our requests are found.",
    )
    export_ids = fields.One2many("mindbox.export", "endpoint_id", readonly=True)
    last_export_id = fields.Many2one("mindbox.export", compute="_compute_last_export")
    last_export_state = fields.Selection(
        lambda self: self.env["mindbox.export"]._fields["state"].selection,
        string="State of the Export",
        compute="_compute_last_export",
    )
    last_export_result = fields.Char(string="Outcomes", compute="_compute_last_export")

    _log_export_interval_check = models.Constraint(
        "CHECK(log_export_interval BETWEEN 1 AND 1440)",
        "What became of the calls is asked every 1 to 1,440 minutes.",
    )

    @api.depends("export_ids.state", "export_ids.rows_matched")
    def _compute_last_export(self):
        for endpoint in self:
            last = endpoint.export_ids[:1]
            endpoint.last_export_id = last
            endpoint.last_export_state = last.state
            endpoint.last_export_result = last and (
                last.error or str(last.rows_matched)
            )

    # === WHEN === #

    def action_ask_for_outcomes(self):
        """Ask Mindbox now what became of the calls, whatever the interval.

        :raise UserError: no operation is set, or the integration point is not running
        """
        self.ensure_one()
        self.check_access("write")
        if not self.log_export_operation or self.state != "running":
            raise UserError(
                self.env._(
                    "Fill in the log export operation and start the integration point "
                    "first."
                )
            )
        self.sudo()._ask_for_outcomes(now=True)
        return notify(self.env._("Mindbox is asked in the background."), RELOAD)

    def action_view_exports(self):
        """Open the exports that Mindbox was asked for."""
        self.check_access("read")
        self.env["mindbox.export"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_export_action"
        )
        return action | {"domain": [("endpoint_id", "in", self.ids)], "context": {}}

    def _on_sweep(self):
        result = super()._on_sweep()
        for endpoint in self:
            endpoint._ask_for_outcomes()
        return result

    def _ask_for_outcomes(self, now=False):
        """Go on with the export that is under way, or begin one that is due.

        One at a time: Mindbox makes two at most, for all of a project.

        :param bool now: also where the interval is not over
        """
        exports = self.env["mindbox.export"]
        mine = [("endpoint_id", "=", self.id)]
        under_way = exports.search([*mine, ("state", "in", OPEN_STATES)])
        if under_way or not self.log_export_operation:
            # What waits for Mindbox already need not ask sooner.
            under_way._kick(wait=0 if now else RETRY)
            return under_way
        last = exports.search(mine, limit=1)
        if not now and not self._is_export_due(last):
            return exports
        since, till = self._get_period(last)
        export = exports.create({"endpoint_id": self.id, "since": since, "till": till})
        export._kick()
        return export

    def _is_export_due(self, last):
        """Whether the interval is over, or there is more to read before it."""
        now = fields.Datetime.now()
        if last.state == "cancelled" and last.till - last.since > SHORTEST_PERIOD:
            return True
        if last.state == "done" and last.till <= last.asked_at:
            return True
        return not last or now - last.asked_at >= self._get_log_interval()

    def _get_log_interval(self):
        return timedelta(minutes=self.log_export_interval)

    def _get_period(self, last):
        """Return (from when, till when) the next export is asked for, as full minutes.

        What Mindbox gives up is asked for in halves; after that it grows again.
        """
        now = fields.Datetime.now()
        since = self._get_watermark(OVERLAP)
        longest = LONGEST_PERIOD
        if last.state == "done":
            longest = max(2 * (last.till - last.since), OVERLAP + SHORTEST_PERIOD)
        elif last.state == "cancelled":
            # The overlap would leave nothing of a short one.
            since = self._get_watermark(timedelta())
            longest = max((last.till - last.since) / 2, SHORTEST_PERIOD)
        since = _to_minute(max(since or now, now - REACH))
        till = min(now + SHORTEST_PERIOD, since + min(longest, LONGEST_PERIOD))
        return since, _to_minute(till)

    def _get_watermark(self, overlap):
        """Return from when on outcomes are to be asked for, None where there are none.

        After the last one that was read; else since the first call that is not known.
        """
        done = [("endpoint_id", "=", self.id), ("state", "=", "done")]
        if last := self.env["mindbox.export"].search(done, order="till desc", limit=1):
            return last.till - overlap
        [(oldest,)] = self.env.execute_query(
            SQL(
                """
                SELECT min(sent_at) FROM mindbox_request
                 WHERE endpoint_id = %s AND state = 'sent' AND outcome = 'unknown'
                """,
                self.id,
            )
        )
        # It is written down some seconds after Mindbox has taken it.
        return oldest and oldest - OVERLAP


def _to_minute(moment):
    return moment.replace(second=0, microsecond=0)
