# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom Mindbox knows: who is new comes by the operation that creates, and first."""

from collections import defaultdict

from odoo import fields, models

from ..capture.mindbox_source import MARKS

# The events that make a customer, or are merged into one that does.
INTRODUCTIONS = frozenset({"customer_register", "customer_edit"})


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    # Of a whole batch at once, as they are asked for when bodies are built.
    mindbox_known_to_ids = fields.Many2many(
        "mindbox.endpoint",
        string="Known To",
        compute="_compute_mindbox_known_to_ids",
        compute_sudo=True,
        groups="mindbox_connector.group_mindbox_user",
        help="The integration points that have told Mindbox of this customer, or are "
        "just doing so.",
    )

    def _compute_mindbox_known_to_ids(self):
        known = self._mindbox_find_known(self.ids, ["customer_register"])
        for partner in self:
            partner.mindbox_known_to_ids = list(known[partner.id])

    def _mindbox_find_known(self, partner_ids, events):
        """Return {customer ID: IDs of the integration points that have told of it}.

        :param events: which of them count while they are on their way
        """
        told = [("kind", "=", "customers"), ("res_id", "in", partner_ids)]
        leaving = [
            ("res_model", "=", self._name),
            ("res_id", "in", partner_ids),
            ("event", "in", events),
            ("state", "=", "pending"),
            ("payload", "!=", False),
        ]
        known = defaultdict(set)
        for model, domain in (("mindbox.ledger", told), ("mindbox.request", leaving)):
            names = ["res_id", "endpoint_id"]
            for row in self.env[model].search_read(domain, names, load=None):
                known[row["res_id"]].add(row["endpoint_id"])
        return known

    def _mindbox_filter_known(self, endpoint, partner_ids):
        """Return which of some customers, who may be gone, Mindbox was told of."""
        known = self.sudo()._mindbox_find_known(partner_ids, list(INTRODUCTIONS))
        return [i for i in partner_ids if endpoint.id in known[i]]

    def _mindbox_is_new(self, endpoint):
        """Whether a change must make the customer, by an operation of its own.

        Not after Mindbox has refused to make somebody whom it knows.
        """
        return bool(
            endpoint.new_customers_by == "customer_register"
            and not self.env.context.get("mindbox_instead")
            and endpoint._get_operation("customer_register")
            and endpoint not in self.mindbox_known_to_ids
        )

    def _mindbox_was_guest(self, endpoint):
        """Whether who registers is known already, as who has bought without an account.

        Not after Mindbox has refused to edit somebody whom it does not know.
        """
        return bool(
            endpoint in self.mindbox_known_to_ids
            and not self.env.context.get("mindbox_instead")
            and endpoint._get_operation("customer_edit")
        )

    def _mindbox_introduce(self):
        """Have a customer told whom Mindbox does not know, before what is about him."""
        customer = self.sudo()._mindbox_customer()
        if not customer or not customer._mindbox_listens():
            return
        if not customer._mindbox_is_on_the_way():
            customer._mindbox_mark_new()

    def _mindbox_mark_new(self):
        """Have a customer made who can be reached, where Mindbox does not know one."""
        if self._mindbox_email() or self.phone:
            self._mindbox_mark("customer_edit", new={True})

    def _mindbox_is_on_the_way(self):
        """Whether Mindbox was told of a customer, or is about to be."""
        marks = self.env.cr.precommit.data.get(MARKS, {})
        marked = (mark for mark in marks if mark.event in INTRODUCTIONS)
        if any(mark.res_id == self.id for mark in marked):
            return True
        waiting = [
            ("merge_key", "=", f"customer/{self._name}/{self.id}"),
            ("state", "=", "pending"),
        ]
        return self.env["mindbox.scope"]._knows("customers", self) or bool(
            self.env["mindbox.request"].sudo().search_count(waiting, limit=1)
        )

    def _mindbox_prepare_rows(self, mark, entry, visitor, at_once=False, failure=None):
        """Who may be new leaves as soon as a registration, not after a consent."""
        rows = super()._mindbox_prepare_rows(mark, entry, visitor, at_once, failure)
        _moment, facts = entry
        if facts.get("new"):
            first = self._mindbox_event("customer_register").priority
            for row in rows:
                row["priority"] = min(row["priority"], first)
        return rows
