"""One server with two shops: what is installed in one is nothing to the other."""

import copy

from tests.shop import Shop
from tests.test_uninstall import open_contact, uninstall


def of_database(server, name):
    """The same server, asked for another database."""
    other = copy.copy(server)
    other.database, other._cookies = name, None
    return other


def make_customer(shop, name):
    values = {"name": name, "email": f"{name.lower()}@two.example.com"}
    return shop.rpc("res.partner", "create", values)


def has_arrived(shop, name, wait_until):
    """Wait until Mindbox has heard of a customer."""
    email = f"{name.lower()}@two.example.com"
    wait_until(lambda: email in str(shop.calls()), seconds=60)


def events(shop):
    """Return the events that a request can be of, as the screens offer them."""
    fields = shop.rpc("mindbox.request", "fields_get", ["event"], ["selection"])
    return {code for code, _label in fields["event"]["selection"]}


def shows_segments(server):
    [contact] = open_contact(server)
    return any(name.startswith("rfm_") for name in contact)


def test_segments_are_at_home_in_one_of_two_databases(
    database, odoo_server, sandbox, wait_until
):
    one, two = database(), database()
    config = {"db_name": f"{one},{two}", "dbfilter": f"^({one}|{two})$"}
    with_segments = odoo_server(one, workers=2, **config)
    without = of_database(with_segments, two)
    uninstall(without, "mindbox_rfm")
    shop, plain = Shop(with_segments, sandbox), Shop(without, sandbox)

    # By turns, so that the same workers serve both.
    for number in range(3):
        make_customer(shop, f"Anna{number}")
        make_customer(plain, f"Boris{number}")
        assert "segment_set" in events(shop)
        assert "segment_set" not in events(plain)
        assert shows_segments(with_segments)
        assert not shows_segments(without)
    for number in range(3):
        has_arrived(shop, f"Anna{number}", wait_until)
        has_arrived(plain, f"Boris{number}", wait_until)

    [scheme] = shop.rpc("rfm.scheme", "search", [("state", "=", "active")])
    action = shop.rpc("rfm.scheme", "action_compute", [scheme])

    def is_computed():
        [run] = shop.rpc("rfm.run", "read", [action["res_id"]], ["state"])
        return run["state"] == "done"

    wait_until(is_computed, seconds=60)
