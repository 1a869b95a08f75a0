# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small shop in which anything may happen next."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

from odoo.addons.mindbox_connector.exceptions import MindboxSkipped

from ..common import TODAY

PEOPLE = 12
STEP_KINDS = (
    "order edit cancel delete credit uncredit move join leave archive erase merge "
    "person email days days days rule configure filter mail place"
).split()


class Shop:
    """A small shop in which anything may happen next."""

    def __init__(self, case, scheme):
        self.case = case
        self.env = case.env
        self.scheme = scheme
        self.day = TODAY
        self.minutes = count()
        firm = case.make_customer("Firm", is_company=True)
        other = case.make_customer("Other", is_company=True)
        self.firms = firm | other
        self.people = self.env["res.partner"].browse()
        for number in range(PEOPLE):
            parent = [False, False, firm.id, other.id][number % 4]
            self.people |= case.make_customer(f"P{number}", parent_id=parent)
        self.point = case.make_point()
        self.orders = self.env["sale.order"].browse()
        for number in range(PEOPLE):
            self.order(number, 37 * number)

    def pick(self, records, number):
        records = records.exists()
        return records[number % len(records)] if records else records

    def step(self, kind, one, two):
        getattr(self, kind)(one, two)

    # Orders

    def order(self, one, two):
        buyers = (self.people | self.firms).exists().filtered("active")
        buyer = self.pick(buyers, one)
        amount = [10, 20.5, 100, 350, 999.99][two % 5]
        ago = [0, 1, 3, 39, 60, 89, 200, 364, -2][two % 9]
        moment = f"{self.day - timedelta(days=ago)} {two % 24:02}:30:00"
        self.orders |= self.case.make_order(buyer, 0, amount, moment)

    def sold(self):
        return self.orders.exists().filtered(lambda order: order.state == "sale")

    def edit(self, one, two):
        self.pick(self.sold(), one).order_line.price_unit = two % 700

    def cancel(self, one, two):
        self.pick(self.sold(), one)._action_cancel()

    def delete(self, one, two):
        order = self.pick(self.sold(), one)
        if order and not order.invoice_ids:
            order._action_cancel()
            order.unlink()

    def move(self, one, two):
        self.pick(self.sold(), one).partner_id = self.pick(self.people, two)

    # Money

    def credit(self, one, two):
        order = self.pick(self.sold().filtered(lambda o: not o.invoice_ids), one)
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty
        if not order or not order.amount_total:
            return
        invoice = order._create_invoices()
        invoice.invoice_date = self.day
        invoice.action_post()
        # Some are dated into the coming days.
        date = self.day + timedelta(days=two % 3)
        refund = invoice._reverse_moves([{"invoice_date": date}])
        if two % 2:
            refund.invoice_line_ids.price_unit = 5
        refund.action_post()

    def uncredit(self, one, two):
        refunds = self.orders.exists().invoice_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )
        if refund := self.pick(refunds, one):
            refund.button_draft()
            if two % 2:
                refund.with_context(force_delete=True).unlink()

    # People

    def person(self, one, two):
        parent = self.pick(self.firms, two).id if two % 3 else False
        name = f"N{len(self.people)}"
        self.people |= self.case.make_customer(name, parent_id=parent)

    def join(self, one, two):
        self.pick(self.people, one).parent_id = self.pick(self.firms, two)

    def leave(self, one, two):
        self.pick(self.people, one).parent_id = False

    def archive(self, one, two):
        person = self.pick(self.people, one)
        person.active = not person.active

    def erase(self, one, two):
        if one % 4 == 0:
            self.pick(self.people, one).action_mindbox_erase()

    def merge(self, one, two):
        source, target = self.pick(self.people, one), self.pick(self.people, two)
        if source != target:
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((source | target).ids, target, extra_checks=False)

    def mail(self, one, two):
        """Somebody has opened a mail or clicked in one, lately or long ago."""
        person = self.pick(self.people, one)
        ago = [0, 1, 3, 6, 7, 8, 30, -1][two % 8]
        moment = f"{self.day - timedelta(days=ago)} {two % 24:02}:15:00"
        told = {"partner_id": person.id, "opened_at": moment}
        if two % 3:
            told["clicked_at"] = moment
        self.env["mindbox.engagement"]._hear(self.point, [told])

    def place(self, one, two):
        """Somebody has entered or left a segment of Mindbox."""
        person = self.pick(self.people, one)
        moment = datetime(2025, 1, 1) + timedelta(minutes=next(self.minutes))
        place = ["Taste", ["Sweet", "Sour"][two % 2]]
        with suppress(MindboxSkipped):
            memberships = self.env["mindbox.membership"]
            memberships._hear(self.point, person, place, two % 3 > 0, moment)

    def email(self, one, two):
        """Somebody has an address that others have, or has it no more."""
        address = two % 4 and f"guest{two % 4}@example.com"
        self.pick(self.people, one).email = address
        self.env["mindbox.contact"]._check(self.point)

    # Time, and what decides

    def days(self, one, two):
        self.day += timedelta(days=[0, 1, 1, 1, 2, 7, 30][one % 7])
        # What a night asserts is asserted at once.
        self.case.compare(self.scheme, self.day)

    def rule(self, one, two):
        conditions = self.scheme.rule_ids.condition_ids
        condition = self.pick(conditions, one)
        condition.value = max(1, condition.value + [-1, 1, 3][two % 3])

    def configure(self, one, two):
        values = [
            {"bins": 3 + two % 4},
            {"min_stay_days": two % 4},
            {"method": "quantile"},
            {"method": "fixed"},
            {"method": "frozen", "frozen_months": 1},
            {"lookback_months": two % 3 * 6},
            {"partner_level": ["commercial", "contact"][two % 2]},
            {"include_prospects": bool(two % 2)},
            {"guests_by_email": bool(two % 3)},
        ]
        values = values[one % len(values)]
        if values.get("bins") or values.get("method") == "fixed":
            bins = values.get("bins", self.scheme.bins)
            cuts = {
                "r_cuts": range(90, 90 - 10 * (bins - 1), -10),
                "f_cuts": range(1, bins),
                "m_cuts": range(100, 100 * bins, 100),
            }
            values |= {name: ", ".join(map(str, cut)) for name, cut in cuts.items()}
        self.scheme.write(values)

    def filter(self, one, two):
        self.scheme.rule_ids.sorted()[0].domain = [
            "[]",
            "[('name', '=like', 'P%')]",
            "[('parent_id.name', '=', 'Firm')]",
        ][two % 3]
