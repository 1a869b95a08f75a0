# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers who want to be forgotten: each room forgets what it keeps of them."""

import re

from odoo import fields, models

from .blot import blot_out

# Letters, at least, of what is looked for in texts: shorter words are in many of them.
SHORTEST_WORD = 4
# Digits of a phone number that are the same however it is written.
PHONE_DIGITS = 9


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    mindbox_erased_at = fields.Datetime(
        string="Erased from Mindbox",
        copy=False,
        readonly=True,
        help="Nothing about this customer is recorded any more.",
    )

    # Few are: who they are is asked for by all that reads customers.
    _mindbox_erased_idx = models.Index("(id) WHERE mindbox_erased_at IS NOT NULL")

    def _on_erase(self):
        """Hook: forget what is kept of these contacts.

        Every room that keeps something of them extends it. What was on its way when
        they were erased is forgotten by calling it once more.
        """
        blot_out(self.env, self._get_mindbox_patterns())
        self.env["mindbox.request"]._forget(self)
        self.env["mindbox.ledger"]._forget(self)

    def _get_mindbox_knowers(self):
        """Return {contact: integration points that were told of it, or may have been}.

        A call that waits may be on its way at this moment. Rooms that know of more
        extend it.
        """
        knowers = dict.fromkeys(self, self.env["mindbox.endpoint"])
        mine = [("partner_id", "in", self.ids)]
        waits_or_sent = ("state", "in", ("pending", "sent"))
        may_be_told = ["|", waits_or_sent, ("may_have_left", "=", True)]
        told = {"mindbox.request": [*mine, *may_be_told], "mindbox.ledger": mine}
        for model, domain in told.items():
            groups = self.env[model]._read_group(
                domain, ["partner_id"], ["endpoint_id:recordset"]
            )
            for partner, endpoints in groups:
                knowers[partner] |= endpoints
        return knowers

    # === WHAT IS THEIRS === #

    def _mindbox_contact(self):
        """Return whom an address belongs to."""
        contact = self
        while contact.type != "contact" and contact.parent_id:
            contact = contact.parent_id
        return contact

    def _get_mindbox_records(self):
        """Return {model: IDs} of the contacts and of all that is theirs.

        By the models of the events: addresses, orders, cards and what others add.
        """
        family = self._with_addresses()
        records = {self._name: family.ids}
        events = self.env["mindbox.catalogue"]._get_events().values()
        for model in {event.model for event in events}:
            if model in self.env and "partner_id" in self.env[model]._fields:
                source = self.env[model].sudo().with_context(active_test=False)
                records[model] = source.search([("partner_id", "in", family.ids)]).ids
        return records

    def _with_addresses(self):
        found = new = self.sudo().with_context(active_test=False)
        while new:
            below = [("parent_id", "in", new.ids), ("type", "!=", "contact")]
            new = new.search(below) - found
            found |= new
        return found

    def _get_mindbox_patterns(self):
        """Return regular expressions of what names the contacts in a text."""
        words = {word for word in self._get_mindbox_words() if word}
        patterns = {re.escape(word) for word in words if len(word) >= SHORTEST_WORD}
        for phone in self._with_addresses().mapped("phone"):
            digits = re.sub(r"\D", "", phone or "")[-PHONE_DIGITS:]
            if len(digits) == PHONE_DIGITS:
                patterns.add(r"[\s().-]*".join(digits))
        return sorted(patterns)

    def _get_mindbox_words(self):
        """Return the words by which the contacts are known, also one by one."""
        words = set()
        for model, ids in self._get_mindbox_records().items():
            name = self.env[model]._rec_name
            if name and self.env[model]._fields[name].type == "char":
                words.update(self.env[model].sudo().browse(ids).mapped(name))
        for partner in self._with_addresses():
            words |= {partner.email, partner.email_normalized, partner.street}
            if not partner.is_company:
                words.update((partner.name or "").split())
        return words | self.env["mindbox.request"]._find_devices(self)
