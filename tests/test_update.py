"""A shop that was there before is updated: nothing is lost, nothing is left over.

UPDATE_ROWS=100000 UPDATE_ALL=1 tests/test_update.py    the long form: so many
                    waiting rows, and from the first state there was as well
"""

import os
import re

import databases
import pytest

from tests import released
from tests.shop import Shop

ROWS = int(os.environ.get("UPDATE_ROWS", 2000))
RELEASES = [released.VERSION_1, released.VERSION_2]
if os.environ.get("UPDATE_ALL"):
    RELEASES.append(released.FIRST)
STATES = ("sent", "rejected", "skipped", "cancelled")
# Tables and columns of ours: all of these prefixes, and fields on Odoo's own models.
OURS = "module IN ('mindbox_connector', 'mindbox_rfm')"

SEED = """
    INSERT INTO mindbox_request (
        endpoint_id, operation_id, event, mode, res_model, res_id, partner_id,
        customer_key, merge_key, transaction_id, occurred_at, next_attempt_at,
        priority, state, attempts)
    SELECT endpoint.id, operation.id, 'customer_edit', 'async', 'res.partner',
           partner.id, partner.id, 'partner-' || partner.id,
           'customer/res.partner/' || partner.id, gen_random_uuid()::varchar,
           now() at time zone 'UTC', now() at time zone 'UTC', 10, 'pending', 0
      FROM mindbox_endpoint endpoint
      JOIN mindbox_operation operation
        ON operation.endpoint_id = endpoint.id AND operation.event = 'customer_edit'
     CROSS JOIN res_partner partner
     WHERE endpoint.endpoint_code = 'demo.Website' AND partner.email LIKE 'old%%'
"""
CUSTOMERS = """
    INSERT INTO res_partner (name, complete_name, email, email_normalized, active,
                             type, partner_share, is_company, autopost_bills,
                             supplier_rank, customer_rank, create_date, write_date)
    SELECT 'Old ' || n, 'Old ' || n, 'old' || n || '@example.com',
           'old' || n || '@example.com', TRUE, 'contact', TRUE, FALSE, 'ask', 0, 0,
           now() at time zone 'UTC', now() at time zone 'UTC'
      FROM generate_series(1, %s) n
"""
CONSENTS = """
    INSERT INTO mindbox_consent (partner_id, channel, topic, is_subscribed, source,
                                 decided_at)
    SELECT id, 'email', topic, TRUE, 'backoffice', now() at time zone 'UTC'
      FROM res_partner, (VALUES ('News'), ('News and more'), (NULL)) AS named (topic)
     WHERE email = 'old1@example.com'
"""
FINISHED = """
    INSERT INTO mindbox_request (
        endpoint_id, event, mode, res_model, res_id, transaction_id, occurred_at,
        next_attempt_at, priority, state, attempts, error)
    SELECT endpoint.id, 'order_status', finished.mode, 'sale.order', 1,
           gen_random_uuid()::varchar, now(), now(), 10, finished.state, 1, reason
      FROM mindbox_endpoint endpoint,
           (VALUES ('sent', NULL, 'async'),
                   ('sent', NULL, 'sync'),
                   ('skipped', 'The operation is switched off.', 'async'),
                   ('skipped', 'Операция выключена.', 'async'),
                   ('cancelled', 'Cancelled by Mitchell Admin', 'async'),
                   ('rejected', 'Something that nobody has a word for', 'sync'))
           AS finished (state, reason, mode)
     WHERE endpoint.endpoint_code = 'demo.Website'
"""


@pytest.fixture(scope="module")
def old_shop(pg, tmp_path_factory):
    """A function: a database in a released state, with data, updated to today's."""
    made = {}

    def make(commit):
        name = f"{databases.PREFIX}{os.getpid()}_old_{commit[:7]}"
        log = databases.LOGS / f"update-{commit[:7]}.log"
        released.install(commit, name, tmp_path_factory.mktemp("addons"), log)
        databases.query(CUSTOMERS, ROWS, database=name)
        databases.query(SEED, database=name)
        databases.query(CONSENTS, database=name)
        if commit != released.VERSION_2:  # which stores reasons as data
            databases.query(FINISHED, database=name)
        released.update(name, log)
        check_log(log.read_text())
        return name

    def once(commit):
        made[commit] = made.get(commit) or make(commit)
        return made[commit]

    yield once
    for name in made.values():
        databases.drop(name)


def check_log(text):
    words = r" (WARNING|ERROR|CRITICAL) \S+ (?!odoo\.(tools\.config|modules\.loading))"
    lines = [line for line in text.splitlines() if re.search(words, line)]
    assert not lines, "\n".join(lines[:10])


def schema(database):
    """Return all that PostgreSQL and Odoo know of our models, to be compared."""
    tables = """table_name ~ '^(mindbox|rfm)_' OR column_name ~ '^(mindbox|rfm)_'
                OR column_name IN ('birthday', 'sex')"""
    questions = {
        "columns": f"""
            SELECT table_name, column_name, data_type, is_nullable
              FROM information_schema.columns
             WHERE table_schema = 'public' AND ({tables})""",
        "indexes": """
            SELECT tablename, indexname, indexdef FROM pg_indexes
             WHERE tablename ~ '^(mindbox|rfm)_' OR indexname ~ '(mindbox|rfm)_'""",
        "constraints": """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE conrelid::regclass::text ~ '^(mindbox|rfm)_'""",
        # Demo data may have been changed since by hand; what is ours may not.
        "names": f"""
            SELECT module, model, name FROM ir_model_data
             WHERE {OURS} AND name NOT LIKE '%%demo%%'""",
        "actions": """
            SELECT action.name->>'en_US', model.model FROM ir_act_server action
              JOIN ir_model model ON model.id = action.model_id
             WHERE model.model ~ '^(mindbox|rfm)[.]'""",
        # Not their modes, which somebody may have chosen.
        "operations": """
            SELECT event, operation.name FROM mindbox_operation operation
              JOIN mindbox_endpoint endpoint ON endpoint.id = endpoint_id
             WHERE endpoint_code = 'demo.Website'""",
    }
    return {
        what: set(databases.query(question, database=database))
        for what, question in questions.items()
    }


@pytest.mark.parametrize("commit", RELEASES)
def test_an_updated_database_is_as_a_fresh_one(old_shop, template_db, commit):
    updated, fresh = schema(old_shop(commit)), schema(template_db)
    for what, expected in fresh.items():
        assert sorted(updated[what] - expected) == [], f"left over: {what}"
        assert sorted(expected - updated[what]) == [], f"missing: {what}"


def test_an_update_keeps_the_modes_that_somebody_may_have_chosen(old_shop):
    modes = databases.query(
        "SELECT DISTINCT mode FROM mindbox_operation WHERE event IN"
        " ('customer_register', 'customer_edit', 'order_create')",
        database=old_shop(released.VERSION_1),
    )
    assert modes == [("async",)]


@pytest.mark.parametrize("commit", [released.VERSION_1, released.VERSION_2])
def test_a_topic_of_before_becomes_a_record(old_shop, commit):
    found = databases.query(
        "SELECT consent.topic, topic.code, topic.name->>'en_US'"
        " FROM mindbox_consent consent"
        " LEFT JOIN mindbox_topic topic ON topic.id = topic_id"
        " JOIN res_partner partner ON partner.id = partner_id"
        " WHERE partner.email = 'old1@example.com' ORDER BY consent.topic",
        database=old_shop(commit),
    )
    named = [(topic, topic, topic) for topic in ("News", "News and more")]
    assert found == [*named, (None, None, None)]


def test_what_waited_before_an_update_arrives_and_every_form_opens(
    old_shop, odoo_server, sandbox, wait_until
):
    server = odoo_server(old_shop(released.VERSION_1), workers=2)
    for model, record, views in windows(server):
        assert server.rpc(model, "get_views", views)["views"]
        if record:
            server.rpc(model, "read", record)
    check_states(server)
    # Nobody has told Mindbox of these customers before.
    sandbox.control("PUT", "settings", {"strictness": {"edits": "imports"}})
    shop = Shop(server, sandbox, gather=None)
    wait_until(shop.settled, seconds=60 + ROWS / 100, every=1)
    customers = sandbox.control("GET", "customers?limit=1000000")["customers"]
    emails = {customer["email"] for customer in customers}
    assert not {f"old{n}@example.com" for n in range(1, ROWS + 1)} - emails


def windows(server):
    """Yield (model, IDs of a record, views) of each of our windows, and contacts."""
    domain = [("res_model", "=like", "mindbox.%")]
    domain = ["|", ("res_model", "=like", "rfm.%"), *domain]
    actions = server.rpc("ir.actions.act_window", "search_read", domain, ["res_model"])
    for model in sorted({action["res_model"] for action in actions} | {"res.partner"}):
        yield model, server.rpc(model, "search", [], limit=1), [[False, "form"]]


def check_states(server):
    """What had ended before is as it was, with its reason in words."""
    domain = [("event", "=", "order_status"), ("res_id", "=", 1)]
    fields = ["state", "error", "mode", "outcome"]
    rows = server.rpc("mindbox.request", "search_read", domain, fields, order="id")
    by_state = {}
    for row in rows:
        by_state.setdefault(row["state"], []).append(row["error"])
    assert by_state["rejected"] == ["Something that nobody has a word for"]
    assert by_state["cancelled"] == ["Cancelled by Mitchell Admin"]
    assert len(set(by_state["skipped"])) == 1, "one reason, in the reader's language"
    outcomes = {(row["state"], row["mode"]): row["outcome"] for row in rows}
    assert outcomes.pop(("sent", "async")) == "unknown"
    assert outcomes.pop(("sent", "sync")) == "processed"
    assert set(outcomes.values()) == {False}, "what was not accepted has no outcome"
