"""The short form of the outage proof, which guards every change."""

import pytest

from tests.proof import masses, weather, world

SHORT = ("week", "server_killed", "disk_full", "rejected_head", masses.masses.__name__)


@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost_doubled_or_reordered(template_db, name):
    title = weather.SCENARIOS[name][0]
    result = world.Result(name, title, judges_durations=False)
    weather.run(name, result, short=True)
    assert result.skipped or result.events
    assert not result.faults
    assert (result.lost, result.doubled, result.reordered) == (0, 0, 0)
