"""Who sells and ships in the back office, and looks what the order is at Mindbox."""

from collections import Counter
from contextlib import contextmanager

OPEN = ("state", "not in", ("done", "cancel"))


class BackOffice:
    """The people of a shop who confirm, ship, take back and credit orders."""

    def __init__(self, shop, wait_until):
        self.shop, self.wait_until = shop, wait_until

    def rpc(self, *args, **kwargs):
        return self.shop.rpc(*args, **kwargs)

    def place(self, quantity, product=None, **values):
        """Confirm an order of a guest."""
        product = product or self.shop.lamp
        guest = {"name": "B Buyer", "email": f"buyer{len(self.shop.rows())}@x.com"}
        line = (0, 0, {"product_id": product["id"], "product_uom_qty": quantity})
        values = {
            "partner_id": self.rpc("res.partner", "create", guest),
            "order_line": [line],
            **values,
        }
        order = self.rpc("sale.order", "create", values)
        self.rpc("sale.order", "action_confirm", [order])
        return Order(self, order)

    def buy(self, product, quantity):
        """Have a visitor buy on the website."""
        guest = self.shop.visitor()
        guest.add(product, quantity)
        guest.give_address()
        guest.pay()
        domain = [("partner_id.email", "=", guest.email)]
        [order] = self.rpc("sale.order", "search", domain)
        self.wait_until(lambda: self.is_confirmed(order), seconds=30)
        return Order(self, order)

    def is_confirmed(self, order):
        [row] = self.rpc("sale.order", "read", [order], ["state"])
        return row["state"] == "sale"

    def refund(self, payment, amount):
        context = {"active_id": payment, "active_ids": [payment]}
        values = {"payment_id": payment, "amount_to_refund": amount}
        self.run_wizard("payment.refund.wizard", "action_refund", values, context)

    @contextmanager
    def line_status(self, style):
        before = self.shop.get("line_status")
        self.shop.set(line_status=style)
        try:
            yield
        finally:
            self.shop.set(line_status=before)

    def run_wizard(self, model, method, values, context):
        wizard = self.rpc(model, "create", values, context=context)
        return self.rpc(model, method, [wizard], context=context)


class Order:
    """One order, in Odoo and in the sandbox."""

    def __init__(self, office, order_id):
        self.office, self.id, self.rpc = office, order_id, office.rpc
        [row] = self.rpc("sale.order", "read", [order_id], ["name"])
        self.name = row["name"]

    # -- transfers ---
    def pickings(self, *domain):
        return self.rpc(
            "stock.picking", "search", [("sale_id", "=", self.id), *domain], order="id"
        )

    def ship(self, quantity, backorder=True):
        """Let goods leave; what is missing leaves later, or never."""
        outgoing = ("picking_type_code", "=", "outgoing")
        [picking] = self.pickings(OPEN, outgoing)
        self.fill(picking, quantity)
        action = self.rpc("stock.picking", "button_validate", [picking])
        if isinstance(action, dict) and "backorder" in action.get("res_model", ""):
            method = "process" if backorder else "process_cancel_backorder"
            self.office.run_wizard(
                action["res_model"],
                method,
                {"pick_ids": [(4, picking)]},
                action["context"],
            )
        return picking

    def fill(self, picking, quantity):
        moves = self.rpc("stock.move", "search", [("picking_id", "=", picking)])
        self.rpc("stock.move", "write", moves, {"quantity": quantity, "picked": True})

    def ask_back(self, picking, quantity, exchange=False):
        """Open a return."""
        context = {
            "active_id": picking,
            "active_ids": [picking],
            "active_model": "stock.picking",
        }
        model = "stock.return.picking"
        wizard = self.rpc(model, "create", {}, context=context)
        lines = self.rpc(f"{model}.line", "search", [("wizard_id", "=", wizard)])
        self.rpc(f"{model}.line", "write", lines, {"quantity": quantity})
        method = "action_create_exchanges" if exchange else "action_create_returns"
        return self.rpc(model, method, [wizard])["res_id"]

    def receive(self, picking, quantity):
        """The goods of a return arrive."""
        self.fill(picking, quantity)
        self.rpc("stock.picking", "button_validate", [picking])

    def take_back(self, picking, quantity, exchange=False):
        self.receive(self.ask_back(picking, quantity, exchange), quantity)

    # -- content ---
    def add(self, product, quantity=1, **values):
        values |= {"order_id": self.id, "product_id": product["id"]}
        values |= {"product_uom_qty": quantity}
        return self.rpc("sale.order.line", "create", values)

    def cancel(self):
        self.rpc("sale.order", "action_cancel", [self.id])
        if self.read("state") != "cancel":
            self.rpc("sale.order", "_action_cancel", [self.id])

    def read(self, name):
        [row] = self.rpc("sale.order", "read", [self.id], [name])
        return row[name]

    # -- money ---
    def bill(self, **values):
        context = {"active_model": "sale.order", "active_ids": [self.id]}
        before = set(self.read("invoice_ids"))
        self.office.run_wizard(
            "sale.advance.payment.inv", "create_invoices", values, context
        )
        [invoice] = set(self.read("invoice_ids")) - before
        self.rpc("account.move", "action_post", [invoice])
        return invoice

    def invoice(self):
        return self.bill(advance_payment_method="delivered")

    def pay_down(self, amount):
        """Invoice a down payment, and have it paid."""
        invoice = self.bill(advance_payment_method="fixed", fixed_amount=amount)
        self.pay(invoice)
        return invoice

    def pay(self, move):
        context = {"active_model": "account.move", "active_ids": [move]}
        self.office.run_wizard(
            "account.payment.register", "action_create_payments", {}, context
        )

    def reverse(self, invoice, method):
        """Reverse an invoice by a button of the wizard, and return what it opens."""
        [row] = self.rpc("account.move", "read", [invoice], ["journal_id"])
        values = {"move_ids": [(4, invoice)], "journal_id": row["journal_id"][0]}
        context = {"active_model": "account.move", "active_ids": [invoice]}
        return self.office.run_wizard("account.move.reversal", method, values, context)[
            "res_id"
        ]

    def credit(self, invoice, prices=None):
        """Post a credit note of an invoice, or for some prices: {name: price}."""
        note = self.reverse(invoice, "refund_moves")
        domain = [("move_id", "=", note), ("display_type", "=", "product")]
        lines = self.rpc("account.move.line", "search_read", domain, ["name"])
        for line in lines if prices else ():
            [price] = [p for name, p in prices.items() if name in line["name"]] or [0]
            line = (1, line["id"], {"price_unit": price})
            self.rpc("account.move", "write", [note], {"invoice_line_ids": [line]})
        self.rpc("account.move", "action_post", [note])
        return note

    def refund(self, amount):
        """Have the provider give some of a payment back."""
        [tx] = self.read("transaction_ids")
        [row] = self.rpc("payment.transaction", "read", [tx], ["payment_id"])
        self.office.refund(row["payment_id"][0], amount)

    # -- at Mindbox ---
    def settles(self):
        """Wait until all that is known of the order has arrived and is worked off."""
        self.office.wait_until(self.office.shop.settled, seconds=60)

    def at_mindbox(self):
        return self.office.shop.sandbox.control("GET", f"orders/{self.name}")

    def holds(self, total, quantities):
        """Check what Mindbox has in the end: the total, and quantities by status."""
        self.settles()
        shown = self.at_mindbox()
        found = Counter()
        for line in shown["lines"]:
            found[line["status"]] += line["quantity"]
        assert (shown["totalPrice"], dict(found)) == (total, quantities), shown
        return shown

    def comes_to(self, total, quantities, **money):
        """Check the same, and that the money has added up on the way.

        :param money: what was given back (returned), and the cost of the delivery
        """
        shown = self.holds(total, quantities)
        assert not shown["warnings"], shown["warnings"]
        if "returned" in money:
            back = sum(one["amount"] for one in shown["returnedPayments"] or ())
            assert back == money["returned"]
        if "delivery" in money:
            assert shown["deliveryCost"] == money["delivery"]

    def statuses(self):
        """Return the statuses that lines have at Mindbox, and had before."""
        return [line["status"] for line in self.at_mindbox()["lines"]]

    def last_status(self):
        [status] = set(self.statuses())
        return status
