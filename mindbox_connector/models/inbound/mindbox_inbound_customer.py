# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom a call is about: by the ID that Mindbox has from us, else by a contact."""

import re

from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ...exceptions import MindboxRejected, MindboxSkipped

# An ID of PostgreSQL, in digits.
ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)
# Digits of a phone number with its country, at least.
PHONE_DIGITS = 8


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _find_customer(self, data):
        """Return the customer whom a body names.

        :raise MindboxReasonError: it names nobody, or nobody for certain
        """
        customer = data.get("customer")
        if not isinstance(customer, dict):
            raise MindboxRejected("inbound_nobody")
        return self._find_by_id(customer) or self._find_by_contact(customer)

    def _find_by_id(self, customer):
        """Return the contact with the ID that we have told Mindbox, if it has one."""
        ids = customer.get("ids")
        name = self.endpoint_id.customer_id_name
        shown = str(ids.get(name) or "") if isinstance(ids, dict) else ""
        partners = self.env["res.partner"]
        if not ID.fullmatch(shown):
            return partners
        partner = partners.browse(int(shown)).exists()
        found = self._filter_customers(partner)
        if not found:
            raise MindboxRejected("inbound_unknown")
        return found

    def _find_by_contact(self, customer):
        """Return the one customer with an e-mail, or else with a phone."""
        domain = self._get_contact_domain(customer)
        if domain is None:
            raise MindboxRejected("inbound_nobody")
        found = self._filter_customers(self.env["res.partner"].search(domain))
        living = found.filtered(lambda partner: not partner.mindbox_erased_at) or found
        persons = living.browse().concat(
            *(partner._mindbox_person(self.endpoint_id) for partner in living)
        )
        if not persons:
            raise MindboxRejected("inbound_unknown")
        if len(set(persons)) > 1:
            raise MindboxRejected("inbound_ambiguous")
        return persons[0]

    def _get_contact_domain(self, customer):
        email = email_normalize(str(customer.get("email") or ""), strict=False)
        if email:
            return Domain("email_normalized", "=", email)
        digits = re.sub(r"\D", "", str(customer.get("mobilePhone") or ""))
        if len(digits) < PHONE_DIGITS:
            return None
        return Domain("phone_sanitized", "=", f"+{digits}")

    def _filter_customers(self, partners):
        """Return those of some contacts that are customers of the integration point.

        :raise MindboxSkipped: those are employees, or stand for all visitors
        """
        company = self.endpoint_id.company_id
        ours = (
            partners.browse()
            .union(*(p._mindbox_contact() for p in partners))
            .filtered(lambda partner: partner.company_id in (company, company.browse()))
        )
        customers = ours.filtered(
            lambda p: p.mindbox_erased_at or p._mindbox_customer() == p
        )
        if ours and not customers:
            raise MindboxSkipped("no_customer")
        return customers
