"""A sandbox in this process, emptied for each test."""

import pytest

from tests.sandbox import Sandbox

from .sender import Sender


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as box:
        yield box


@pytest.fixture()
def box(sandbox):
    sandbox.reset()
    yield sandbox
    sandbox.faults.clear()


@pytest.fixture()
def api(box):
    return Sender(box)


@pytest.fixture()
def settings(box):
    before = dict(box.server.project.settings)
    yield box.settings
    box.settings(**before)
