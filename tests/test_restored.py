"""A backup of a shop that is restored beside it, as a copy to try things out with."""

import os
import subprocess
import time

import databases
import postgres
import pytest

from tests.shop import Shop

# Seconds in which a copy that could talk would have done so.
SILENCE = 10


def run(*command):
    path = f"{postgres.binary('pg_dump').parent}:{os.environ['PATH']}"
    subprocess.run(command, check=True, env={**os.environ, "PATH": path})


@pytest.fixture
def restored(tmp_path):
    """A function: the copy of a database, by a backup, and neutralized."""
    made = []

    def restore(server):
        name = f"{server.database}_copy"
        made.append(name)
        backup = tmp_path / "backup.dump"
        run("pg_dump", "-Fc", "-f", backup, server.database)
        run("createdb", "-T", "template0", name)
        run("pg_restore", "--no-owner", "-d", name, backup)
        run(databases.ODOO, "neutralize", "-c", server.config_path, "-d", name)
        return name

    yield restore
    for name in made:
        databases.drop(name)


def test_a_restored_copy_tells_nothing_and_the_shop_goes_on(
    odoo_server, sandbox, restored, wait_until
):
    server = odoo_server(workers=2)
    shop = Shop(server, sandbox)
    shop.pause()
    shop.rpc("res.partner", "create", {"name": "Anna", "email": "anna@two.example.com"})
    assert shop.waiting()

    copy = odoo_server(restored(server), workers=2)
    [endpoint] = copy.rpc("mindbox.endpoint", "read", [shop.endpoint_id])
    assert endpoint["state"] == "draft"
    assert not endpoint["endpoint_code"] and not endpoint["secret_key"]
    copy.rpc("res.partner", "create", {"name": "Boris", "email": "boris@example.com"})
    waiting = [("state", "=", "pending")]
    assert not copy.rpc("mindbox.request", "search_count", waiting)
    time.sleep(SILENCE)
    assert not shop.calls()

    shop.start()
    wait_until(shop.settled, seconds=60)
    told = str(shop.calls())
    assert "anna@two.example.com" in told and "boris" not in told
