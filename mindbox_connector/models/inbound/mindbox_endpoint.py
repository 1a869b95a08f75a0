# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An integration point hears from Mindbox: where, and by which job it is applied."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...fields import SystemName
from ..job.mindbox_job import Job

PATH = "/mindbox/inbound"
INBOUND = Job("_apply_inbound", "mindbox.inbound.", lock=0x4D49)
# Calls that one transaction applies.
BATCH = 100
# Seconds that a job waits for more calls: a flood of them makes one job a second.
GATHER = 1


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    inbound_url = fields.Char(
        string="Address for Mindbox's Calls", compute="_compute_inbound_url"
    )

    inbound_program_id = fields.Many2one(
        "loyalty.program",
        string="Program of Promo Codes",
        domain="[('program_type', '=', 'coupons'), "
        "('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        help="Promo codes that Mindbox issues become coupons of this program.",
    )
    inbound_action_id = fields.Many2one(
        "ir.actions.server",
        string="Server Action",
        domain="[('model_id.model', '=', 'mindbox.inbound')]",
        ondelete="restrict",
        groups="base.group_system",
        help="Runs for calls of the kind Server action. Its code reads the body as "
        "env.context['mindbox_data'].",
    )

    customers_export_operation = SystemName(
        string="Customers and Consents",
        help="System name of the operation with the step that exports customers, with "
        "their subscriptions, in JSON. Leave contacts and names out of it: nobody "
        "reads them. Empty: consents whose webhook was lost are never known here.",
    )
    merges_export_operation = SystemName(
        string="Merges",
        help="System name of the operation that exports merges of customers.",
    )
    segments_export_operation = SystemName(
        string="Segments",
        help="System name of the operation with the step that exports changes of a "
        "segmentation of customers, in JSON.",
    )
    segmentations = fields.Char(
        help="External IDs of segmentations of Mindbox that are to be known here, "
        "separated by spaces. Those that this shop tells are read in any case.",
    )
    mailings_export_operation = SystemName(
        string="Mailings",
        help="System name of the operation with the step that exports actions of "
        "customers with mailings, in JSON: who has opened, clicked or unsubscribed, "
        "and whose mails come back.",
    )

    @api.depends("website_id")
    def _compute_inbound_url(self):
        for endpoint in self:
            base = (endpoint.website_id or endpoint).get_base_url()
            endpoint.inbound_url = endpoint.id and f"{base}{PATH}/{endpoint.id}"

    def action_view_inbound(self):
        """Open the calls from Mindbox."""
        self.check_access("read")
        self.env["mindbox.inbound"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_inbound_action"
        )
        return action | {"domain": [("endpoint_id", "in", self.ids)], "context": {}}

    # === JOB === #

    def _kick_inbound(self):
        """Queue the work on what Mindbox has told, along with it: neither is lost."""
        self.ensure_one()
        if self._has_inbound_job():
            return
        # It works for nobody: what it writes does not depend on who asked for it.
        endpoint = self.with_user(SUPERUSER_ID)
        description = self.env._("Calls from Mindbox: %s", endpoint.name)
        endpoint._put_job(INBOUND, description, wait=GATHER, max_retries=0)

    def _has_inbound_job(self):
        """Whether a job waits that has still to begin: asked at each call."""
        query = SQL(
            """
            SELECT FROM queue_job
             WHERE identity_key = %s AND state IN ('pending', 'enqueued') LIMIT 1
            """,
            f"{INBOUND.key}{self.id}",
        )
        self.env["queue.job"].flush_model(["identity_key", "state"])
        return bool(self.env.execute_query(query))

    def _apply_inbound(self):
        """Apply what Mindbox has told; the job after this one goes on with the rest."""
        self.ensure_one()
        if not self._lock_job(INBOUND):
            return self._look_again(INBOUND)
        waiting = [("endpoint_id", "=", self.id), ("state", "=", "received")]
        calls = self.env["mindbox.inbound"].search(waiting, order="id", limit=BATCH)
        calls._apply()
        if calls:
            # There may be more, and one that came as this job started took it for
            # waiting: the next job looks, with a second for that call to be there.
            self._kick_inbound()
        return self.env._("%s calls", len(calls))

    @api.model
    def _cron_sweep(self):
        result = super()._cron_sweep()
        waiting = self.env["mindbox.inbound"]._read_group(
            [("state", "=", "received")], ["endpoint_id"]
        )
        for (endpoint,) in waiting:
            # The job came with the call, and may have been deleted by hand.
            endpoint._kick_inbound()
        return result
