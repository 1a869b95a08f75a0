# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deciding whose contacts are, and having told what that changes.

The shop decides nothing: of two who register at once with the same phone, neither
waits. It is the delivery that does, before it builds the bodies of some customers, and
a check of all at once.
"""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...catalogue import RELEASE
from .ranking import Claimant, decide, get_rank

# Before anything else in the lane of the new owner.
FIRST = -1


class Change(NamedTuple):
    """A contact that has an owner now who did not have it before.

    * ``others``: who has it, too, or had it
    * ``giving_up``: those of them of whom Mindbox was told with it
    * ``left_by``: the owner of before, who does not have it any more
    * ``is_handed_over``: it has had another owner
    """

    owner: int
    others: set
    giving_up: set
    left_by: int | None
    is_handed_over: bool


class MindboxContact(models.Model):
    _name = "mindbox.contact"
    _inherit = ["mindbox.contact"]

    @api.model
    def _settle(self, endpoint, partner_ids, about_to_be_told=()):
        """Decide whose the contacts of some customers are, and have changes told.

        :param about_to_be_told: IDs of those of them whose profiles are about to leave
        :return: lanes in which somebody has to give up a contact before all else, and
            those that were joined to others
        """
        if not partner_ids:
            return set()
        claims, known = self._find_concerned(endpoint, list(partner_ids))
        return self._decide(endpoint, claims, known, set(partner_ids), about_to_be_told)

    def _find_concerned(self, endpoint, partner_ids):
        """Return ({(kind, value): claimants}, the same of what was decided before)."""
        keys = self._find_keys(endpoint, partner_ids)
        if not keys:
            return {}, {}
        values = defaultdict(list)
        for kind, value in keys:
            values[kind].append(value)
        claims = self._find_claims(endpoint, values["email"], values["phone"])
        known = self._find_stored(endpoint, keys)
        shared = any(len(claimants) > 1 for claimants in claims.values())
        return (claims, known) if shared or known else ({}, {})

    @api.model
    def _check(self, endpoint):
        """Decide whose all contacts are that several customers have."""
        self.env.flush_all()
        claims = self._find_claims(endpoint)
        stored = self.search([("endpoint_id", "=", endpoint.id)])
        known = {(contact.kind, contact.value): contact for contact in stored}
        gone = [key for key in known if key not in claims]
        if gone:
            emails = [value for kind, value in gone if kind == "email"]
            phones = [value for kind, value in gone if kind == "phone"]
            claims |= self._find_claims(endpoint, emails, phones)
        return self._decide(endpoint, claims, known, set(), ())

    @api.model
    def _pass_on(self, endpoint, partner, words):
        """Have those told who have contacts that Mindbox knew as somebody's till now.

        :param partner: who has left them
        :param words: the contacts, as of ``_mindbox_get_words`` of ``res.partner``
        """
        keys = [tuple(word.split(":", 1)) for word in words]
        emails = [value for kind, value in keys if kind == "email"]
        phones = [value for kind, value in keys if kind == "phone"]
        claims = self._find_claims(endpoint, emails, phones)
        owners = {
            sorted(claimants, key=get_rank)[0].id for claimants in claims.values()
        }
        for owner_id in sorted(owners - {partner.id}):
            self._tell(endpoint, owner_id, partner.id)

    # === WHO HAS WHAT === #

    def _find_keys(self, endpoint, partner_ids):
        """Return (kind, value) of what customers have, and of what they had."""
        return self.env.execute_query(
            SQL(
                """
                SELECT 'email', email_normalized FROM res_partner
                 WHERE id = ANY(%(ids)s) AND email_normalized IS NOT NULL
                 UNION
                SELECT 'phone', regexp_replace(phone_sanitized, '\\D', '', 'g')
                  FROM res_partner
                 WHERE id = ANY(%(ids)s) AND phone_sanitized IS NOT NULL
                 UNION
                SELECT contact.kind, contact.value
                  FROM mindbox_contact_claimant_rel claim
                  JOIN mindbox_contact contact ON contact.id = claim.contact_id
                 WHERE claim.partner_id = ANY(%(ids)s)
                   AND contact.endpoint_id = %(endpoint)s
                """,
                ids=partner_ids,
                endpoint=endpoint.id,
            )
        )

    def _find_stored(self, endpoint, keys):
        """Return {(kind, value): contact} of what was decided before."""
        domain = [
            ("endpoint_id", "=", endpoint.id),
            ("value", "in", [value for _kind, value in keys]),
        ]
        stored = {(c.kind, c.value): c for c in self.search(domain)}
        return {key: stored[key] for key in keys if key in stored}

    def _find_claims(self, endpoint, emails=None, phones=None):
        """Return {(kind, value): claimants}; without values of all that are shared."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT claim.kind, claim.value, partner.id, partner.active,
                       login.names IS NOT NULL,
                       COALESCE(claim.value = ANY(login.names) AND login.used, FALSE),
                       partner.is_company IS NOT TRUE, partner.create_date
                  FROM (%s) AS claim
                  JOIN res_partner partner ON partner.id = claim.partner_id
                  LEFT JOIN LATERAL (
                      SELECT array_agg(lower(account.login)) AS names,
                             EXISTS (SELECT FROM res_users_log log
                                      WHERE log.create_uid = ANY(array_agg(account.id))
                             ) AS used
                        FROM res_users account
                       WHERE account.partner_id = partner.id
                  ) AS login ON TRUE
                """,
                self.env["mindbox.scope"]._get_claims(endpoint, emails, phones),
            )
        )
        claims = defaultdict(list)
        for kind, value, *features in rows:
            claims[kind, value].append(Claimant(*features))
        return claims

    # === DECIDE, KEEP, TELL === #

    def _decide(self, endpoint, claims, known, concerned, about_to_be_told):
        """Write down the owners; have what was another's given up and told anew.

        :param dict known: {(kind, value): contact} as decided before
        :param set concerned: IDs of the customers whose events have led here
        """
        told = self._find_told(endpoint, claims)
        everybody = concerned | _get_everybody(claims, known)
        changes = self._keep(endpoint, claims, known, told)
        given_up = {(c.owner, loser) for c in changes for loser in c.giving_up}
        for owner, loser in given_up:
            self._release(endpoint, owner, loser)
        for change in changes:
            new = change.owner not in told and concerned & change.others
            if change.left_by:
                self._tell(endpoint, change.owner, change.left_by)
            elif change.owner not in about_to_be_told:
                if change.giving_up or change.is_handed_over or new:
                    self._tell(endpoint, change.owner, change.owner)
        # What they have told, or are about to, was with the contact.
        losers = self.env["res.partner"].browse({loser for _owner, loser in given_up})
        losers.filtered("user_ids")._mindbox_mark("customer_edit")
        self.env["mindbox.person"]._follow(endpoint, everybody)
        # Who has gone over to another lane goes on there.
        leaving = {owner for owner, *_rest, left_by, _handed in changes if left_by}
        leaving |= {owner for owner, _loser in given_up}
        return {f"partner-{owner}" for owner in leaving}

    def _keep(self, endpoint, claims, known, told):
        """Write down the owners, and return the :class:`Change` of each new one."""
        changes, made = [], []
        for key in claims.keys() | known.keys():
            contact = known.get(key, self)
            before, claimants = contact.partner_id.id, claims.get(key, ())
            ids = {claimant.id for claimant in claimants}
            if len(claimants) > 1:
                owner, reason = decide(claimants)
                owner_id = owner.id
                values = _get_values(owner_id, reason, ids)
                if contact:
                    contact._write_changed(values)
                else:
                    place = {"kind": key[0], "value": key[1]}
                    made.append({"endpoint_id": endpoint.id, **place, **values})
            else:
                contact.unlink()
                owner_id = next(iter(ids), None)
            if owner_id and owner_id != before:
                changes.append(_get_change(owner_id, before, ids, told))
        self.create(made)
        return changes

    def _write_changed(self, values):
        if (
            self.partner_id.id != values["partner_id"]
            or self.reason != values["reason"]
            or set(self.claimant_ids.ids) != set(values["claimant_ids"][0][2])
        ):
            self.write(values)

    def _find_told(self, endpoint, claims):
        """Return the IDs of the customers of whom Mindbox was told."""
        shared = [found for found in claims.values() if len(found) > 1]
        ids = {claimant.id for found in shared for claimant in found}
        rows = self.env["mindbox.ledger"].search_read(
            [
                ("endpoint_id", "=", endpoint.id),
                ("kind", "=", "customers"),
                ("res_id", "in", list(ids)),
            ],
            ["res_id"],
        )
        return {row["res_id"] for row in rows}

    def _release(self, endpoint, owner, loser):
        """Have a customer give up contacts, before the new owner comes with them."""
        self._queue(endpoint, RELEASE, loser, owner, FIRST)

    def _empty(self, endpoint, partner):
        """Have a customer give up all contacts, who is known as another one now."""
        self._queue(endpoint, RELEASE, partner.id, partner.id, FIRST)

    def _tell(self, endpoint, owner, after):
        """Have an owner told, who may be new to Mindbox.

        :param int after: the customer in whose lane, since that one leaves the contact
        """
        events = self.env["mindbox.catalogue"]._get_events()
        priority = events["customer_register"].priority
        if after != owner:
            # After the edit by which it is left.
            priority = events["customer_edit"].priority
            # A profile and a decision that pass each other would be out of date.
            self.env["mindbox.request"].sudo()._join_lane([owner], after)
        self._queue(endpoint, "customer_edit", owner, after, priority)

    def _queue(self, endpoint, event, partner_id, lane, priority):
        partner = endpoint._with_sender(self.env["res.partner"].browse(partner_id))
        operation = partner._mindbox_operation(event, endpoint)
        if not operation or endpoint.state == "draft":
            return
        row = partner._mindbox_prepare_row(event, operation) | {
            "endpoint_id": endpoint.id,
            "partner_id": partner_id,
            "customer_key": f"partner-{lane}",
            "occurred_at": datetime.utcnow(),
            "priority": priority,
        }
        if event == RELEASE:
            row |= endpoint._build_row_values(partner, row)
        self.env["mindbox.request"].sudo()._insert([row])


def _get_everybody(claims, known):
    """Return the IDs of all who have contacts, or had them when that was decided."""
    had = {partner_id for c in known.values() for partner_id in c.claimant_ids.ids}
    return had | {c.id for claimants in claims.values() for c in claimants}


def _get_values(owner_id, reason, ids):
    return {
        "partner_id": owner_id,
        "reason": reason,
        "claimant_ids": [(6, 0, sorted(ids))],
        "claimant_count": len(ids),
    }


def _get_change(owner, before, ids, told):
    others = ids - {owner}
    giving_up = others & told & ({before} if before else others)
    left_by = before if before and before not in ids else None
    return Change(owner, others or {before}, giving_up, left_by, bool(before))
