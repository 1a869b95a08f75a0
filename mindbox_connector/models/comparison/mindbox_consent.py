# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import models
from odoo.tools import SQL

from ..consent.mindbox_consent import CHANNELS


class MindboxConsent(models.Model):
    _name = "mindbox.consent"
    _inherit = ["mindbox.consent"]

    def _mindbox_expected(self, endpoint):
        """The newest decisions of the customers that Mindbox knows, or knows as one."""
        return SQL(
            """
            SELECT DISTINCT ON (known.res_id, channel, COALESCE(topic, ''))
                   consent.id AS res_id, consent.partner_id,
                   decided_at::date AS date, NULL::numeric AS amount,
                   decided_at AS changed_at, consent.create_date AS created_at,
                   jsonb_build_object(
                       concat((%(channels)s::jsonb)->>channel, '/', topic, '/',
                              %(brand)s::text),
                       is_subscribed) AS state
              FROM mindbox_consent consent
              JOIN (%(customers)s) AS customer ON customer.id = consent.partner_id
              LEFT JOIN mindbox_person other
                     ON other.partner_id = consent.partner_id
                    AND other.endpoint_id = %(endpoint)s
              JOIN mindbox_ledger known
                ON known.kind = 'customers' AND known.endpoint_id = %(endpoint)s
               AND known.res_id = CASE WHEN other.id IS NULL
                   THEN consent.partner_id ELSE other.person_id END
             ORDER BY known.res_id, channel, COALESCE(topic, ''),
                      decided_at DESC, consent.id DESC
            """,
            channels=json.dumps(CHANNELS),
            brand=endpoint.brand or "",
            customers=self.env["mindbox.scope"]._get_customers(endpoint),
            endpoint=endpoint.id,
        )
