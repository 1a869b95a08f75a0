"""What should be at Mindbox, from Odoo's records, by the rules of these tests.

None of it asks the connector: the rules are said here once more, in other words.
"""

from collections import Counter

from .shop import PRICE


class Truth:
    """One life in Odoo as it is now.

    :param env: an environment of Odoo
    :param int first: ID of the last contact before this life
    :param placed: IDs of orders that were confirmed at any time
    """

    def __init__(self, env, first, placed):
        self.env, self.placed = env, placed
        domain = [("id", ">", first), ("type", "=", "contact")]
        partners = env["res.partner"].with_context(active_test=False)
        self.partners = partners.search(domain, order="id")
        self.owner = {key: self.rank(key)[0] for key in self.claims()}

    def state(self):
        """Return {customer ID: what Mindbox should hold of the customer}."""
        people = {}
        for partner in self.partners:
            people.setdefault(self.person(partner), []).append(partner)
        return {
            str(person.id): {
                "name": person.name,
                **self.contacts(person),
                "consents": self.consents(partners),
                "cart": self.cart(partners),
                "balance": self.balance(partners),
                "orders": self.orders(partners),
            }
            for person, partners in people.items()
        }

    def shells(self):
        """Return the IDs of who is known as another: Mindbox may keep a shell."""
        return {str(p.id) for p in self.partners if self.person(p) != p}

    # -- whose a contact is ---
    def claims(self):
        return {
            (kind, value)
            for partner in self.partners
            for kind, value in self.written(partner).items()
        }

    def written(self, partner):
        digits = "".join(filter(str.isdigit, partner.phone or ""))
        found = {"email": (partner.email or "").lower(), "phone": digits}
        return {kind: value for kind, value in found.items() if value}

    def rank(self, key):
        """Return who has a contact, the owner first: accounts, then persons, by age."""
        kind, value = key
        having = [p for p in self.partners if self.written(p).get(kind) == value]
        return sorted(having, key=lambda partner: self.merits(partner, value))

    def merits(self, partner, value):
        users = partner.with_context(active_test=False).user_ids
        confirmed = any(u.login == value and u.login_date for u in users)
        return (
            not partner.active,
            not users,
            not confirmed,
            partner.is_company,
            partner.create_date,
            partner.id,
        )

    def person(self, partner):
        """Who has no account is known by the e-mail, or by the phone without one."""
        if partner.with_context(active_test=False).user_ids:
            return partner
        written = self.written(partner)
        kind = "email" if "email" in written else "phone"
        return self.owner.get((kind, written.get(kind)), partner)

    def contacts(self, person):
        written = self.written(person)
        return {
            kind: written[kind]
            if kind in written and self.owner[kind, written[kind]] == person
            else None
            for kind in ("email", "phone")
        }

    # -- what they have ---
    def consents(self, partners):
        decisions = self.env["mindbox.consent"].search(
            [("partner_id", "in", [p.id for p in partners])], order="decided_at, id"
        )
        return {d.channel: d.is_subscribed for d in decisions}

    def cart(self, partners):
        carts = self.find("sale.order", partners, state="draft")
        filled = carts.filtered(lambda cart: cart.website_id and cart.order_line)
        newest = filled.sorted(lambda c: (c.mindbox_cart_since or c.create_date, c.id))
        count = Counter()
        for line in newest[-1:].order_line:
            count[str(line.product_id.id)] += line.product_uom_qty
        return dict(count)

    def balance(self, partners):
        cards = self.find("loyalty.card", partners).with_context(active_test=False)
        return round(sum(cards.mapped("points")), 2)

    def find(self, model, partners, **values):
        domain = [("partner_id", "in", [partner.id for partner in partners])]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env[model].search(domain, order="id")

    # -- orders ---
    def orders(self, partners):
        placed = self.find("sale.order", partners).filtered(self.was_placed)
        return {order.name: self.order(order) for order in placed}

    def was_placed(self, order):
        """A cart or quotation that was dropped was never an order."""
        return order.id in self.placed

    def order(self, order):
        """Return (total, {status: quantity}) of an order."""
        line = order.order_line.filtered("product_id")[:1]
        goods = line.product_id.is_storable
        total, parts = self.goods(line) if goods else self.service(line)
        if order.state == "cancel":
            kept = sum(
                parts.get(name, 0) for name in ("Confirmed", "Paid", "Delivered")
            )
            back = parts.get("Returned", 0)
            gone = {"Cancelled": kept + parts.get("Cancelled", 0), "Returned": back}
            total, parts = 0, gone
        return total, {name: count for name, count in parts.items() if count}

    def goods(self, line):
        """Count the moves of a line: what is there, comes, came back, never came."""
        moves = line.move_ids
        done = moves.filtered(lambda move: move.state == "done")
        out = sum(m.quantity for m in done if m.location_dest_id.usage == "customer")
        back = sum(m.quantity for m in done if m.location_id.usage == "customer")
        coming = sum(
            move.product_uom_qty
            for move in moves
            if move.state not in ("done", "cancel")
            and move.location_id.usage != "customer"
        )
        asked = moves.filtered(
            lambda move: move.state not in ("done", "cancel")
            and move.location_id.usage == "customer"
        )
        kept = out - back + coming
        missing = max(0, line.product_uom_qty - kept)
        parts = {"Returned": min(back, missing)}
        parts["Cancelled"] = missing - parts["Returned"] if out else 0
        delivered = out > back and not coming
        status = "Delivered" if delivered else "Confirmed"
        if delivered and asked:
            # Whether all was shipped when it was asked back is for the unit tests.
            status = "Delivered|Confirmed"
        parts[status] = line.product_uom_qty - sum(parts.values())
        total = (line.product_uom_qty - missing * bool(out)) * PRICE
        return total, parts

    def service(self, line):
        """Look at invoices and credit notes of a line: charged, credited, paid."""
        order = line.order_id
        ordered = line.product_uom_qty * PRICE
        entries = line.invoice_lines.filtered(lambda e: e.parent_state != "cancel")
        billed = entries.filtered(lambda e: e.move_type == "out_invoice")
        noted = entries.filtered(
            lambda e: e.move_type == "out_refund" and e.parent_state == "posted"
        )
        again = max(0, sum(billed.mapped("price_total")) - ordered)
        credited = sum(noted.mapped("price_total"))
        total = ordered - max(0, credited - again)
        paid, given_back = self.online(order)
        if given_back and paid >= ordered:
            total = min(total, paid - given_back)
        whole = noted.filtered(lambda entry: entry.price_unit == PRICE)
        more = max(0, sum(billed.mapped("quantity")) - line.product_uom_qty)
        returned = max(0, sum(whole.mapped("quantity")) - more)
        status = "Paid" if self.is_paid(order, total, min(again, credited)) else None
        return total, {
            "Returned": returned,
            status or "Confirmed": line.product_uom_qty - returned,
        }

    def is_paid(self, order, total, again):
        """Whether what was paid for good covers the order."""
        paid, given_back = self.online(order)
        for invoice in order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        ):
            notes = invoice.reversal_move_ids.filtered(lambda m: m.state == "posted")
            credited = sum(notes.mapped("amount_total"))
            mine = sum(invoice.matched_payment_ids.mapped("amount"))
            paid += mine
            given_back += max(0, credited - (invoice.amount_total - mine))
        return paid > 0 and paid - max(0, given_back - again) >= total

    def online(self, order):
        """Return what was paid by a provider, and what of it was given back."""
        done = order.transaction_ids | order.transaction_ids.child_transaction_ids
        done = done.filtered(lambda transaction: transaction.state == "done")
        back = done.filtered(lambda transaction: transaction.operation == "refund")
        return sum((done - back).mapped("amount")), -sum(back.mapped("amount"))
