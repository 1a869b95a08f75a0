"""The command `odoo mindbox_doctor` beside a real server, as administrators run it."""

import json
import subprocess

import databases
import pytest

from tests.shop import Shop

# What the runner says once it does a database's jobs.
READY = "queue job runner ready for db"


@pytest.fixture
def doctor():
    """Run the command: `doctor(server, "--json")`."""

    def run(server, *words):
        command = [databases.ODOO, "mindbox_doctor", "-c", server.config_path]
        options = [str(word) for word in [*command, "-d", server.database, *words]]
        return subprocess.run(
            options, capture_output=True, text=True, check=False, timeout=120
        )

    return run


def catch_up(server):
    """Have done what is late since the database was cloned, not since it is served."""
    later = "UPDATE ir_cron SET nextcall = now() at time zone 'UTC' + '1 h'"
    databases.query(f"{later} RETURNING id", database=server.database)


def test_a_shop_that_works_has_no_faults(odoo_server, sandbox, doctor, wait_until):
    server = odoo_server(workers=3)
    Shop(server, sandbox)
    catch_up(server)
    # The runner is a process of its own: pages are served before it is there.
    wait_until(lambda: READY in server.log(), 60)
    told = doctor(server, "--json")
    found = json.loads(told.stdout)
    lines = found["server"] + found["points"][0]["lines"]
    bad = [line for line in lines if line["level"] in ("warning", "error")]
    assert not bad, (bad, told.stderr)
    assert (told.returncode, found["status"]) == (0, 0)


def test_where_nobody_does_the_jobs_the_status_is_2_and_a_line_says_so(
    odoo_server, sandbox, doctor
):
    server = odoo_server(workers=3)
    Shop(server, sandbox)
    server.kill9()
    told = doctor(server)
    assert told.returncode == 2
    assert "FAIL Job runner: No job runner is at work" in told.stdout


def test_a_database_that_is_not_there_is_told(odoo_server, doctor, database):
    server = odoo_server()
    server.database = "nobody_has_this"
    told = doctor(server)
    assert told.returncode == 2
    assert "cannot be opened" in told.stderr
