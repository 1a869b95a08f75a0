# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers and their lists as bodies, and the part of a body that names a customer."""

from odoo import models

from ...exceptions import MindboxSkipped
from ..identity.mindbox_contact import KINDS
from ..outbox.json_text import CLEAR
from .names import personal_data, usable_email

WISHLIST_EVENTS = ("wishlist_set", "wishlist_clear")


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    # === BODIES === #

    def _mindbox_customer_register_body(self, endpoint, cleared=()):
        """Return the profile of somebody new: there is nothing to clear.

        The contacts of who is about to be merged into him come with that.
        """
        self._mindbox_check_person(endpoint)
        profile = self._mindbox_profile(endpoint)
        inherited = self._mindbox_get_unreleased(endpoint, inherited=True)
        if not inherited:
            return {"customer": self._mindbox_check_profile(endpoint)}
        return {"customer": {k: v for k, v in profile.items() if k not in inherited}}

    def _mindbox_customer_edit_body(self, endpoint, cleared=()):
        """Return the profile.

        :param cleared: fields that were removed in Odoo since the last edit
        """
        profile = self._mindbox_check_profile(endpoint)
        # What has a value again stands where it always does: bodies are compared.
        empty = {*cleared, *self._mindbox_get_foreign(endpoint)} - profile.keys()
        return {"customer": dict.fromkeys(sorted(empty), CLEAR) | profile}

    def _mindbox_check_profile(self, endpoint):
        """Return the profile of a customer whom Mindbox can keep.

        Whoever is known there stays so: also where all contacts are others', or gone.

        :raise MindboxSkipped: new, without a contact; or known as somebody else
        """
        self._mindbox_check_person(endpoint)
        profile = self._mindbox_profile(endpoint)
        reached = profile.get("email") or profile.get("mobilePhone")
        known = endpoint in self.mindbox_known_to_ids
        if not (reached or known or self._mindbox_get_foreign(endpoint)):
            raise MindboxSkipped("no_contact")
        return profile

    def _mindbox_check_person(self, endpoint):
        """An e-mail belongs to one customer in Mindbox: an edit would move it.

        :raise MindboxSkipped: the customer is known there as somebody else
        """
        person = self._mindbox_person(endpoint)
        if person != self:
            if person._mindbox_is_guest():
                raise MindboxSkipped("contact_of_other")
            raise MindboxSkipped("guest_with_account")

    def _mindbox_customer_authorize_body(self, endpoint):
        return {"customer": self._mindbox_identity(endpoint)}

    def _mindbox_customer_merge_body(self, endpoint, merged_ids, cleared=(), left=()):
        """Return the merge of other customers, by their IDs, into this one.

        :param cleared: contacts of theirs, which an edit looks after once it is done
        :param left: the same, as others may have them by then
        :raise MindboxSkipped: Mindbox knows none of them
        """
        name = endpoint.customer_id_name
        known = self._mindbox_filter_known(endpoint, merged_ids)
        person = self.env["mindbox.person"]._find(endpoint, self)
        others = [{"ids": {name: str(i)}} for i in known if i != person.id]
        if not others:
            raise MindboxSkipped("merged_unknown")
        return {
            "customersToMerge": others,
            "resultingCustomer": {"ids": {name: str(person.id)}},
        }

    def _mindbox_wishlist_set_body(self, endpoint):
        wishes = self._mindbox_wishes(endpoint)
        items = [wish._mindbox_list_item(endpoint) for wish in wishes]
        return self._mindbox_list_body(endpoint, items)

    def _mindbox_wishlist_clear_body(self, endpoint):
        return {"customer": self._mindbox_identity(endpoint)}

    def _mindbox_restock_set_body(self, endpoint):
        products = self._mindbox_known_as_one(endpoint)._mindbox_awaited()
        items = [product._mindbox_list_item(endpoint) for product in products]
        return self._mindbox_list_body(endpoint, items)

    def _mindbox_list_body(self, endpoint, items):
        """Return a list as it is now; what Mindbox cannot know is left out."""
        return {
            "customer": self._mindbox_identity(endpoint),
            "productList": [item for item in items if item["product"]["ids"]],
        }

    def _mindbox_wishes(self, endpoint):
        websites = endpoint._get_websites()
        wishes = self._mindbox_known_as_one(endpoint).wishlist_ids
        return wishes.filtered(lambda wish: wish.website_id in websites)

    def _mindbox_awaited(self):
        """Return the products for which any of these customers waits."""
        waiting = [("stock_notification_partner_ids", "in", self.ids)]
        return self.env["product.product"].search(waiting, order="id")

    def _mindbox_known_as_one(self, endpoint):
        """Return all customers who have one list of each kind in Mindbox."""
        person = self._mindbox_person(endpoint)
        group = self.env["mindbox.person"].sudo()._get_group(endpoint, person)
        return self | self.browse(group.ids)

    def _mindbox_resolve(self, event, endpoint):
        """Who is new is registered; a wish list that has become empty is cleared."""
        if event == "customer_edit" and self._mindbox_is_new(endpoint):
            return "customer_register"
        if event == "customer_register" and self._mindbox_was_guest(endpoint):
            return "customer_edit"
        if event not in WISHLIST_EVENTS:
            return event
        empty = not self._mindbox_wishes(endpoint)
        clears = empty and endpoint._get_operation("wishlist_clear")
        return "wishlist_clear" if clears else "wishlist_set"

    def _mindbox_customer_part(self, endpoint):
        """Return the customer of a body, {} for a visitor known by device only."""
        return {"customer": self._mindbox_identity(endpoint)} if self else {}

    def _mindbox_identity(self, endpoint):
        """Return the one identifier by which Mindbox knows a customer for sure.

        With contacts beside it a call could contradict itself, and do nothing.
        """
        self._mindbox_check_included(endpoint)
        person = self._mindbox_person(endpoint)
        return {"ids": {endpoint.customer_id_name: str(person.id)}}

    def _mindbox_buyer(self, endpoint):
        """Return the customer of an order: who has no account is made by it."""
        person = self._mindbox_person(endpoint)
        if not person._mindbox_is_guest() and person == self:
            return self._mindbox_identity(endpoint)
        if person != self and endpoint.guest_orders_by == "contacts":
            self._mindbox_check_included(endpoint)
            owners = self._mindbox_get_owners(endpoint)
            contacts = self._mindbox_contacts(endpoint)
            return {
                KINDS[kind]: contacts[KINDS[kind]]
                for kind, owner in owners.items()
                if owner.id == person.id and KINDS[kind] in contacts
            }
        if not person._mindbox_is_guest():
            return self._mindbox_identity(endpoint)
        unreleased = person._mindbox_get_unreleased(endpoint)
        profile = person._mindbox_profile(endpoint).items()
        return {name: value for name, value in profile if name not in unreleased}

    def _mindbox_contacts(self, endpoint):
        """Return e-mail and phone, whoever owns them in Mindbox."""
        contacts = {
            "email": self._mindbox_email(),
            "mobilePhone": self._mindbox_phone(endpoint),
        }
        return {key: value for key, value in contacts.items() if value}

    def _mindbox_profile(self, endpoint):
        """Return all that is known of a customer, without what belongs to others."""
        self._mindbox_check_included(endpoint)
        foreign = self._mindbox_get_foreign(endpoint)
        contacts = self._mindbox_contacts(endpoint).items()
        return {
            "ids": {endpoint.customer_id_name: str(self.id)},
            **{key: value for key, value in contacts if key not in foreign},
        } | personal_data(
            self.name,
            self.is_company,
            self.birthday,
            self.sex,
            self._mindbox_time_zone(endpoint),
            endpoint.name_format,
        )

    def _mindbox_time_zone(self, endpoint):
        """Return the customer's own time zone, where the project wants it.

        A contact that an employee has made has the employee's.
        """
        return endpoint.send_time_zone and self.create_uid.share and self.tz

    def _mindbox_is_included(self, endpoint):
        """Whether the customer passes the filter of an integration point."""
        domain = endpoint._get_customer_domain()
        return not domain or bool(endpoint._with_sender(self).filtered_domain(domain))

    def _mindbox_check_included(self, endpoint):
        """Check that a body may name the customer: it may be an old event's.

        :raise MindboxSkipped: it is none, or none any more, by whatever rule
        """
        if not self or self._mindbox_customer() != self:
            raise MindboxSkipped("no_customer")
        if not self._mindbox_is_included(endpoint):
            raise MindboxSkipped("customer_excluded")

    def _mindbox_email(self):
        return usable_email(self.email_normalized)

    def _mindbox_phone(self, endpoint):
        """Return the phone as digits with country code, "" where it is nonsense."""
        return self._mindbox_format_phone(self.phone, self.country_id, endpoint)

    def _mindbox_format_phone(self, phone, country, endpoint):
        """Return a phone number of a customer in a country, "" where it is nonsense."""
        if not phone:
            return ""
        country = country or endpoint.company_id.country_id
        number = self._phone_format(number=phone, country=country)
        return "".join(filter(str.isdigit, number or ""))
