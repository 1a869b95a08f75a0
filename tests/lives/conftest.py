import os

import databases
import pytest

from .life import Life
from .shop import opened


@pytest.fixture(scope="module")
def shop(template_db):
    name = databases.clone(template_db, f"{databases.PREFIX}lives{os.getpid()}")
    try:
        with opened(name) as shop:
            yield shop
    finally:
        databases.drop(name)


@pytest.fixture
def life(shop, request):
    return Life(shop, 900 + request.session.items.index(request.node))
