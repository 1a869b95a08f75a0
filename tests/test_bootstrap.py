"""What the two commands promise when something is missing or in the way."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import postgres
import processes
import pytest
import steps
from steps import ROOT, Step, Stop


@pytest.fixture
def step(tmp_path, monkeypatch):
    """A step that counts how often it is taken."""
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    taken = []

    def make(*inputs, action=None):
        stamp = tmp_path / "made/.stamp"
        return Step("Something", stamp, inputs, action or (lambda: taken.append(1)))

    make.taken = taken
    return make


def test_a_step_is_taken_once(step):
    steps.take_all([step("1.0")])
    steps.take_all([step("1.0")])
    assert len(step.taken) == 1


def test_a_step_is_taken_again_when_its_inputs_change(step, tmp_path):
    needs = tmp_path / "requirements.txt"
    for text in ("one", "two", "two"):
        needs.write_text(text)
        steps.take_all([step(needs)])
    assert len(step.taken) == 2


def test_a_failed_step_is_taken_again(step):
    def fail():
        raise Stop("no")

    with pytest.raises(Stop):
        steps.take_all([step("1.0", action=fail)])
    steps.take_all([step("1.0")])
    assert len(step.taken) == 1


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("write error: No space left on device", "The disk is full"),
        ("E: Failed to fetch x  Could not resolve 'mirror'", "mirror does not answer"),
        ("npm error code ENOTFOUND", "package index does not answer"),
        ("E: Unable to locate package odoo-19", "set ODOO_HOME"),
        ("ensurepip is not available", "install python3-venv"),
    ],
)
def test_what_a_tool_says_becomes_one_sentence(step, output, sentence):
    with pytest.raises(Stop, match=sentence) as stop:
        steps.run(["sh", "-c", f'echo "{output}"; exit 1'], "This")
    assert "\n" not in str(stop.value)


def test_an_unknown_failure_names_the_log(step):
    with pytest.raises(Stop, match="This failed: the reason is in .*setup.log"):
        steps.run(["sh", "-c", "echo secret cause; exit 1"], "This")
    assert "secret cause" in steps.LOG.read_text()


def test_odoo_home_must_hold_odoo_19(tmp_path):
    # A copy: the setup of this checkout must not change.
    for name in ("docker", "requirements.txt"):
        subprocess.run(["cp", "-r", ROOT / name, tmp_path], check=True)
    command = [sys.executable, tmp_path / "docker/bootstrap.py", "run"]
    environ = {**os.environ, "ODOO_HOME": str(tmp_path)}
    result = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert result.returncode == 1
    assert "holds no Odoo 19" in result.stderr


def test_a_busy_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        environ = {**os.environ, "DEMO_PORT": str(port)}
        command = [sys.executable, ROOT / "docker/demo.py"]
        result = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert result.returncode == 1
    assert f"Port {port} is needed for the shop and is busy" in result.stderr


def test_own_postgres_is_left_alone(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    with postgres.served(postgres.Cluster("/nonexistent")) as environ:
        assert environ == {}


PARENT = """\
import time
from pathlib import Path

import processes

with processes.child(["sleep", "300"], Path({log!r})) as child:
    print(child.pid, flush=True)
    time.sleep(300)
"""


def test_children_end_with_their_parent(tmp_path):
    """Even a killed parent leaves nobody behind."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(log=str(tmp_path / "child.log")))
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "docker")}
    parent = subprocess.Popen(
        [sys.executable, script], env=environ, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert ended(pid)


def ended(pid, seconds=5):
    for _ in range(seconds * 20):
        status = Path(f"/proc/{pid}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_free_port_is_free():
    assert processes.is_free(processes.free_port())


@pytest.mark.parametrize("path", ["README.md", "docs/proof/README.md"])
def test_each_file_and_picture_that_a_readme_names_is_there(path):
    readme = ROOT / path
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)\s#]+)", readme.read_text())
    assert [link for link in links if not (readme.parent / link).exists()] == []
