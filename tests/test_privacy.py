"""Secrets and personal data stay where they belong, whatever goes wrong."""

import json

import databases
import pytest

from tests.shop import KEY, Shop

CANARIES = {
    "name": "Kanareika Zheltukhina",
    "email": "kanareika.zheltukhina@example.com",
    "phone": "+32470998877",
    "card": "0447-CANARY-4711",
    "key": KEY,
}
SPELLINGS = ("Kanareika", "Zheltukhina", "kanareika.zhel", "32470998877", "998877")
SECRETS = (*SPELLINGS, CANARIES["card"], KEY)
# What Mindbox says repeats what it was told.
ECHOES = (
    {"kind": "validation_error"},
    {"kind": "400"},
    {"kind": "503"},
    {"kind": "html"},
    {"kind": "half_answer"},
    {"kind": "429", "retry_after": 1},
)


@pytest.fixture
def shop(odoo_server, sandbox):
    # Everything the server could say, it says.
    handlers = "odoo.addons.mindbox_connector:DEBUG,urllib3:DEBUG"
    server = odoo_server(workers=2, log_handler=f":INFO,{handlers}")
    return Shop(server, sandbox)


def test_canaries_stay_in_the_bodies(shop, wait_until):
    partner = make_canary(shop)
    for number, fault in enumerate(ECHOES):
        shop.sandbox.fault(**fault, times=1)
        values = {"street": f"Rue {number}"}
        shop.rpc("res.partner", "write", [partner], values)
        shop.start()
        wait_until(lambda: not shop.sandbox.state()["faults"], 20)
    break_the_database_statement(shop, partner, wait_until)
    shop.sandbox.heal()
    wait_until(shop.settled, 30)
    check_they_did_arrive(shop)
    check_log(shop)
    check_jobs(shop)
    check_reasons(shop)
    check_urls(shop)


def make_canary(shop):
    partner = shop.rpc(
        "res.partner",
        "create",
        {name: CANARIES[name] for name in ("name", "email", "phone")},
    )
    program = {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
    program = shop.rpc("loyalty.program", "create", program)
    card = {"program_id": program, "partner_id": partner, "code": CANARIES["card"]}
    shop.rpc("loyalty.card", "create", {**card, "points": 10})
    return partner


def break_the_database_statement(shop, partner, wait_until):
    """Let PostgreSQL refuse a statement that carries the body."""
    check = "ALTER TABLE mindbox_request {} CONSTRAINT canary"
    rule = "CHECK (payload NOT LIKE '%%Broken%%') NOT VALID"
    database = {"database": shop.server.database}
    databases.query(f"{check.format('ADD')} {rule}", **database)
    shop.rpc("res.partner", "write", [partner], {"name": "Kanareika Broken"})
    shop.rpc("mindbox.endpoint", "action_start", [shop.endpoint_id])
    wait_until(lambda: "itself failed" in (shop.get("hold_reason") or ""), 20)
    databases.query(check.format("DROP"), **database)
    shop.start()


def check_they_did_arrive(shop):
    bodies = json.dumps([call["body"] for call in shop.calls()], ensure_ascii=False)
    for value in ("Kanareika", CANARIES["email"], "32470998877", CANARIES["card"]):
        assert value in bodies, "the canary never sang: the test proves nothing"


def check_log(shop):
    log = shop.server.log()
    assert "Mindbox async Website.EditCustomer" in log, "no debug log"
    for secret in SECRETS:
        assert secret not in log, line_with(log, secret)


def line_with(text, secret):
    return next(line[:300] for line in text.splitlines() if secret in line)


def check_jobs(shop):
    rows = databases.query(
        "SELECT row_to_json(queue_job)::text FROM queue_job"
        " WHERE model_name = 'mindbox.endpoint'",
        database=shop.server.database,
    )
    assert rows
    for (row,) in rows:
        for secret in SECRETS:
            assert secret not in row


def check_reasons(shop):
    rows = shop.rows("error", "reason")
    assert any(row["error"] for row in rows)
    endpoint = shop.get("hold_reason"), shop.get("pause_reason")
    for secret in SECRETS:
        assert secret not in json.dumps([rows, endpoint], ensure_ascii=False)


def check_urls(shop):
    for call in shop.calls():
        told = json.dumps([call["query"], call["headers"]])
        for secret in SECRETS:
            assert secret not in told
