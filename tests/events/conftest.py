"""The shop that these tests go shopping in: all of them in one."""

import pytest

from .. import storefront

# Longer than any execution takes.
SETTLE = 3


@pytest.fixture(scope="package")
def shop(template_db):
    with storefront.opened(template_db, "events", settle_seconds=SETTLE) as shop:
        yield shop
