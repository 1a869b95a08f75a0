"""Purchases that are no sale orders, of an add-on that RFM has never heard of."""

import databases
import pytest
from steps import ROOT

from tests.segments import Scheme, in_segmentation
from tests.shop import Shop

ADDONS = ROOT / "tests" / "addons"


@pytest.fixture(scope="module")
def with_till(template_db):
    """A shop that was there before the add-on came."""
    once = ("--stop-after-init", "--no-http", "--addons-path", ADDONS)
    log = databases.LOGS / "install-shop_till.log"
    with databases.cloned(template_db, f"{databases.PREFIX}till") as name:
        databases.odoo(name, *once, "-i", "shop_till", log=log)
        grant = "INSERT INTO ir_model_access (name, model_id, active, perm_read, \
            perm_write, perm_create, perm_unlink) SELECT 'till', id, TRUE, TRUE, TRUE, \
            TRUE, TRUE FROM ir_model WHERE model = 'shop.receipt' RETURNING id"
        databases.query(grant, database=name)
        yield name


@pytest.fixture
def scheme(with_till, database, odoo_server, sandbox, wait_until):
    sandbox.control("PUT", "settings", {"strictness": {"profile": "strict"}})
    server = odoo_server(database(with_till), addons_path=ADDONS)
    return Scheme(Shop(server, sandbox), wait_until)


def receive(scheme, customer, **values):
    """Make a receipt of the till, and return its ID."""
    values = {"partner_id": customer, "amount": 100, **values}
    return scheme.rpc("shop.receipt", "create", values)


def segments(scheme):
    scheme.run()
    return scheme.at_mindbox(in_segmentation("RFM"))


def test_receipts_count_and_what_settles_an_order_counts_once(scheme):
    many, settled, _none = scheme.customers
    for customer in (many, settled):
        scheme.order(customer, 2)
    receive(scheme, many)
    order, *_others = scheme.rpc("sale.order", "search", [("partner_id", "=", settled)])
    receive(scheme, settled, order_id=order)
    assert segments(scheme) == ["vip", "fresh", "rest"]


def test_the_next_run_sees_receipts_that_come_and_go(scheme):
    first, second, _none = scheme.customers
    receipt = receive(scheme, first)
    assert segments(scheme) == ["fresh", "rest", "rest"]
    scheme.rpc("shop.receipt", "write", [receipt], {"partner_id": second})
    assert segments(scheme) == ["rest", "fresh", "rest"]
    scheme.rpc("shop.receipt", "unlink", [receipt])
    assert segments(scheme) == ["rest", "rest", "rest"]
