"""What people do in a shop: each of these is one transaction."""

from contextlib import contextmanager

PASSWORD = "a-Long-password-1"


class People:
    """The customers of one life, and the back office that serves them.

    :param shop: a :class:`~.shop.Shop`
    :param str life: what makes the contacts of this life its own
    """

    def __init__(self, shop, life):
        self.shop, self.life = shop, life
        self.ids = []

    @contextmanager
    def acting(self, model=None, record_id=()):
        with self.shop.transaction() as env:
            yield env[model].browse(record_id) if model else env

    def email(self, number):
        return f"life{self.life}.{number}@example.com"

    def phone(self, number):
        return f"+7 999 {self.life % 10_000:04}{number:03}" if number else False

    # -- customers ---
    def come(self, email, phone):
        """Somebody is entered, or buys without an account."""
        with self.acting() as env:
            values = {"name": f"Anna {len(self.ids)}", "email": self.email(email)}
            values["phone"] = self.phone(phone)
            self.ids.append(env["res.partner"].create(values).id)

    def sign_up(self, email):
        """Somebody signs up, unless the e-mail is a login already."""
        with self.acting() as env:
            login = self.email(email)
            users = env["res.users"].with_context(active_test=False)
            if users.search_count([("login", "=", login)]):
                return
            values = {"name": f"Olga {len(self.ids)}", "login": login}
            users.signup({**values, "password": PASSWORD})
            user = users.search([("login", "=", login)])
            self.ids.append(user.partner_id.id)

    def follow_invitation(self, partner_id):
        """A guest signs up from the page that thanks for the order."""
        with self.acting("res.partner", partner_id) as partner:
            users = partner.env["res.users"].with_context(active_test=False)
            login = partner.email
            if partner.user_ids or users.search_count([("login", "=", login)]):
                return
            partner.signup_prepare()
            values = {"name": f"{partner.name} B", "login": login}
            token = partner._generate_signup_token()
            users.signup({**values, "password": PASSWORD}, token=token)

    def change(self, partner_id, **values):
        with self.acting("res.partner", partner_id) as partner:
            partner.write(values)

    def decide(self, partner_id, channel, agreed):
        with self.acting() as env:
            values = {"partner_id": partner_id, "channel": channel}
            env["mindbox.consent"].create({**values, "is_subscribed": agreed})

    def merge(self, loser_id, winner_id):
        """The back office merges two of them; who has an account stays."""
        with self.acting("res.partner", [loser_id, winner_id]) as partners:
            loser, winner = partners
            if loser == winner or loser.with_context(active_test=False).user_ids:
                return
            wizard = partners.env["base.partner.merge.automatic.wizard"]
            wizard.create({})._merge(partners.ids, winner, extra_checks=False)
            self.ids.remove(loser_id)

    # -- carts and orders ---
    def fill_cart(self, partner_id, product_id, quantity):
        """Put something into the newest cart, or into a new one."""
        with self.acting() as env:
            carts = [("partner_id", "=", partner_id), ("state", "=", "draft")]
            carts.append(("website_id", "!=", False))
            cart = env["sale.order"].search(carts, order="id desc", limit=1)
            values = {"product_id": product_id, "product_uom_qty": quantity}
            if cart:
                env["sale.order.line"].create({**values, "order_id": cart.id})
            else:
                self.make(env, partner_id, values, website_id=self.shop.website_id)

    def second_cart(self, partner_id, product_id, quantity):
        """Fill another cart, on another device."""
        with self.acting() as env:
            values = {"product_id": product_id, "product_uom_qty": quantity}
            self.make(env, partner_id, values, website_id=self.shop.website_id)

    def make(self, env, partner_id, line, **values):
        values |= {"partner_id": partner_id, "order_line": [(0, 0, line)]}
        return env["sale.order"].create(values)

    def drop_cart(self, cart_id, how):
        with self.acting("sale.order", cart_id) as cart:
            cart.order_line.unlink() if how == "empty" else getattr(cart, how)()

    def order(self, partner_id, product_id, quantity):
        """The back office takes an order."""
        with self.acting() as env:
            values = {"product_id": product_id, "product_uom_qty": quantity}
            order = self.make(env, partner_id, values)
            order.action_confirm()
            return order.id

    def merge_lines(self, order_id):
        """Of several lines with one product make one: orders here have one line."""
        with self.acting("sale.order", order_id) as order:
            first, rest = order.order_line[:1], order.order_line[1:]
            first.product_uom_qty += sum(rest.mapped("product_uom_qty"))
            rest.unlink()

    def confirm(self, *order_ids):
        with self.acting("sale.order", order_ids) as orders:
            orders.action_confirm()

    def reorder(self, order_id, quantity):
        """Another quantity of the first line; not less than has left already."""
        with self.acting("sale.order", order_id) as order:
            line = order.order_line[:1]
            if quantity >= max(line.qty_delivered, line.qty_invoiced):
                line.product_uom_qty = quantity

    def cancel(self, order_id):
        with self.acting("sale.order", order_id) as order:
            if not order.picking_ids.filtered(lambda picking: picking.state == "done"):
                order._action_cancel()

    def reopen(self, order_id):
        with self.acting("sale.order", order_id) as order:
            order.action_draft()

    # -- goods ---
    def ship(self, order_id, quantity, backorder=True):
        """Ship some of what waits; the rest follows, or is given up."""
        with self.acting("sale.order", order_id) as order:
            if picking := order.picking_ids.filtered(_waits)[:1]:
                self.move(picking, quantity, backorder)

    def move(self, picking, quantity, backorder=True):
        planned = sum(picking.move_ids.mapped("product_uom_qty"))
        picking.move_ids.write({"quantity": min(quantity, planned), "picked": True})
        result = picking.button_validate()
        if isinstance(result, dict):
            wizard = picking.env[result["res_model"]].with_context(result["context"])
            wizard = wizard.create({"pick_ids": [(4, picking.id)]})
            wizard.process() if backorder else wizard.process_cancel_backorder()

    def take_back(self, order_id, quantity, exchange=False, arrives=True):
        """Something comes back, for good or to be replaced."""
        with self.acting("sale.order", order_id) as order:
            line = order.order_line[:1]
            done = order.picking_ids.filtered(_has_left)
            asked = order.picking_ids.filtered(_comes_back)
            if not done or asked or line.qty_delivered < quantity:
                return
            context = {"active_id": done[0].id, "active_model": "stock.picking"}
            wizard = order.env["stock.return.picking"].with_context(**context)
            wizard = wizard.create({"picking_id": done[0].id})
            if sum(done[0].move_ids.mapped("quantity")) < quantity:
                return
            wizard.product_return_moves.quantity = quantity
            how = "action_create_exchanges" if exchange else "action_create_returns"
            result = getattr(wizard, how)()
            back = order.env["stock.picking"].browse(result["res_id"])
            if arrives:
                self.move(back, quantity)

    def receive(self, order_id):
        with self.acting("sale.order", order_id) as order:
            for picking in order.picking_ids.filtered(_comes_back):
                self.move(picking, 1000)

    # -- money ---
    def bill(self, order_id, amount=0):
        """Invoice all that is open, or a down payment; not what is paid online."""
        with self.acting("sale.order", order_id) as order:
            if order.invoice_status != "to invoice" or order.transaction_ids:
                return
            values = {"advance_payment_method": "fixed", "fixed_amount": amount}
            if not amount:
                values = {"advance_payment_method": "delivered"}
            wizard = order.env["sale.advance.payment.inv"].with_context(
                active_model="sale.order", active_ids=order.ids
            )
            before = order.invoice_ids
            wizard.create(values).create_invoices()
            (order.invoice_ids - before).action_post()

    def pay(self, order_id):
        """Pay the first invoice that is not paid."""
        with self.acting("sale.order", order_id) as order:
            owed = order.invoice_ids.filtered(_is_owed)[:1]
            if owed:
                self.register_payment(owed)

    def register_payment(self, move):
        context = {"active_model": "account.move", "active_ids": move.ids}
        wizard = move.env["account.payment.register"].with_context(**context)
        wizard.create({}).action_create_payments()

    def pay_online(self, order_id):
        """Pay all that an order costs by a provider, before there is an invoice."""
        with self.acting("sale.order", order_id) as order:
            if order.transaction_ids or order.invoice_ids:
                return
            provider = order.env["payment.provider"].browse(self.shop.provider_id)
            transaction = order.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": provider.payment_method_ids[:1].id,
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [(6, 0, order.ids)],
                    "reference": f"{order.name}-{order.id}",
                }
            )
            transaction._set_done()
            transaction._post_process()

    def refund_online(self, order_id, amount):
        """The provider gives some of it back, without a credit note."""
        with self.acting("sale.order", order_id) as order:
            paid = order.transaction_ids.filtered(lambda tx: tx.state == "done")
            sources = paid.filtered(lambda tx: tx.operation != "refund")
            given_back = -sum((paid.child_transaction_ids).mapped("amount"))
            amount = min(amount, sum(sources.mapped("amount")) - given_back)
            if sources and amount > 0:
                refund = sources[:1]._create_child_transaction(amount, is_refund=True)
                refund._set_done()
                refund._post_process()

    def credit(self, order_id, price=0, anew=False):
        """Reverse an invoice: all of it, by so much a piece, or to invoice it anew."""
        with self.acting("sale.order", order_id) as order:
            notes = order.invoice_ids.filtered(lambda m: m.move_type == "out_refund")
            invoices = order.invoice_ids - notes - notes.reversed_entry_id
            invoice = invoices.filtered(lambda move: move.state == "posted")[:1]
            if not invoice:
                return
            context = {"active_model": "account.move", "active_ids": invoice.ids}
            values = {"move_ids": [(4, invoice.id)]}
            wizard = order.env["account.move.reversal"].with_context(**context)
            wizard = wizard.create({**values, "journal_id": invoice.journal_id.id})
            result = wizard.modify_moves() if anew else wizard.refund_moves()
            move = order.env["account.move"].browse(result["res_id"])
            if price and not anew and len(move.invoice_line_ids) == 1:
                move.invoice_line_ids.price_unit = price
            move.action_post()

    # -- points ---
    def give_points(self, partner_id, points):
        """The back office gives points; a card is made where there is none."""
        with self.acting() as env:
            mine = {"partner_id": partner_id, "program_id": self.shop.program_id}
            domain = [(name, "=", value) for name, value in mine.items()]
            card = env["loyalty.card"].search(domain, limit=1)
            if not card:
                card = env["loyalty.card"].create(mine)
            card.points = max(0, card.points + points)

    def hand_over(self, card_id, partner_id):
        with self.acting("loyalty.card", card_id) as card:
            card.partner_id = partner_id


def _waits(picking):
    open_ = picking.state not in ("done", "cancel")
    return open_ and picking.picking_type_code == "outgoing"


def _has_left(picking):
    return picking.state == "done" and picking.picking_type_code == "outgoing"


def _comes_back(picking):
    open_ = picking.state not in ("done", "cancel")
    return open_ and picking.picking_type_code == "incoming"


def _is_owed(move):
    owed = move.state == "posted" and move.payment_state in ("not_paid", "partial")
    return owed and move.move_type == "out_invoice"
