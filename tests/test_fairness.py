"""Nobody holds up another: no customer, no operation, no backlog."""

import databases
import pytest

from tests.shop import Shop

EDIT = "Website.EditCustomer"
REGISTER = "Website.RegisterCustomer"
OTHERS = 20
VIEWS = """
    INSERT INTO mindbox_request (
        endpoint_id, operation_id, event, mode, res_model, res_id, customer_key,
        transaction_id, occurred_at, next_attempt_at, priority, state, attempts,
        payload)
    SELECT endpoint_id, id, event, 'async', 'product.product', 1,
           'viewer-' || mod(n, %s), gen_random_uuid(),
           now() at time zone 'UTC' - interval '7 days', now() at time zone 'UTC',
           priority, 'pending', 0,
           '{"viewProduct": {"product": {"ids": {"website": "1"}}},
             "customer": {"ids": {"websiteID": "1"}}}'
      FROM mindbox_operation, generate_series(1, %s) n
     WHERE endpoint_id = %s AND event = 'product_view'
"""


@pytest.fixture
def shop(odoo_server, sandbox):
    return Shop(odoo_server(workers=3), sandbox, concurrency=4)


def test_three_customers_who_always_fail_stop_nobody(shop, wait_until):
    poison = make_customers(shop, "poison", 3)
    sick = [f"websiteID:{customer}" for customer in poison]
    shop.sandbox.fault(kind="500", customers=sick)
    for number in range(3):
        # They fail again and again, and each time others come after them.
        rename(shop, poison, f"Sick {number}")
        others = make_customers(shop, f"other{number}", OTHERS)
        wait_until(lambda others=others: heard(shop, others), 20)
    assert not heard(shop, poison), "they do not fail: proves nothing"
    shop.sandbox.heal()
    shop.start()
    wait_until(shop.settled, 30)
    shop.check_arrived()


@pytest.mark.parametrize(
    "fault", [{"kind": "429", "retry_after": 300}, {"kind": "503"}], ids=["429", "503"]
)
def test_an_operation_that_fails_holds_no_other(shop, wait_until, fault):
    customers = make_customers(shop, "known", OTHERS)
    wait_until(lambda: heard(shop, customers), 20)
    shop.sandbox.fault(operation=EDIT, **fault)
    rename(shop, customers, "Changed")
    wait_until(lambda: held_operations(shop) == [EDIT], 20)
    for number in range(3):
        others = make_customers(shop, f"other{number}", OTHERS)
        wait_until(lambda others=others: heard(shop, others), 20)
    wait_until(lambda: shop.waiting() == len(customers), 20)
    # One may be probed just now.
    wait_until(lambda: EDIT in shop.get("health"), 20)
    before = len(shop.calls(operation=EDIT))
    assert before < 10, "an operation that fails is left alone"
    shop.sandbox.heal()
    shop.start()
    wait_until(shop.settled, 30)
    shop.check_arrived()


def test_one_customer_with_thousands_of_rows_starves_nobody(shop, wait_until):
    shop.sandbox.fault(latency=50)
    insert_views(shop, 10_000, customers=1)
    wait_until(lambda: len(shop.calls()) > 10, 20)
    others = make_customers(shop, "other", 50)
    wait_until(lambda: heard(shop, others), 60)
    assert shop.waiting() > 5_000, "nobody was in the way: proves nothing"


def test_a_live_change_leaves_in_the_next_interval_whatever_waits(shop, wait_until):
    shop.set(rate_limit=60)
    insert_views(shop, 100_000, customers=5_000)
    wait_until(lambda: len(shop.calls()) > 2, 20)
    for number in range(3):
        live = make_customers(shop, f"live{number}", 1)
        before = len(shop.calls())
        wait_until(lambda live=live: heard(shop, live), 20)
        calls = [call["operation"] for call in shop.calls()]
        assert REGISTER in calls[before : before + 2]


def insert_views(shop, count, customers):
    """Let views of a week ago wait, of so many customers."""
    query(shop, VIEWS, customers, count, shop.endpoint_id)
    shop.start()


def make_customers(shop, word, count):
    values = [
        {"name": f"{word} {n}", "email": f"{word}-{n}@example.com"}
        for n in range(count)
    ]
    return shop.rpc("res.partner", "create", values)


def rename(shop, customers, word):
    shop.rpc("res.partner", "write", customers, {"name": word})


def heard(shop, customers):
    """Whether Mindbox has heard of all of these."""
    known = {
        call["body"]["customer"]["ids"]["websiteID"]
        for call in shop.calls(operation=REGISTER)
        if call["effect"]
    }
    return {str(customer) for customer in customers} <= {str(k) for k in known}


def held_operations(shop):
    domain = [("endpoint_id", "=", shop.endpoint_id), ("failures", ">", 0)]
    found = shop.rpc("mindbox.operation", "search_read", domain, ["name"])
    return [operation["name"] for operation in found]


def query(shop, statement, *values):
    return databases.query(statement, *values, database=shop.server.database)
