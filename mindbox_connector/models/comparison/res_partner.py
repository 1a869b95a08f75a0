# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

from ..shop.names import MAX_EMAIL


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_erase(self):
        result = super()._on_erase()
        self.env["mindbox.difference"]._forget(self)
        return result

    def _mindbox_expected(self, endpoint):
        """Customers with a contact, as whom Mindbox knows them; who is known already
        stays so without one.
        """
        scope = self.env["mindbox.scope"]
        return SQL(
            """
            SELECT customer.id AS res_id, customer.id AS partner_id,
                   customer.create_date::date AS date, NULL::numeric AS amount,
                   customer.write_date AS changed_at, customer.create_date AS created_at
              FROM (%(customers)s) AS customer
             WHERE (length(customer.email_normalized) BETWEEN 1 AND %(longest)s
                    OR customer.phone ~ '[0-9]') AND %(person)s = customer.id
                OR EXISTS (SELECT FROM mindbox_ledger known
                            WHERE known.endpoint_id = %(endpoint)s
                              AND known.kind = 'customers'
                              AND known.res_id = customer.id)
            """,
            customers=scope._get_customers(endpoint),
            person=scope._get_person(endpoint, SQL("customer.id")),
            longest=MAX_EMAIL,
            endpoint=endpoint.id,
        )

    def _mindbox_send_again(self, endpoint, kind, missing):
        """Customers take along what they have decided and Mindbox was not told."""
        result = super()._mindbox_send_again(endpoint, kind, missing)
        decisions = self.env["mindbox.consent"]._get_newest(endpoint, self)
        decisions._filter_untold(endpoint)._mindbox_mark("customer_subscription")
        return result
