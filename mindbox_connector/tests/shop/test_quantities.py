# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What of a line is delivered, returned, kept and open, by what has moved."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ...models.shop.amounts import divide_parts
from ...models.shop.quantities import (
    Component,
    count_moved,
    count_served,
    get_delivery,
    get_parts,
)

MOVED = st.floats(0, 100, allow_nan=False).map(lambda quantity: round(quantity, 3))
COMPONENTS = st.lists(
    st.builds(
        Component,
        per_item=st.sampled_from([0.5, 1, 1, 2, 3]),
        out=MOVED,
        back=MOVED,
        to_come=MOVED,
        on_way_back=MOVED,
    ),
    max_size=3,
)


def moved(ordered, **moves):
    return count_moved(ordered, [Component(1, **moves)])


@tagged("post_install", "-at_install")
class TestQuantities(BaseCase):
    def test_what_came_back_is_gone(self):
        line = moved(3, out=3, back=1)
        self.assertEqual((line.delivered, line.returned, line.kept), (3, 1, 2))
        self.assertEqual((line.gone, line.open, line.never_came), (1, 0, 0))

    def test_an_exchange_is_delivered_again(self):
        waiting = moved(1, out=1, back=1, to_come=1)
        self.assertEqual((waiting.kept, waiting.open, waiting.gone), (0, 1, 0))
        done = moved(1, out=2, back=1)
        self.assertEqual((done.delivered, done.returned, done.kept), (2, 1, 1))
        self.assertEqual(done.gone, 0)

    def test_a_quantity_lowered_afterwards_takes_nothing_more_away(self):
        line = moved(3, out=5, back=2)
        self.assertEqual((line.kept, line.gone, line.never_came), (3, 0, 0))

    def test_what_is_given_up_never_came(self):
        line = moved(5, out=3)
        self.assertEqual((line.kept, line.open, line.never_came), (3, 0, 2))

    def test_a_line_without_any_transfer_is_open(self):
        line = count_moved(2, [])
        self.assertEqual((line.open, line.never_came), (2, 0))

    def test_one_kit_of_three_comes_back(self):
        line = count_moved(
            3, [Component(2, out=6, back=2), Component(1, out=3, back=1)]
        )
        self.assertEqual((line.delivered, line.returned, line.kept), (3, 1, 2))

    def test_a_kit_that_lacks_a_component_is_open(self):
        line = count_moved(1, [Component(2, out=2), Component(1, to_come=1)])
        self.assertEqual((line.kept, line.open), (0, 1))

    def test_a_component_exchanged_leaves_the_kit_whole(self):
        line = count_moved(1, [Component(2, out=3, back=1), Component(1, out=1)])
        self.assertEqual((line.kept, line.gone), (1, 0))

    def test_a_service_that_was_credited_was_given_before(self):
        line = count_served(2, 0, 1)
        self.assertEqual((line.delivered, line.returned, line.kept), (1, 1, 0))
        self.assertEqual((line.gone, line.open), (1, 1))

    def test_an_order_is_delivered_in_full_when_nothing_is_open(self):
        some, all_of_it = moved(5, out=3, to_come=2), moved(5, out=3)
        self.assertEqual(get_delivery([some, moved(1, out=1)], False), "partial")
        self.assertEqual(get_delivery([all_of_it], False), "full")
        self.assertEqual(get_delivery([moved(5, to_come=5)], False), "")
        self.assertEqual(get_delivery([moved(5)], False), "", "all of it cancelled")

    def test_nothing_is_shipped_in_full_while_an_earlier_return_is_open(self):
        line = moved(5, out=5, on_way_back=1)
        self.assertEqual(get_delivery([line], True), "partial")
        self.assertEqual(get_delivery([line], False), "full")

    def test_services_do_not_hold_up_the_goods(self):
        lines = [moved(1, out=1), count_served(1, 0, 0)]
        self.assertEqual(get_delivery(lines, False), "full")

    def test_a_cancelled_transfer_gives_up_nothing_before_something_has_left(self):
        self.assertEqual(get_parts({1: moved(2)}), {})
        self.assertEqual(get_parts({1: moved(2), 2: moved(1, out=1)}), {1: (0, 2)})

    @given(ordered=MOVED, components=COMPONENTS)
    def test_quantities_agree_with_each_other(self, ordered, components):
        line = count_moved(ordered, components)
        self.assertAlmostEqual(line.kept, line.delivered - line.returned, places=3)
        self.assertGreaterEqual(line.returned, 0)
        self.assertLessEqual(line.returned, line.delivered)
        self.assertGreaterEqual(line.open, 0)
        self.assertLessEqual(line.on_way_back, line.kept)
        self.assertGreaterEqual(line.gone, 0)
        self.assertLessEqual(line.gone + line.never_came, line.ordered + 0.0005)

    @given(ordered=MOVED, served=MOVED, credited=st.floats(-100, 100))
    def test_quantities_of_services_agree_with_each_other(
        self, ordered, served, credited
    ):
        line = count_served(ordered, served, credited)
        self.assertAlmostEqual(line.kept, line.delivered - line.returned, places=3)
        self.assertGreaterEqual(line.returned, 0)
        self.assertLessEqual(line.returned, line.delivered)
        self.assertLessEqual(line.gone, line.ordered)

    @given(
        quantity=st.integers(1, 99_999),
        cents=st.integers(0, 10**8),
        shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    )
    def test_the_parts_of_a_line_add_up(self, quantity, cents, shares):
        line = {"quantity": quantity / 1000, "discountedPricePerLine": cents / 100}
        gone, rest = (round(line["quantity"] * share, 3) for share in shares)
        parts = divide_parts(line, gone, rest).values()
        self.assertAlmostEqual(
            sum(part["quantity"] for part in parts), line["quantity"], places=3
        )
        self.assertEqual(
            sum(round(part["discountedPricePerLine"] * 100) for part in parts), cents
        )
