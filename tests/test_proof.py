"""The short form of the outage proof, which guards every change."""

import pytest

from tests.proof import ill_mindbox, ill_shop, masses, odd_rows, verdict, weather

SHORT = (
    ill_mindbox.week,
    ill_shop.server_killed,
    ill_shop.disk_full,
    odd_rows.rejected_head,
    masses.masses,
)


@pytest.mark.parametrize("name", [scenario.__name__ for scenario in SHORT])
def test_nothing_is_lost_doubled_or_reordered(template_db, name):
    title = weather.SCENARIOS[name][0]
    result = verdict.Result(name, title, judges_durations=False)
    weather.run(name, result, short=True)
    assert result.skipped or result.events
    assert not result.faults
    assert (result.lost, result.doubled, result.reordered) == (0, 0, 0)
