"""Secrets and personal data stay where they belong, whatever goes wrong."""

import json

import databases
import pytest
import requests

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
    wait_until(shop.settled, 30)
    for number, fault in enumerate(ECHOES):
        shop.sandbox.fault(**fault, times=1, operation="Website.EditCustomer")
        values = {"name": f"{CANARIES['name']} {number}"}
        shop.rpc("res.partner", "write", [partner], values)
        shop.start()
        wait_until(lambda: not shop.sandbox.state()["faults"], 20)
    break_the_database_statement(shop, partner, wait_until)
    shop.sandbox.heal()
    wait_until(shop.settled, 30)
    told = [*import_history(shop, wait_until), *compare(shop, wait_until)]
    told += [replay(shop, wait_until), ask_health(shop)]
    build_feed(shop, wait_until)
    check_they_did_arrive(shop)
    check_what_everybody_sees(told)
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


def ended(shop, model, record):
    """Whether something that a job works on is over; how it ended."""
    values = shop.rpc(model, "read", [record])[0]
    return values["state"] not in ("queued", "running") and values


def import_history(shop, wait_until):
    """Import customers whose file is refused once, and cards; yield how that ended."""
    shop.sandbox.fault(kind="400", operation="DirectCrm.Customers.Import", times=1)
    for kind in ("customers", "cards"):
        values = {"endpoint_id": shop.endpoint_id, "kind": kind}
        run = shop.rpc("mindbox.import", "create", values)
        shop.rpc("mindbox.import", "action_start", [run])
        yield wait_until(lambda run=run: ended(shop, "mindbox.import", run), 90)
    shop.sandbox.heal()


def compare(shop, wait_until):
    """Compare with Mindbox where somebody is missing there; yield what is told."""
    database = {"database": shop.server.database}
    databases.query("DELETE FROM mindbox_ledger WHERE kind = 'customers'", **database)
    action = shop.rpc("mindbox.endpoint", "action_reconcile", [shop.endpoint_id])
    run = action["res_id"]
    yield wait_until(lambda: ended(shop, "mindbox.reconciliation", run), 60)
    names = ["reason", "detail", "cause", "problem", "reference"]
    found = shop.rpc("mindbox.difference", "search_read", [], names)
    assert found
    # A reference is the card's number: what a person looks for in Mindbox.
    yield [{**row, "reference": ""} for row in found]


def replay(shop, wait_until):
    wizard = {"endpoint_id": shop.endpoint_id, "state": "sent", "event": "card_issue"}
    wizard = shop.rpc("mindbox.replay", "create", wizard)
    action = shop.rpc("mindbox.replay", "action_replay", [wizard])
    wait_until(shop.settled, 30)
    return action


def build_feed(shop, wait_until):
    shop.rpc("mindbox.endpoint", "action_set_up_feeds", [shop.endpoint_id])
    endpoint = [("endpoint_id", "=", shop.endpoint_id)]
    feeds = ["mindbox.feed", "search_read", endpoint]
    wait_until(lambda: all(feed["built_at"] for feed in shop.rpc(*feeds)), 120)


def ask_health(shop):
    """Return what both routes of monitoring say."""
    settings = shop.rpc("res.config.settings", "create", {})
    rotate = "action_rotate_mindbox_health_token"
    shop.rpc("res.config.settings", rotate, [settings])
    parameter = "mindbox_connector.health_token"
    token = shop.rpc("ir.config_parameter", "get_param", parameter)
    texts = []
    for path in ("health", "metrics"):
        url = f"{shop.server.url}/mindbox/{path}"
        bearer = {"Authorization": f"Bearer {token}"}
        answer = requests.get(url, headers=bearer, timeout=30)
        answer.raise_for_status()
        texts.append(answer.text)
    assert token not in shop.server.log()
    return texts


def check_what_everybody_sees(told):
    text = json.dumps(told, ensure_ascii=False)
    for secret in SECRETS:
        assert secret not in text, line_with(text.replace(",", "\n"), secret)


def check_they_did_arrive(shop):
    bodies = json.dumps([call["body"] for call in shop.calls()], ensure_ascii=False)
    for value in ("Kanareika", CANARIES["email"], "32470998877", CANARIES["card"]):
        assert value in bodies, "the canary never sang: the test proves nothing"


def check_log(shop):
    log = shop.server.log()
    assert "Mindbox sync Website.EditCustomer" in log, "no debug log"
    for secret in SECRETS:
        assert secret not in log, line_with(log, secret)


def line_with(text, secret):
    return next(line[:300] for line in text.splitlines() if secret in line)


def check_jobs(shop):
    rows = databases.query(
        "SELECT row_to_json(queue_job)::text FROM queue_job"
        " WHERE model_name LIKE 'mindbox.%%'",
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
