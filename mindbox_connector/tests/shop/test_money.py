# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an order costs, what was paid and what was given back, by what has moved."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ...models.shop.money import (
    Facts,
    Invoice,
    count_money,
    get_credited,
    get_recharged,
)

CENTS = st.integers(0, 10**6)
INVOICES = st.lists(
    st.builds(Invoice, total=CENTS, settled=CENTS, by_provider=CENTS, credited=CENTS),
    max_size=4,
).map(tuple)
FACTS = st.builds(
    Facts,
    received=CENTS,
    sent_back=CENTS,
    given_out=CENTS,
    invoices=INVOICES,
    loose=CENTS,
    recharged=CENTS,
)


def money(total=100, taken_off=0, **facts):
    return count_money(total, taken_off, Facts(**facts))


@tagged("post_install", "-at_install")
class TestMoney(BaseCase):
    def test_a_payment_that_an_invoice_knows_of_counts_once(self):
        paid = money(received=100, invoices=(Invoice(100, 100, 100),))
        self.assertEqual(paid, (100, 100, 0))
        self.assertTrue(paid.is_paid)

    def test_a_down_payment_covers_no_order(self):
        self.assertFalse(money(invoices=(Invoice(50, 50),)).is_paid)
        rest = money(invoices=(Invoice(50, 50), Invoice(50, 50)))
        self.assertTrue(rest.is_paid)

    def test_a_credit_note_of_a_paid_invoice_gives_money_back(self):
        self.assertEqual(
            money(taken_off=30, invoices=(Invoice(100, 100, 0, 30),)), (70, 100, 30)
        )

    def test_a_credit_note_of_an_unpaid_invoice_gives_nothing_back(self):
        owed = money(taken_off=30, invoices=(Invoice(100, 0, 0, 30),))
        self.assertEqual(owed, (70, 0, 0))
        paid = money(taken_off=30, invoices=(Invoice(100, 70, 0, 30),))
        self.assertEqual((paid.refunded, paid.is_paid), (0, True))

    def test_what_is_reversed_and_invoiced_anew_was_never_given_back(self):
        reversed_, again = Invoice(100, 0, 0, 100), Invoice(100, 100)
        before = money(invoices=(reversed_,), recharged=100)
        self.assertEqual(before, (100, 0, 0))
        after = money(invoices=(reversed_, again), recharged=100)
        self.assertEqual((after, after.is_paid), ((100, 100, 0), True))

    def test_a_down_payment_refunded_in_part_makes_nothing_cheaper(self):
        self.assertEqual(money(invoices=(Invoice(50, 50, 0, 20),)), (100, 50, 20))

    def test_a_refund_counts_once_with_its_credit_note(self):
        refunded = money(
            received=100,
            sent_back=40,
            taken_off=40,
            invoices=(Invoice(100, 100, 100, 40),),
        )
        self.assertEqual(refunded, (60, 100, 40))

    def test_a_refund_without_a_credit_note_makes_the_order_cheaper(self):
        self.assertEqual(money(received=100, sent_back=40), (60, 100, 40))

    def test_money_for_a_cancelled_order_is_paid_and_pays_for_nothing(self):
        self.assertEqual(money(total=0, received=100), (0, 100, 0))

    def test_a_credit_note_makes_its_line_cheaper_unless_it_is_invoiced_anew(self):
        self.assertEqual(get_credited(100, 100, 30), 30)
        self.assertEqual(get_credited(100, 200, 100), 0)
        self.assertEqual(get_recharged(100, 200, 100), 100)
        self.assertEqual(get_credited(-10, -10, -5), -5)
        self.assertEqual(get_credited(-10, -20, -10), 0)

    @given(total=CENTS, taken_off=CENTS, facts=FACTS)
    def test_no_more_is_given_back_than_was_paid(self, total, taken_off, facts):
        found = count_money(total, taken_off, facts)
        self.assertGreaterEqual(found.refunded, 0)
        self.assertLessEqual(found.refunded, found.paid)
        self.assertGreaterEqual(found.charged, 0)
        self.assertLessEqual(found.charged, total)

    @given(ordered=st.integers(-1000, 1000), invoiced=CENTS, credited=CENTS)
    def test_a_line_is_credited_by_its_credit_notes_at_most(
        self, ordered, invoiced, credited
    ):
        sign = -1 if ordered < 0 else 1
        found = sign * get_credited(ordered, sign * invoiced, sign * credited)
        self.assertGreaterEqual(found, 0)
        self.assertLessEqual(found, credited)
