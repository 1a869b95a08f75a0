# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ...catalogue import RELEASE
from ..outbox.json_text import rename_customer
from .mindbox_person import PROFILES


class MindboxEndpoint(models.Model):
    """What an integration point knows of contacts that several customers have."""

    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    guest_orders_by = fields.Selection(
        [
            ("owner", "The ID of the customer who owns the e-mail"),
            ("contacts", "The e-mail and phone"),
        ],
        string="Orders of Guests Go By",
        default="owner",
        required=True,
        help="Somebody buys without logging in, with the e-mail of a customer. By the "
        "ID the order is that customer's for sure; by the contacts it is whoever has "
        "them in Mindbox, also where they came there by another way than Odoo.",
    )
    contacts_checked_at = fields.Datetime(readonly=True, copy=False)
    contact_count = fields.Integer(
        string="Shared Contacts", compute="_compute_contact_count"
    )

    def _compute_contact_count(self):
        groups = self.env["mindbox.contact"]._read_group(
            [("endpoint_id", "in", self.ids)], ["endpoint_id"], ["__count"]
        )
        counts = {endpoint.id: count for endpoint, count in groups}
        for endpoint in self:
            endpoint.contact_count = counts.get(endpoint.id, 0)

    # === CHECK === #

    def action_check_contacts(self):
        """Find all contacts that several customers have, and show them.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        self.sudo()._check_contacts()
        return self.action_view_contacts()

    def action_view_contacts(self):
        """Open the contacts that several customers have, with the people concerned."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_contact_action"
        )
        return action | {"domain": [("endpoint_id", "=", self.id)], "context": {}}

    def _check_contacts(self):
        for endpoint in self:
            self.env["mindbox.contact"]._check(endpoint)
            endpoint.contacts_checked_at = fields.Datetime.now()
        self.filtered(lambda e: e.state == "running")._kick_after_commit()

    def action_start(self):
        """Say at the first start how many contacts several customers have."""
        new = self.filtered(lambda endpoint: not endpoint.contacts_checked_at)
        result = super().action_start()
        new.sudo()._check_contacts()
        shared = sum(new.mapped("contact_count"))
        return new._say_shared(shared) if shared else result

    def _say_shared(self, shared):
        message = self.env._(
            "Started. E-mails or phones that several customers have: %s. Mindbox is "
            "told of each for one customer only; see Shared Contacts.",
            shared,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": message,
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === DELIVERY === #

    def _after_sent(self, parcels):
        """Whoever stays when Mindbox merges inherits contacts that the others had.

        In Odoo they may be nobody's by now, or still another customer's: they are
        emptied where this customer has none, also if that has changed meanwhile. Who
        has a contact that another one has left was told too early, perhaps: Mindbox
        knew it as the other one's, and ignored it.
        """
        result = super()._after_sent(parcels)
        leaving = self._find_leaving(parcels)
        for merge in self._find_merge_requests(parcels).filtered("cleared"):
            facts = {"cleared": set(merge.cleared.split())}
            if words := leaving.pop(merge, None):
                facts["left"] = words
            survivor = merge.partner_id._mindbox_person(self)
            survivor._mindbox_mark("customer_edit", **facts)
        for request, words in leaving.items():
            self.env["mindbox.contact"]._pass_on(self, request.partner_id, words)
        return result

    def _find_leaving(self, parcels):
        """Return {request: contacts, as words, that Mindbox hears are left}.

        They are needed once.
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE mindbox_request new SET left_contacts = NULL
                  FROM mindbox_request old
                 WHERE new.id = ANY(%s) AND new.left_contacts IS NOT NULL
                   AND old.id = new.id AND new.partner_id IS NOT NULL
                RETURNING new.id, old.left_contacts
                """,
                [parcel.id for parcel in parcels],
            )
        )
        requests = self.env["mindbox.request"]
        return {requests.browse(row_id): set(words.split()) for row_id, words in rows}

    def _leave_contested(self, rows):
        """Whose a contact is, is decided before any body is built that holds it."""
        rows = super()._leave_contested(rows)
        unsent = [r for r in rows if r["partner_id"] and not r["may_have_left"]]
        concerned = {row["partner_id"] for row in unsent if row["event"] != RELEASE}
        told = {
            row["partner_id"]
            for row in unsent
            if row["payload"] is None and row["event"] in PROFILES
        }
        lanes = self.env["mindbox.contact"]._settle(self, concerned, told)
        moved = self._move_to_persons(unsent)
        return [
            row
            for row in rows
            if row["customer_key"] not in lanes and row["id"] not in moved
        ]

    def _move_to_persons(self, rows):
        """Let what is about somebody known as another customer follow that one.

        What was recorded before that was decided names the wrong one; that is right of
        somebody whom Mindbox knows: it is moved along with all that was told before.

        :return: IDs of the rows that were moved, and leave later
        """
        persons = self._get_persons({row["partner_id"] for row in rows})
        told = self.env["mindbox.person"]._filter_told(self, persons)
        moved = []
        for row in rows:
            own, person = row["partner_id"], persons.get(row["partner_id"])
            if not person or row["event"] in (*PROFILES, RELEASE):
                continue
            values = {"id": row["id"], "customer_key": f"partner-{person}"}
            values["payload"] = row["payload"]
            if row["payload"] and own not in told:
                values["payload"] = rename_customer(
                    row["payload"], self.customer_id_name, own, person
                )
            if any(row[name] != value for name, value in values.items()):
                moved.append(values)
        if moved:
            self.env["mindbox.request"]._update(moved)
        return {row["id"] for row in moved}

    def _get_persons(self, partner_ids):
        """Return {customer ID: ID of the other customer as whom Mindbox knows it}."""
        partners = self._with_sender(self.env["res.partner"].browse(partner_ids))
        sharing = partners.exists().filtered("mindbox_contact_ids")
        persons = {partner.id: partner._mindbox_person(self).id for partner in sharing}
        return {own: person for own, person in persons.items() if own != person}
