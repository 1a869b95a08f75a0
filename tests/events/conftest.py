"""The shop that these tests go shopping in: all of them in one."""

import pytest

from .. import storefront


@pytest.fixture(scope="package")
def shop(template_db):
    with storefront.opened(template_db, "events") as shop:
        yield shop
