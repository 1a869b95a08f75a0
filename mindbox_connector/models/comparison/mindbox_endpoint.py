# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an integration point knows of comparisons: when, of what, and their jobs."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exceptions import MindboxError
from ...fields import SystemName
from ...reasons import NO_REASON
from ..endpoint.mindbox_route import LIVE_STATES
from ..job.mindbox_job import Job
from .read_back import ReadBack

COMPARISON = Job("_reconcile", "mindbox.reconcile.", lock=0x4D44, look_again=5)
MAX_SAMPLE = 1000


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
    read_customer_operation = SystemName(
        string="Read a Customer",
        help="Synchronous operation that returns a customer, e.g. "
        "Website.GetCustomerInfo. Leave empty where the project has none.",
    )
    read_order_operation = SystemName(
        string="Read an Order",
        help="Synchronous operation that returns an order, e.g. Website.GetOrder. "
        "Leave empty where the project has none.",
    )
    sample_size = fields.Integer(
        string="Sample",
        default=20,
        help="So many customers and orders, chosen by chance, are read from Mindbox "
        "after each comparison.",
    )

    _difference_alert_check = models.Constraint(
        "CHECK(difference_alert >= 0)",
        "Tell of differences from 1 on; 0 is never.",
    )
    _sample_size_check = models.Constraint(
        f"CHECK(sample_size BETWEEN 1 AND {MAX_SAMPLE})",
        "The sample must be between 1 and 1,000. Leave the operations empty to read "
        "nothing.",
    )

    def _get_read_operations(self):
        """Return {kind: name of the operation that reads it} of those that exist."""
        names = {
            "customers": self.read_customer_operation,
            "orders": self.read_order_operation,
        }
        return {kind: name for kind, name in names.items() if name}

    def _get_told_kinds(self):
        """Return the kinds whose records this integration point tells Mindbox."""
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        return [code for code, kind in kinds.items() if self._tells(kind.first_event)]

    def _tells(self, event):
        return bool(self._get_operation(event))

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

    # === BUTTONS === #

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

    # === JOBS === #

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
            description = self.env._("Compare with Mindbox: %s", endpoint.name)
            endpoint._put_job(COMPARISON, description)
        return runs

    def _reconcile(self):
        """Work off the run that waits; then read a sample back, in another job."""
        self.ensure_one()
        if not self._lock_job(COMPARISON):
            self._look_again(COMPARISON)
        run = self.env["mindbox.reconciliation"].search(
            [("endpoint_id", "=", self.id), ("state", "=", "queued")], limit=1
        )
        if not run:
            return self.env._("Nothing waits to be compared.")
        run._compare()
        self._after_comparison()
        if run.state == "done" and self._get_read_operations():
            self.with_delay(
                description=self.env._("Read from Mindbox: %s", self.name),
            )._read_back(run.id)
        return self.env._("Differences to mend: %s.", run.difference_count)

    def _read_back(self, run_id):
        """Read a sample and write down what Mindbox shows otherwise."""
        self.ensure_one()
        run = self.env["mindbox.reconciliation"].browse(run_id).exists()
        reader = ReadBack(self)
        try:
            reader.read_sample(run)
            reason = NO_REASON
        except MindboxError as error:
            reason = error.reason
        run.write({"read_count": reader.count, **reason.get_values("read_")})
        run._count_differences()
        self._after_comparison()
        return self.env._("%s records read.", reader.count)

    def _after_comparison(self):
        """Know of the differences that were found; a hook for the rooms above."""
        self.invalidate_recordset(["difference_count"])

    def _mend(self, differences, later=False):
        """Send what is missing now, or in a job where there is much of it."""
        if later:
            self.with_company(self.company_id).with_delay(
                description=self.env._("Send what is missing: %s", self.name)
            )._mend_chunk(differences.ids)
        else:
            differences._send()

    def _mend_chunk(self, ids):
        self.env["mindbox.difference"].browse(ids).exists()._send()
