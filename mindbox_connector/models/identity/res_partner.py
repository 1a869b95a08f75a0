# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""As whom Mindbox knows a contact, and which e-mail and phone are really theirs."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...catalogue import RELEASE
from ...exceptions import MindboxSkipped
from ..outbox.json_text import CLEAR
from .mindbox_contact import KINDS

# Fields by which a contact changes: the phone is read as one of the country.
REACHED_BY = {"email", "phone", "country_id"}

# Contacts that somebody has left, or that come with a merge, while that waits.
LEFT = """
    SELECT endpoint_id, event, partner_id, left_contacts FROM mindbox_request
     WHERE state = 'pending' AND left_contacts IS NOT NULL
       AND string_to_array(left_contacts, ' ') && %s::text[]
"""


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    mindbox_contact_ids = fields.Many2many(
        "mindbox.contact",
        "mindbox_contact_claimant_rel",
        "partner_id",
        "contact_id",
        string="Shared Contacts",
        copy=False,
        readonly=True,
        groups="mindbox_connector.group_mindbox_user",
        help="E-mail and phone that other customers have, too.",
    )
    mindbox_contact_notice = fields.Text(
        string="Shared Contacts in Words",
        compute="_compute_mindbox_contact_notice",
        groups="mindbox_connector.group_mindbox_user",
    )

    # Of a whole batch at once, as they are asked for when bodies are built.
    mindbox_left_contacts = fields.Json(
        string="Contacts Being Left",
        compute="_compute_mindbox_left_contacts",
        compute_sudo=True,
        groups=fields.NO_ACCESS,
    )

    _mindbox_phone_idx = models.Index(
        "(phone_sanitized) WHERE phone_sanitized IS NOT NULL"
    )

    @api.depends_context("lang")
    @api.depends("mindbox_contact_ids")
    def _compute_mindbox_contact_notice(self):
        for partner in self:
            words = [c._explain(partner) for c in partner.mindbox_contact_ids]
            partner.mindbox_contact_notice = "\n".join(words)

    # === WHO IS WHO === #

    def _mindbox_person(self, endpoint):
        """Return the customer as whom Mindbox knows this one.

        Who has an account is known as such. Whoever buys without one comes back as
        another contact of Odoo each time: by the e-mail, or by the phone where there
        is none, they are all the customer who owns it.
        """
        if not self or self.sudo().with_context(active_test=False).user_ids:
            return self
        kind = "email" if self.email_normalized else "phone"
        owner = self._mindbox_get_owners(endpoint).get(kind)
        return self.browse(owner.id) if owner else self

    def _mindbox_get_owners(self, endpoint):
        """Return {kind: customer} of the contacts that somebody else owns, too.

        What is decided is of a contact as it was: one that has changed is not meant.
        """
        now = self._mindbox_get_contacts()
        return {
            contact.kind: contact.partner_id
            for contact in self.sudo().mindbox_contact_ids
            if contact.endpoint_id == endpoint and now[contact.kind] == contact.value
        }

    def _mindbox_get_foreign(self, endpoint):
        """Return Mindbox's fields of the contacts that others own."""
        owners = self._mindbox_get_owners(endpoint)
        return {KINDS[kind] for kind, owner in owners.items() if owner.id != self.id}

    def _compute_mindbox_left_contacts(self):
        self.env["mindbox.request"].flush_model(["left_contacts", "state"])
        words = list(self._mindbox_get_words())
        rows = self.env.execute_query(SQL(LEFT, words))
        for partner in self:
            mine = partner._mindbox_get_words()
            partner.mindbox_left_contacts = [
                [endpoint_id, event, partner_id, word]
                for endpoint_id, event, partner_id, text in rows
                for word in mine & set(text.split())
            ]

    def _mindbox_get_unreleased(self, endpoint, inherited=False):
        """Return Mindbox's fields of the contacts that it knows as another one's still.

        That one has left them, or is merged into this customer, and Mindbox does not
        know it yet. A body that names such a contact beside the ID is ambiguous.

        :param bool inherited: only those that come with a merge
        """
        found = set()
        for endpoint_id, event, partner_id, word in self.mindbox_left_contacts or ():
            by_merge, mine = event == "customer_merge", partner_id == self.id
            waits = by_merge and mine if inherited else by_merge or not mine
            if waits and endpoint_id == endpoint.id:
                found.add(KINDS[word.partition(":")[0]])
        return found

    def _mindbox_get_contacts(self):
        """Return {kind: e-mail or phone, as Mindbox gets it}."""
        digits = "".join(filter(str.isdigit, self.phone_sanitized or ""))
        return {"email": self.email_normalized or "", "phone": digits}

    def _mindbox_get_words(self):
        """Return the contacts of these customers as words: kind:value."""
        contacts = (partner._mindbox_get_contacts() for partner in self)
        return {f"{k}:{v}" for one in contacts for k, v in one.items() if v}

    def _mindbox_get_handed_on(self):
        """Return the contacts by which Mindbox knows these customers.

        One that was just left is known there until that is told.

        :return: (Mindbox's fields, the contacts as words)
        """
        words = self._mindbox_get_words()
        known = {KINDS[word.partition(":")[0]] for word in words}
        waiting = [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("state", "=", "pending"),
        ]
        either = ["|", ("cleared", "!=", False), ("left_contacts", "!=", False)]
        for row in self.env["mindbox.request"].sudo().search(waiting + either):
            known |= set((row.cleared or "").split())
            words |= set((row.left_contacts or "").split())
        return known, words

    def _on_mindbox_move(self, endpoint, before, person):
        """Hook: what was told of this customer is told as of somebody else from now on.

        Rooms that tell something extend it.

        :param before: the customer as whom Mindbox has known this one, maybe gone
        :param person: the one as whom it does from now on
        """
        if before == self:
            self.env["mindbox.contact"]._empty(endpoint, self)

    # === A CONTACT THAT IS GIVEN UP === #

    def _mindbox_operation(self, event, endpoint):
        """Giving up a contact is an edit."""
        event = "customer_edit" if event == RELEASE else event
        return super()._mindbox_operation(event, endpoint)

    def _mindbox_customer_release_body(self, endpoint):
        """Return what empties the contacts that others own; nothing else is told."""
        ids = {endpoint.customer_id_name: str(self.id)}
        foreign = self._mindbox_get_foreign(endpoint)
        if self._mindbox_person(endpoint) != self:
            # By whatever contact Mindbox knows him: it is out of date.
            foreign = set(KINDS.values())
        if not foreign:
            raise MindboxSkipped("contact_own")
        return {"customer": {"ids": ids} | dict.fromkeys(sorted(foreign), CLEAR)}

    # === WHAT MAY CHANGE IT === #

    def write(self, vals):
        """Who is archived leaves the contacts to the others, and may get them back.

        Of a contact that is left Mindbox does not hear at once: who has it by then is
        told once it does.
        """
        concerned = self if REACHED_BY & vals.keys() else ()
        had = {partner: partner._mindbox_get_words() for partner in concerned}
        # A merge writes all fields, changed or not.
        turned = self.filtered(lambda p: p.active != vals.get("active", p.active))
        result = super().write(vals)
        for partner, words in had.items():
            if left := words - partner._mindbox_get_words():
                partner._mindbox_mark("customer_edit", left=left)
        if "active" in vals:
            turned._mindbox_mark_sharing()
        return result

    def unlink(self):
        self._mindbox_free_contacts()
        return super().unlink()

    def _on_erase(self):
        """What was theirs may be another one's now."""
        self._mindbox_forget_left()
        result = super()._on_erase()
        self._mindbox_free_contacts()
        own = [("partner_id", "in", self.ids)]
        self.env["mindbox.person"].sudo().search(own).unlink()
        return result

    def _mindbox_forget_left(self):
        """Who has left what is theirs now does not keep it."""
        self.env["mindbox.request"]._execute(
            SQL(
                """
                UPDATE mindbox_request SET left_contacts = NULL
                 WHERE left_contacts IS NOT NULL
                   AND string_to_array(left_contacts, ' ') && %s
                RETURNING id
                """,
                sorted(self._mindbox_get_words()),
            )
        )

    def _mindbox_free_contacts(self):
        # A merge has handed them on already, by statements of its own.
        self.invalidate_recordset(["mindbox_contact_ids"])
        contacts = self.sudo().mindbox_contact_ids
        others = contacts.claimant_ids - self
        contacts.unlink()
        others._mindbox_mark("customer_edit")

    def _mindbox_mark_sharing(self):
        """Have the owners of shared contacts found anew, when these are told."""
        sharing = self.sudo().mindbox_contact_ids.claimant_ids
        sharing._mindbox_mark("customer_edit")
