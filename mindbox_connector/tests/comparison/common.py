# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of the comparison share."""

from odoo.fields import Command

from ..common import RealCase, Reply

REJECTED = Reply(400, {"status": "ProtocolError", "errorMessage": "no"})


class LedgerCase(RealCase):
    def ledger(self, kind, *names):
        """Return the rows of a kind as dicts, oldest record first."""
        names = names or ("res_id", "amount", "reference", "partner_id", "origin")
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id), ("kind", "=", kind)]
            return env["mindbox.ledger"].search_read(domain, names, order="res_id")

    def make_order(self, partner_id, price):
        with self.transaction() as env:
            product = env["product.product"].create({"name": "Lamp", "taxes_id": False})
            line = {"product_id": product.id, "price_unit": price, "tax_ids": False}
            order = env["sale.order"].create(
                {"partner_id": partner_id, "order_line": [Command.create(line)]}
            )
            order.action_confirm()
            self.addCleanup(self.remove_order, order.id)
            return order.id

    def remove_order(self, order_id):
        with self.transaction(mindbox_skip=True) as env:
            order = env["sale.order"].browse(order_id).exists()
            order._action_cancel()
            order.unlink()

    def make_card(self, partner_id, points):
        with self.transaction() as env:
            program = env["loyalty.program"].create(
                {"name": "Card", "program_type": "loyalty", "applies_on": "both"}
            )
            card = env["loyalty.card"].create(
                {"program_id": program.id, "partner_id": partner_id, "points": points}
            )
            self.addCleanup(self.remove_program, program.id)
            return card.id

    def remove_program(self, program_id):
        with self.transaction(mindbox_skip=True) as env:
            program = env["loyalty.program"].browse(program_id)
            program.active = False
            program.coupon_ids.unlink()
            program.unlink()

    def change(self, model, record_id, **values):
        with self.transaction() as env:
            env[model].browse(record_id).write(values)


class ReconciliationCase(LedgerCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            # What the demo data hold is not this test's business.
            self.set_domain(env, [("id", ">", self._newest["res.partner"])])

    def set_domain(self, env, domain):
        env["mindbox.endpoint"].browse(self.endpoint_id).customer_domain = str(domain)

    def reconcile(self):
        """Compare as the nightly job does; return the run as a dict."""
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            run = endpoint._queue_reconciliation()
            endpoint._reconcile()
            self.assertEqual(run.state, "done", run.error)
            return run.read()[0]

    def differences(self, *names, state="open"):
        names = names or ("kind", "res_id", "problem", "cause")
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id), ("state", "=", state)]
            rows = env["mindbox.difference"].search_read(domain, names, order="id")
        return [tuple(row[name] for name in names) for row in rows]

    def send(self):
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id)]
            env["mindbox.difference"].search(domain).action_send()

    def execute(self, query, *params):
        with self.transaction() as env:
            env.cr.execute(query, params)

    def lose(self, kind, record_id):
        self.execute(
            "DELETE FROM mindbox_ledger WHERE kind = %s AND res_id = %s",
            kind,
            record_id,
        )

    def make_everything(self):
        """Return a customer, an order and a card that Mindbox has accepted."""
        partner_id = self.make_partner()
        order_id = self.make_order(partner_id, 120)
        card_id = self.make_card(partner_id, 50)
        self.deliver()
        return partner_id, order_id, card_id
