# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...fields import SystemName

SYSTEM_OPERATIONS = {
    "customers": "DirectCrm.Customers.Import",
    "cards": "DirectCrm.Customers.ImportCards",
    "orders": "RetailOrder.Import",
    "balances": "DirectCrm.CreateCustomerBalanceChangeOperation",
}


def _operation(name, label):
    return SystemName(
        string=label,
        required=True,
        default=SYSTEM_OPERATIONS[name],
        help="System name of the bulk operation in Mindbox.",
    )


class MindboxEndpoint(models.Model):
    """What an integration point knows of imports: their operations and their pace."""

    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    import_customers_operation = _operation("customers", "Customers File")
    import_cards_operation = _operation("cards", "Cards File")
    import_orders_operation = _operation("orders", "Orders File")
    import_balances_operation = _operation("balances", "Balances File")
    import_delivery_cost = fields.Boolean(
        string="Delivery Cost in Files",
        help="Whether the orders file has the column OrderDeliveryCost. Mindbox does "
        "not document it: a project that does not know it fails the whole file.",
    )
    files_per_hour = fields.Integer(
        default=60,
        required=True,
        help="Never more bulk imports than this. Mindbox allows 60 for all together.",
    )

    _files_per_hour_check = models.Constraint(
        "CHECK(files_per_hour >= 1)",
        "Files per hour must be 1 or more.",
    )

    def _on_start(self):
        result = super()._on_start()
        self._kick_imports()
        return result

    def _on_sweep(self):
        result = super()._on_sweep()
        self._kick_imports()
        return result

    def _kick_imports(self):
        """Queue the work of the imports that are running."""
        runs = self.env["mindbox.import"].search(
            [("endpoint_id", "in", self.ids), ("state", "=", "running")]
        )
        if runs:
            runs._kick_after_commit()

    def _get_bulk_rest(self):
        """Return the seconds until Mindbox may get another file: 60 an hour."""
        [(files, oldest)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(attempts), 0), min(moment) FROM (
                    SELECT GREATEST(attempts, 1) AS attempts, next_attempt_at AS moment
                      FROM mindbox_request
                     WHERE endpoint_id = %(id)s AND mode = 'bulk'
                       AND state IN ('sent', 'rejected')
                       AND next_attempt_at > %(since)s
                    UNION ALL
                    SELECT chunk.attempts, chunk.last_attempt_at
                      FROM mindbox_import_chunk chunk
                      JOIN mindbox_import run ON run.id = chunk.import_id
                     WHERE run.endpoint_id = %(id)s AND chunk.state = 'frozen'
                       AND chunk.last_attempt_at > %(since)s
                ) AS sent
                """,
                id=self.id,
                since=fields.Datetime.now() - timedelta(hours=1),
            )
        )
        if files < self.files_per_hour:
            return 0
        again = oldest + timedelta(hours=1, seconds=1)
        return max(1, (again - fields.Datetime.now()).total_seconds())
