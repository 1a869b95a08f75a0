"""Parts of `make test` run side by side, and are told of one after the other."""

import pytest
import stages
from steps import Stop

# What runs in a process of its own, by its title.
BESIDE = """\
import sys, time
from pathlib import Path

folder, title = Path(sys.argv[1]), sys.argv[2]
print(f"{title} begins", flush=True)
(folder / title).touch()
if title == "Broken":
    sys.exit("It is broken.")
"""


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "LOGS", tmp_path)
    script = tmp_path / "beside.py"
    script.write_text(BESIDE)
    return script, tmp_path


def run(command, *groups):
    return stages.run(groups, command)


def test_parts_of_a_stage_run_at_the_same_time(command, tmp_path, wait_until):
    def meet():
        wait_until((tmp_path / "Other").exists)

    assert run(command, {"First": meet, "Other": None}) == []


def test_what_runs_beside_is_shown_when_the_first_has_ended(
    command, tmp_path, capsys, wait_until
):
    def work():
        wait_until((tmp_path / "Other").exists)
        print("First works")

    run(command, {"First": work, "Other": None})
    told = [line for line in capsys.readouterr().out.split("\n") if line]
    assert told == ["== First", "First works", "== Other", "Other begins"]


def test_each_part_that_failed_is_told_and_the_next_stage_runs(command, capsys):
    def fail():
        raise Stop("It did not work.")

    last = []
    work = {"Last": lambda: last.append(True)}
    failed = run(command, {"First": fail, "Broken": None, "Other": None}, work)
    assert failed == ["First", "Broken"]
    assert last
    shown = capsys.readouterr().out
    assert "It did not work." in shown and "It is broken." in shown
