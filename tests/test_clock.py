"""The shop's clock is an hour fast for a while: what happens later is told as later.

Mindbox executes by moments, and keeps of two states the one that is told as the later.
"""

from contextlib import contextmanager

import clock
import pytest

from . import storefront
from .conftest import LOGS
from .life import Life
from .test_lives import refused

HOUR = 3600
MARKS = ("before", "fast", "right", "later")

pytestmark = pytest.mark.skipif(not clock.library(), reason="needs a C compiler")


@pytest.fixture
def watch():
    return clock.Clock(LOGS / "clock")


@pytest.fixture
def shop(template_db, watch):
    with storefront.opened(template_db, "clock", environ=watch.environ()) as shop:
        shop.sites = shop.rpc("website", "search", [], limit=1)
        yield shop


def test_what_happens_after_the_clock_came_back_is_the_last(shop, watch, wait_until):
    told, waiting = Life(shop, "told"), Life(shop, "waiting")
    for life in (told, waiting):
        life.shop_around()
        life.buy()
    wait_until(shop.settled, 60)
    # Odoo ends its workers when the clock jumps ahead.
    shop.server.kill9()
    watch.move(HOUR)
    shop.server.start()
    change(told, "fast", True)
    wait_until(shop.settled, 60)
    # Of another one all of it leaves when the clock is right again.
    with held(shop):
        change(waiting, "fast", True)
        watch.move(0)
        change(waiting, "right", False)
    change(told, "right", False)
    wait_until(shop.settled, 60)
    change(told, "later", True)
    wait_until(shop.settled, 60)
    shop.sandbox.settle()
    assert not refused(shop)
    assert [life.at_mindbox() for life in (told, waiting)] == [
        life.in_odoo() for life in (told, waiting)
    ]


def change(life, word, agrees):
    """Change all that Mindbox is told of a customer; each state is another one."""
    quantity = 6 + MARKS.index(word)
    life.write(name=f"Anna {word}")
    decision = {"partner_id": life.partner, "is_subscribed": agrees}
    life.rpc("mindbox.consent", "create", decision)
    life.shop_around()
    orders = life.find("sale")
    lines = life.rpc("sale.order.line", "search", [("order_id", "in", orders)])
    life.rpc("sale.order.line", "write", lines, {"product_uom_qty": quantity})
    if word == "right":
        life.rpc("sale.order", "action_cancel", orders)


@contextmanager
def held(shop):
    shop.pause()
    yield
    shop.start()
