# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _get_held_condition(self, alias, held, names):
        """An edit of somebody whom Mindbox does not know leaves as a registration."""
        is_held = super()._get_held_condition(alias, held, names)
        register = self._get_operation("customer_register")
        by_register = self.new_customers_by == "customer_register" and register
        if not by_register or register["name"] in names:
            return is_held
        return SQL(
            """
            %(is_held)s AND NOT (
                %(row)s.event = 'customer_edit' AND %(row)s.payload IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM mindbox_ledger
                     WHERE kind = 'customers' AND endpoint_id = %(endpoint)s
                       AND res_id = %(row)s.res_id
                )
            )
            """,
            is_held=is_held,
            row=SQL.identifier(alias),
            endpoint=self.id,
        )
