"""A sandbox in this process, as strict as Mindbox, emptied for each test."""

import pytest

from tests.sandbox import Sandbox

from .sender import Sender


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(strictness="strict", export_seconds=0) as box:
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
    """Change settings for this test: `settings(bulk_per_hour=2)`."""
    before = dict(box.server.project.settings)
    yield box.settings
    box.settings(**before)


@pytest.fixture()
def switch(settings):
    """Have single behaviours otherwise for this test: `switch(contacts="move")`."""
    return lambda **values: settings(strictness=values)
