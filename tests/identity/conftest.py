"""A shop whose Mindbox is strict: a contact belongs to one customer, and what
contradicts does nothing.
"""

import pytest

from .. import storefront

# Longer than any execution takes.
SETTLE = 3


@pytest.fixture(scope="package")
def shop(template_db):
    with storefront.opened(template_db, "identity", settle_seconds=SETTLE) as shop:
        yield shop


@pytest.fixture
def settled(shop, wait_until):
    """Wait until all is sent and executed, and nothing was refused."""

    def settle():
        wait_until(shop.settled, seconds=90)
        shop.sandbox.settle()
        rejected = shop.rows("event", "error", domain=[("state", "=", "rejected")])
        failed = shop.sandbox.control("GET", "log?state=failed&limit=100")["rows"]
        assert not rejected, rejected
        assert not failed, [(row["operation"], row["messages"]) for row in failed]

    return settle


@pytest.fixture
def at_mindbox(shop, settled):
    """Return what Mindbox holds of a customer in the end: `at_mindbox(partner_id)`."""

    def look(partner_id):
        settled()
        return shop.sandbox.control("GET", f"customers/websiteID:{partner_id}")

    return look
