# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odd records never crash anything."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..fuzz import AMOUNTS, EXAMPLES, WORDS, odd
from ..sources import SourceCase

CUSTOMERS = st.fixed_dictionaries(
    {"name": WORDS.filter(str.strip)},
    optional={
        **dict.fromkeys(("email", "phone", "street", "city", "zip"), WORDS),
        "birthday": st.dates(date(1, 1, 1)),
        "sex": st.sampled_from(["male", "female", False]),
        "lang": st.sampled_from(["en_US", False]),
        "tz": st.sampled_from(["Europe/Moscow", "Pacific/Kiritimati", False]),
    },
)


@tagged("post_install", "-at_install")
class TestOddRecords(SourceCase):
    """Whatever a record holds: a valid body or a reason in words, no exception."""

    def check_rows(self):
        rows = self.recorded()
        self.assertTrue(rows)
        for row in rows:
            body = self.build(row)
            if body is None:
                self.assertTrue(row.error.strip())
                self.assertNotIn("cannot be built", row.error)
            else:
                self.check_body(row.payload)

    def check_body(self, payload):
        def refuse(number):
            raise AssertionError(f"{number} is no JSON")

        json.loads(payload, parse_constant=refuse)
        payload.encode()
        self.assertNotIn("\0", payload)

    @odd(max(50, EXAMPLES // 10))
    @given(CUSTOMERS)
    def test_any_customer(self, values):
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.env["res.partner"].create(values)
            self.check_rows()
            savepoint.rollback()

    @odd(max(30, EXAMPLES // 30))
    @given(
        name=WORDS.filter(str.strip),
        code=WORDS,
        ref=st.sampled_from(["id", "default_code", "barcode"]),
        price=AMOUNTS,
        quantity=AMOUNTS,
        # Odoo itself cannot confirm an order with such a number.
        number=WORDS.filter(str.strip).filter(str.isprintable),
    )
    def test_any_order_of_any_product(self, name, code, ref, price, quantity, number):
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.endpoint.product_ref = ref
            codes = {"default_code": code, "barcode": code}
            product = self._make_product(name, price, type="service", **codes)
            order = self.make_cart((product, quantity), name=number)
            self.check_rows()
            order.with_context(mail_notrack=True).action_confirm()
            self.check_rows()
            savepoint.rollback()

    @odd(max(30, EXAMPLES // 30))
    @given(code=WORDS.filter(str.strip), points=AMOUNTS, more=AMOUNTS)
    def test_any_card(self, code, points, more):
        with self.env.cr.savepoint(flush=False) as savepoint:
            values = {"name": "Bonus", "program_type": "loyalty"}
            program = self.env["loyalty.program"].create(values)
            values = {"program_id": program.id, "partner_id": self.customer.id}
            card = self.env["loyalty.card"].create({**values, "code": code})
            card.points = points
            self.env.flush_all()
            card.points += more
            self.check_rows()
            savepoint.rollback()
