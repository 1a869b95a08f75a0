# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a record's page shows: what was sent, what waits, what is not even recorded."""

from odoo import api, fields, models


class MindboxSource(models.AbstractModel):
    _name = "mindbox.source"
    _inherit = ["mindbox.source"]

    # The field of mindbox.request that leads to these records.
    _mindbox_link = "res_id"

    mindbox_request_count = fields.Integer(
        string="Mindbox Requests",
        compute="_compute_mindbox_request_count",
        groups="mindbox_connector.group_mindbox_user",
    )

    mindbox_request_ids = fields.One2many(
        "mindbox.request",
        "res_id",
        string="Mindbox Timeline",
        groups="mindbox_connector.group_mindbox_user",
    )
    mindbox_notice = fields.Char(
        compute="_compute_mindbox_notice",
        groups="mindbox_connector.group_mindbox_user",
    )

    # === NOTICE === #

    @api.depends_context("lang")
    def _compute_mindbox_notice(self):
        for record in self:
            record.mindbox_notice = record._mindbox_explain_silence()

    def _mindbox_explain_silence(self):
        """Say in words what is not recorded about this record and why; "" for all is.

        Rules that are applied later leave a skipped request with the reason.
        """
        if not self.env["mindbox.endpoint"]._get_routes():
            return self.env._(
                "No integration point is started: nothing is recorded for Mindbox."
            )
        # What there is to know of the record itself, its reader may know.
        record = self.sudo()
        if not record._mindbox_customer():
            if reason := record._mindbox_explain_no_customer():
                return reason
        endpoints = record._mindbox_endpoints(False)
        if not endpoints:
            return self.env._(
                "No integration point serves this website or company: nothing is "
                "recorded for Mindbox."
            )
        labels = dict(self.env["mindbox.catalogue"]._get_selection())
        off = [
            labels[code]
            for code in record._mindbox_events()
            if not any(endpoint._get_operation(code) for endpoint in endpoints)
        ]
        if not off:
            return ""
        return self.env._("Switched off, so not recorded: %s.", ", ".join(off))

    def _mindbox_events(self):
        """Return the events that a timeline of such a record may show."""
        events = self.env["mindbox.catalogue"]._get_events()
        return [code for code, event in events.items() if event.model == self._name]

    def _mindbox_explain_no_customer(self):
        """Say in words why a record is nobody's; "" where its kind has no customer.

        Products, categories and what concerns many customers at once are such kinds.
        """
        if "partner_id" not in self._fields:
            return ""
        if not self.partner_id:
            return self.env._("It belongs to nobody yet: nothing is recorded.")
        return self.partner_id._mindbox_explain_no_customer()

    # === SMART BUTTON === #

    def _compute_mindbox_request_count(self):
        link = self._mindbox_link
        groups = self.env["mindbox.request"]._read_group(
            self._mindbox_requests_domain(), [link], ["__count"]
        )
        counts = {getattr(key, "id", key): count for key, count in groups}
        for record in self:
            record.mindbox_request_count = counts.get(record.id, 0)

    def _mindbox_requests_domain(self):
        """Return the domain of the requests about these records."""
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    def action_view_mindbox_requests(self):
        """Open what was sent to Mindbox, what waits and why."""
        self.check_access("read")
        self.env["mindbox.request"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        return action | {"domain": self._mindbox_requests_domain(), "context": {}}
