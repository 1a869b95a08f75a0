# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What differs: all that is expected beside all that was told, in a temporary table."""

from odoo import models
from odoo.tools import SQL

from .expectation import get_expected

# What was told before the ledger kept states is JSON's null: nobody knows it.
ANOTHER_STATE = """
    (state IS NOT NULL AND told_state IS DISTINCT FROM 'null'
     AND NOT COALESCE(told_state, '{}') @> jsonb_strip_nulls(state))
"""
# Customers, at most, that are rebuilt in a run to see whether they have changed.
CANDIDATES = 20_000
# Customers that are rebuilt at a time.
FIND_CHUNK = 1000


class MindboxReconciliation(models.Model):
    _name = "mindbox.reconciliation"
    _inherit = ["mindbox.reconciliation"]

    def _fill_comparison(self):
        """Put what is expected beside what was told into a table of its own."""
        self.endpoint_id._check_contacts()
        self.env.flush_all()
        kinds = self.endpoint_id._get_told_kinds()
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE mindbox_comparison ON COMMIT DROP AS
                SELECT kind, res_id,
                       COALESCE(expected.partner_id, known.partner_id) AS partner_id,
                       COALESCE(expected.date, known.date,
                                known.acknowledged_at::date) AS date,
                       expected.created_at IS NOT NULL AS expected,
                       known.id IS NOT NULL AS told,
                       expected.amount, known.amount AS told_amount,
                       expected.state, known.state AS told_state,
                       expected.changed_at, expected.created_at,
                       known.acknowledged_at, known.digest, known.reference,
                       NULL::varchar AS problem
                  FROM (%(expected)s) AS expected
                  FULL JOIN (
                       SELECT * FROM mindbox_ledger
                        WHERE endpoint_id = %(endpoint)s AND kind = ANY(%(kinds)s)
                  ) AS known USING (kind, res_id)
                """,
                expected=get_expected(self.endpoint_id, kinds),
                endpoint=self.endpoint_id.id,
                kinds=kinds,
            ),
            log_exceptions=False,
        )
        self._accept_what_was()
        self._fill_amounts()
        self._find_problems()
        self._find_changed_customers()

    def _accept_what_was(self):
        """What Mindbox was told in its time may stay: an order that is a quotation
        again, a card without an owner. Its total is the one of that time.
        """
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        for kind in kinds.keys() - {"customers"}:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE mindbox_comparison compared
                       SET expected = TRUE, amount = told_amount
                     WHERE kind = %s AND NOT expected
                       AND EXISTS (SELECT FROM %s record
                                    WHERE record.id = compared.res_id)
                    """,
                    kind,
                    SQL.identifier(self.env[kinds[kind].model]._table),
                )
            )

    def _fill_amounts(self):
        """Count line by line the orders that are not kept as they were ordered."""
        endpoint = self.endpoint_id
        orders = self.env.execute_query(
            SQL(
                "SELECT res_id FROM mindbox_comparison"
                " WHERE kind = 'orders' AND expected AND amount IS NULL"
                " ORDER BY res_id"
            )
        )
        ids = [order_id for (order_id,) in orders]
        for start in range(0, len(ids), FIND_CHUNK):
            chunk = self.env["sale.order"].browse(ids[start : start + FIND_CHUNK])
            totals = {
                order.id: order._mindbox_totals(endpoint)["totalPrice"]
                for order in endpoint._with_sender(chunk)
            }
            self._set_amounts(totals)
            self.env.invalidate_all()

    def _set_amounts(self, totals):
        """Write down expected totals, {order ID: amount}."""
        self.env.cr.execute(
            "UPDATE mindbox_comparison SET amount = new.amount"
            " FROM unnest(%s::int[], %s::numeric[]) AS new (id, amount)"
            " WHERE kind = 'orders' AND res_id = new.id",
            (list(totals), list(totals.values())),
        )

    def _find_problems(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE mindbox_comparison
                   SET problem = CASE WHEN NOT told THEN 'missing'
                                      WHEN NOT expected THEN 'extra'
                                      WHEN amount != told_amount THEN 'amount'
                                      ELSE 'state' END
                 WHERE NOT told OR NOT expected OR amount != told_amount
                    OR %(another_state)s
                """,
                another_state=SQL(ANOTHER_STATE),
            )
        )

    def _find_changed_customers(self):
        """Rebuild the customers that were written to since they were told."""
        candidates = self.env.execute_query(
            SQL(
                """
                SELECT res_id, digest FROM mindbox_comparison
                 WHERE kind = 'customers' AND problem IS NULL
                   AND changed_at > acknowledged_at
                 ORDER BY random() LIMIT %s
                """,
                CANDIDATES,
            )
        )
        for start in range(0, len(candidates), FIND_CHUNK):
            told = dict(candidates[start : start + FIND_CHUNK])
            changed = self._get_changed(told)
            self.env.cr.execute(
                "UPDATE mindbox_comparison SET problem = 'data'"
                " WHERE kind = 'customers' AND res_id = ANY(%s)",
                (changed,),
            )
            self.env.invalidate_all()

    def _get_changed(self, told):
        """Return which customers have other data now.

        :param dict told: {partner ID: digest of what was told}
        """
        endpoint, ledger = self.endpoint_id, self.env["mindbox.ledger"]
        partners = endpoint._with_sender(self.env["res.partner"].browse(told))
        return [
            partner.id
            for partner in partners
            # Who is known as somebody else now is left as told.
            if partner._mindbox_person(endpoint) == partner
            and ledger._get_digest(partner._mindbox_profile(endpoint))
            != told[partner.id]
        ]
