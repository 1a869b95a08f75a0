# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests of erased customers: their bodies go, nothing leaves, no answer is kept."""

import re

from odoo import api, models
from odoo.tools import SQL

from ...catalogue import FAREWELL
from ...reasons import Reason

PERSONAL = (
    "payload",
    "response",
    "reason_details",
    "left_contacts",
    "device_uuid",
    "customer_ip",
)


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    # === FORGETTING === #

    @api.model
    def _forget(self, partners):
        """Leave no waiting request and no body of erased customers behind."""
        self.env["mindbox.unrecorded"]._forget(partners)
        self._find_all_of(partners)._empty()

    def _empty(self):
        """Keep of requests only that they were there; none of them leaves."""
        # The lane of an unknown visitor is called like the device.
        anonymous = self.filtered(
            lambda r: r.device_uuid and r.device_uuid in (r.customer_key or "")
        )
        anonymous.write({"customer_key": False})
        self.write(dict.fromkeys(PERSONAL, False))
        waiting = self.filtered(lambda request: request.state == "pending")
        waiting.write({"state": "cancelled", **Reason("customer_erased").get_values()})

    @api.model
    def _find_all_of(self, partners):
        """Return the requests that tell of customers, among others or alone.

        Theirs, those about what is theirs, those of their devices from before they were
        known, and those of others that name them; but not the last word that is said
        for them.
        """
        self.flush_model()
        records = partners._get_mindbox_records()
        query = SQL(
            """
            SELECT id FROM mindbox_request
             WHERE partner_id = ANY(%(partners)s) OR %(about)s
                OR partner_id IS NULL AND device_uuid IN (
                       SELECT device_uuid FROM mindbox_request
                        WHERE partner_id = ANY(%(partners)s))
                OR payload ~ %(naming)s AND event != %(farewell)s
            """,
            farewell=FAREWELL,
            partners=records[partners._name],
            about=SQL(" OR ").join(
                SQL("res_model = %s AND res_id = ANY(%s)", model, ids)
                for model, ids in records.items()
            ),
            naming=self._get_naming_pattern(partners),
        )
        return self.sudo().browse(row[0] for row in self.env.execute_query(query))

    def _find_devices(self, partners):
        """Return the devices and the addresses that customers have shopped from."""
        self.flush_model()
        query = SQL(
            """
            SELECT DISTINCT unnest(ARRAY[device_uuid, customer_ip])
              FROM mindbox_request WHERE partner_id = ANY(%s)
            """,
            partners.ids,
        )
        return {word for (word,) in self.env.execute_query(query)}

    def _get_naming_pattern(self, partners):
        """Return the regular expression of bodies that name one of some customers."""
        names = self.env["mindbox.endpoint"]._get_customer_id_names()
        ids = "|".join(map(str, partners.ids))
        one = rf'\{{"({"|".join(map(re.escape, names))})":"({ids})"\}}'
        return rf'"customer":\{{[^{{}}]*"ids":{one}|"customersToMerge":\[[^]]*{one}'

    # === SENDING AGAIN === #

    def _explain_unsendable(self):
        reasons = super()._explain_unsendable()
        reasons["erased"] = self.env._(
            "Some requests are of customers who were erased: nothing of them is sent."
        )
        return reasons

    @api.model
    def _find_unsendable(self, ids):
        erased = self._find_erased(ids).ids
        problems = {"erased": erased} if erased else {}
        return problems | super()._find_unsendable(set(ids) - set(erased))

    @api.model
    def _find_erased(self, ids):
        """Return the requests among some whose customer was erased."""
        self.flush_model(["partner_id"])
        self.env["res.partner"].flush_model(["mindbox_erased_at"])
        query = SQL(
            """
            SELECT request.id
              FROM mindbox_request request
              JOIN res_partner partner ON partner.id = request.partner_id
             WHERE request.id = ANY(%s) AND partner.mindbox_erased_at IS NOT NULL
            """,
            list(ids),
        )
        return self.browse(row[0] for row in self.env.execute_query(query))


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    @api.model
    def _get_customer_id_names(self):
        """Return under which names bodies have the IDs of customers."""
        self.flush_model(["customer_id_name"])
        query = "SELECT DISTINCT customer_id_name FROM mindbox_endpoint"
        return [name for (name,) in self.env.execute_query(SQL(query))]

    def _forget_late(self, request_ids):
        """Forget what was recorded or answered beside the erasure of its customer.

        :return: the IDs of these requests that tell of somebody who was erased
        """
        erased = self.env["mindbox.request"]._find_erased(request_ids)
        if erased:
            erased.partner_id._on_erase()
        return set(erased.ids)

    def _find_gone_lanes(self, on_the_way):
        """Return the lanes of those who were erased or deleted since the claim.

        :param dict on_the_way: {request ID: (merge key, lane)} of what is being sent
        """
        query = SQL(
            """
            SELECT claimed.id
              FROM unnest(%s::int[]) AS claimed (id)
              LEFT JOIN mindbox_request request ON request.id = claimed.id
              LEFT JOIN res_partner partner ON partner.id = request.partner_id
             WHERE request.id IS NULL OR partner.mindbox_erased_at IS NOT NULL
            """,
            list(on_the_way),
        )
        gone = self.env.execute_query(query)
        return {on_the_way[row_id][1] for (row_id,) in gone} - {None}
