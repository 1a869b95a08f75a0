"""Add-ons leave as they came: what they brought goes along, what stays goes on."""

import databases

from tests.test_feed import built, make_feed


def uninstall(server, addon):
    domain = [("name", "=", addon)]
    module = server.rpc("ir.module.module", "search", domain)
    server.rpc("ir.module.module", "button_immediate_uninstall", module)


def start(server):
    """Start an integration point that nobody listens to; return its ID."""
    endpoint = server.rpc("mindbox.endpoint", "search", [], limit=1)
    values = {"secret_key": "key", "url": "http://127.0.0.1:9"}
    server.rpc("mindbox.endpoint", "write", endpoint, values)
    server.rpc("mindbox.endpoint", "action_start", endpoint)
    return endpoint[0]


def open_contact(server):
    """Read what the form of a contact shows, as the web client does."""
    (partner,) = server.rpc("res.partner", "search", [], limit=1)
    views = server.rpc("res.partner", "get_views", [[False, "form"]])
    names = views["models"]["res.partner"]["fields"]
    return server.rpc("res.partner", "read", [partner], list(names))


def make_files(server, wait_until):
    """A built feed, and an import whose files are to be downloaded."""
    feed = make_feed(server)
    wait_until(built(server, feed), seconds=120)
    endpoint = start(server)
    values = {"endpoint_id": endpoint, "kind": "customers", "way": "files"}
    run = server.rpc("mindbox.import", "create", values)
    server.rpc("mindbox.import", "action_start", [run])
    state = lambda: server.rpc("mindbox.import", "read", [run], ["state"])  # noqa: E731
    wait_until(lambda: state()[0]["state"] == "done", seconds=120)


def left(server):
    """Return what the connector has left in the database and in the file store."""
    ask = {"database": server.database}
    tables = databases.query(
        "SELECT relname FROM pg_class WHERE relname ~ '^(mindbox|rfm)_'", **ask
    )
    names = databases.query(
        "SELECT name FROM ir_model_data WHERE module IN %s",
        ("mindbox_connector", "mindbox_rfm"),
        **ask,
    )
    files = databases.query(
        "SELECT name FROM ir_attachment WHERE res_model ~ '^(mindbox|rfm)[.]'", **ask
    )
    parameters = databases.query(
        "SELECT key FROM ir_config_parameter WHERE key ~ '^mindbox'", **ask
    )
    jobs = databases.query(
        """SELECT model_name FROM queue_job WHERE model_name ~ '^(mindbox|rfm)[.]'
            AND state IN ('pending', 'enqueued', 'wait_dependencies')""",
        **ask,
    )
    store = databases.filestore(server.database) / "mindbox_feed"
    on_disk = [path.name for path in store.glob("*")]
    return [*tables, *names, *files, *parameters, *jobs, *on_disk]


def test_contacts_open_when_the_segments_have_left(odoo_server):
    server = odoo_server(workers=2)
    uninstall(server, "mindbox_rfm")
    start(server)
    assert open_contact(server)[0]["mindbox_notice"] is not None
    orphans = [("event", "=", "segment_set"), ("active", "in", [True, False])]
    assert not server.rpc("mindbox.operation", "search", orphans)


def test_the_connector_leaves_nothing_and_comes_back(odoo_server, wait_until):
    server = odoo_server(workers=2)
    make_files(server, wait_until)
    assert left(server), "there is something to leave behind"
    uninstall(server, "mindbox_connector")
    assert left(server) == []
    open_contact(server)
    module = server.rpc(
        "ir.module.module", "search", [("name", "=", "mindbox_connector")]
    )
    server.rpc("ir.module.module", "button_immediate_install", module)
    endpoint = server.rpc("mindbox.endpoint", "create", {"name": "Shop again"})
    operations = [("endpoint_id", "=", endpoint), ("event", "=", "cart_set")]
    assert server.rpc("mindbox.operation", "search_count", operations) == 1
