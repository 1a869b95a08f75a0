"""Up to five customers live at random; then both sides are compared.

MINDBOX_LIVES=500x30    so many lives of so many steps; the short form otherwise
MINDBOX_SEED=7          the lives of this seed
"""

from itertools import cycle

from .ending import check
from .imported import WAYS, check_imported
from .random_lives import live


def test_in_the_end_both_sides_have_the_same(shop):
    live(shop, "10x30", check)


def test_imported_the_same_lives_end_in_the_same_state(shop):
    ways = cycle(WAYS)
    live(shop, "4x20", lambda *life: check_imported(*life, next(ways)))
