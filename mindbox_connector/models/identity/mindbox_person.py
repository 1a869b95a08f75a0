# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

# Events that tell who a customer is, with the contacts.
PROFILES = ("customer_register", "customer_edit")


class MindboxPerson(models.Model):
    """A customer whom Mindbox knows as another one; everybody else is known as such.

    It is written down, so that what was told of them can follow when that changes.
    """

    _name = "mindbox.person"
    _description = "Customer Known as Another One"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    person_id = fields.Many2one(
        "res.partner",
        string="Known As",
        index=True,
        readonly=True,
        ondelete="set null",
        help="Empty: as somebody who is not there any more.",
    )

    _person_uniq = models.UniqueIndex("(endpoint_id, partner_id)")

    @api.model
    def _follow(self, endpoint, partner_ids):
        """Have what is of customers told as of whom they are known as by now."""
        changed = self._find_changed(endpoint, list(partner_ids))
        if not changed:
            return
        self._write_down(endpoint, changed)
        partners = endpoint._with_sender(self.env["res.partner"])
        told = self._filter_told(endpoint, {before for _id, before, _now in changed})
        for own, before, now in changed:
            if before in told:
                former = partners.browse(before or ())
                partners.browse(own)._on_mindbox_move(
                    endpoint, former, partners.browse(now)
                )
        self._queue_behind(endpoint, [c for c in changed if c[0] == c[2] != c[1]])

    def _queue_behind(self, endpoint, leavers):
        """Let what is told of customers follow their profiles, which make them.

        Those wait, maybe, until whom they are leaving has given up their contacts. What
        is taken back from that one would come back with who is merged into him.
        """
        if leavers:
            self.env["mindbox.source"]._mindbox_flush()
        requests = self.env["mindbox.request"].sudo()
        events = self.env["mindbox.catalogue"]._get_events()
        latest = events["customer_edit"].priority
        waiting = [("endpoint_id", "=", endpoint.id), ("state", "=", "pending")]
        for own, before, _now in leavers:
            both = ("partner_id", "in", list(filter(None, (own, before))))
            rows = requests.search([*waiting, both])
            profiles = rows.filtered(lambda row: row.event in PROFILES)
            for row in rows - profiles:
                if "customers" in events[row.event].needs:
                    row.priority = max(row.priority, latest)
            requests.flush_model(["priority"])
            lanes = profiles.filtered(lambda row, own=own: row.res_id == own)
            if f"partner-{before}" in lanes.mapped("customer_key"):
                requests._join_lane([own], before)

    def _find_changed(self, endpoint, partner_ids):
        """Return [(customer ID, ID of whom it was known as, the one of now)]."""
        self.env.flush_all()
        person = self.env["mindbox.scope"]._get_person(endpoint, SQL("customer.id"))
        return self.env.execute_query(
            SQL(
                """
                SELECT * FROM (
                    SELECT customer.id,
                           CASE WHEN known.id IS NULL THEN customer.id
                                ELSE known.person_id END AS before,
                           %(person)s AS now
                      FROM res_partner customer
                      LEFT JOIN mindbox_person known
                             ON known.partner_id = customer.id
                            AND known.endpoint_id = %(endpoint)s
                     WHERE customer.id = ANY(%(ids)s)
                ) AS known WHERE before IS DISTINCT FROM now ORDER BY id
                """,
                person=person,
                endpoint=endpoint.id,
                ids=partner_ids,
            )
        )

    def _write_down(self, endpoint, changed):
        own_ids = [own for own, _before, _now in changed]
        domain = [("endpoint_id", "=", endpoint.id), ("partner_id", "in", own_ids)]
        self.search(domain).unlink()
        self.create(
            [
                {"endpoint_id": endpoint.id, "partner_id": own, "person_id": now}
                for own, _before, now in changed
                if own != now
            ]
        )

    def _filter_told(self, endpoint, ids):
        """Return which of some customers Mindbox was told of; None, of who is gone."""
        known = self.env["mindbox.ledger"].search_read(
            [
                ("endpoint_id", "=", endpoint.id),
                ("kind", "=", "customers"),
                ("res_id", "in", list(filter(None, ids))),
            ],
            ["res_id"],
        )
        return {row["res_id"] for row in known} | {None}

    @api.model
    def _get_group(self, endpoint, person):
        """Return all customers whom Mindbox knows as one, that one among them."""
        domain = [("endpoint_id", "=", endpoint.id), ("person_id", "=", person.id)]
        return person | self.search(domain).partner_id if person else person

    @api.model
    def _find(self, endpoint, partner):
        """Return the customer as whom Mindbox has known one until now, maybe gone."""
        domain = [("endpoint_id", "=", endpoint.id), ("partner_id", "=", partner.id)]
        known = self.search(domain)
        return known.person_id if known else partner

    # === MERGED CUSTOMERS === #

    @api.model
    def _merge(self, merged, survivor):
        """What was told of others than the merged ones follows the survivor.

        What was told of the merged ones themselves Mindbox merges. Their foreign keys
        have not moved yet.
        """
        ids = merged.ids
        rows = self.search(["|", ("partner_id", "in", ids), ("person_id", "in", ids)])
        for endpoint, here in rows.grouped("endpoint_id").items():
            person = self._find(endpoint, survivor)
            person = survivor if person in merged else person
            leaving = here.filtered(lambda row: row.partner_id in merged)
            moved = [(row.partner_id, row.person_id) for row in leaving]
            leaving.unlink()
            (here - leaving)._rename(person)
            for own, before in moved:
                if before != person and before not in merged:
                    own._on_mindbox_move(endpoint, before, person)

    @api.model
    def _join(self, endpoints, guests, survivor):
        """Guests who stay customers here are merged in Mindbox."""
        at = [("endpoint_id", "in", endpoints.ids)]
        self.search([*at, ("person_id", "in", guests.ids)])._rename(survivor)
        for endpoint in endpoints:
            self._write_down(endpoint, [(g.id, g.id, survivor.id) for g in guests])

    def _rename(self, person):
        own = self.filtered(lambda row: row.partner_id == person)
        own.unlink()
        (self - own).person_id = person
