"""What meets at the wrong moment: two integration points, two jobs, many requests."""

import databases
import processes
import pytest
from steps import ROOT

from tests.conftest import LOGS, Sandbox
from tests.shop import KEY
from tests.storefront import Storefront

CHANNELS = "root:4,root.mindbox:2"


@pytest.fixture
def shop(odoo_server, sandbox):
    return Storefront(odoo_server(workers=4, channels=CHANNELS), sandbox, timeout=60)


@pytest.fixture
def other_sandbox(request):
    box = Sandbox(LOGS / f"{request.node.name}-other-sandbox.log")
    with processes.child(box.command(), box.log_path, cwd=ROOT) as process:
        processes.wait_for(box.page_url, process)
        yield box


def test_what_meets_at_the_wrong_moment(shop, other_sandbox, wait_until):
    check_many_requests_on_one_cart(shop, wait_until)
    check_jobs_that_meet(shop, wait_until)
    check_missed_kicks(shop, wait_until)
    check_a_black_hole_beside(shop, other_sandbox, wait_until)


def check_many_requests_on_one_cart(shop, wait_until):
    """Short requests on one record: the last state is the last one to arrive."""
    shopper = shop.customer()
    for _number in range(7):
        shopper.add(shop.lamp)
    wait_until(shop.settled, 20)
    carts = shop.calls(operation="Website.SetCart")
    counts = [
        sum(item["count"] for item in call["body"]["productList"]) for call in carts
    ]
    assert counts == sorted(counts), "an older cart followed"
    assert counts[-1] == 7


def check_jobs_that_meet(shop, wait_until):
    """Two jobs of one integration point: one works, nothing is sent twice."""
    shop.sandbox.fault(latency=100)
    values = [{"name": f"Meeting {n}", "email": f"m{n}@example.com"} for n in range(60)]
    shop.rpc("res.partner", "create", values)
    domain = [("model_name", "=", "mindbox.endpoint")]
    (job,) = shop.rpc("queue.job", "search", domain, order="id desc", limit=1)
    # Somebody presses Requeue in the monitor.
    databases.query(
        "UPDATE queue_job SET state = 'pending' WHERE id = %s",
        job,
        database=shop.server.database,
    )
    wait_until(shop.settled, 20)
    shop.sandbox.fault(latency=0)
    shop.check_arrived()
    assert not shop.repeated()


def check_missed_kicks(shop, wait_until):
    """A crash ate the kick, or the job: the sweeper of each minute queues another."""
    shop.sandbox.fault(kind="503")
    shop.rpc("res.partner", "create", {"name": "Missed", "email": "x@example.com"})
    wait_until(lambda: shop.get("held_until"), 15)
    shop.sandbox.heal()
    delete = "DELETE FROM queue_job WHERE state = 'pending'"
    databases.query(delete, database=shop.server.database)
    cron = [("cron_name", "like", "Mindbox: queue%")]
    (sweeper,) = shop.rpc("ir.cron", "search", cron)

    def swept():
        shop.rpc("ir.cron", "method_direct_trigger", [sweeper])
        return shop.settled()

    wait_until(swept, 20, every=1)


def check_a_black_hole_beside(shop, other_sandbox, wait_until):
    """One integration point that hangs does not slow the other one."""
    company = shop.rpc("res.company", "create", {"name": "Other Company"})
    endpoint = shop.rpc(
        "mindbox.endpoint",
        "create",
        {
            "name": "Other",
            "company_id": company,
            "url": other_sandbox.api_url,
            "endpoint_code": "demo.Website",
            "secret_key": KEY,
        },
    )
    shop.rpc("mindbox.endpoint", "action_start", [endpoint])
    shop.sandbox.fault(kind="black_hole")
    company_of = {"company_id": shop.get("company_id")[0]}
    shop.rpc("res.partner", "create", {"name": "A", "email": "a@x.com", **company_of})
    wait_until(lambda: shop.sandbox.state()["counts"]["in_flight"], 15)
    theirs = {"name": "B", "email": "b@x.com", "company_id": company}
    shop.rpc("res.partner", "create", theirs)
    wait_until(lambda: other_sandbox.calls(since=0)["calls"], 30)
    assert shop.sandbox.state()["counts"]["in_flight"], "hangs no more: proves nothing"
    shop.sandbox.heal()
    wait_until(shop.settled, 40)
