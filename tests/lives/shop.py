"""A shop inside this process, whose Mindbox is the strict sandbox."""

import os
from contextlib import closing, contextmanager
from datetime import timedelta
from unittest.mock import patch

import databases

from ..sandbox import Sandbox

KEY = "sandbox-key"
PRICE = 100
# How a life finds the integration point, unless it says otherwise.
SETTINGS = {"line_status": "string"}
# Rounds of delivery, at most, until nothing waits any more.
ROUNDS = 60
# What a life leaves behind that must not reach the next one.
MEMORY = ("request", "ledger", "contact", "person", "difference", "erasure", "import")


@contextmanager
def opened(database):
    """Yield a :class:`Shop` on a database, with a sandbox of its own."""
    import logging

    import odoo
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_db

    host, user = os.environ["PGHOST"], os.environ["PGUSER"]
    words = [f"--database={database}", f"--data-dir={databases.DATA}"]
    words += [f"--db_host={host}", f"--db_user={user}", "--log-level=critical"]
    odoo.tools.config.parse_config(words)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    try:
        with Sandbox(strictness={"profile": "strict"}) as box:
            with without_waiting():
                yield Shop(Registry(database), box)
    finally:
        close_db(database)


@contextmanager
def without_waiting():
    """Let what follows a commit follow at once, and files of cards each other."""
    from odoo.addons.mindbox_connector.models.outbox import mindbox_kick
    from odoo.addons.mindbox_connector.models.shop import loyalty_card_import

    kicks = patch.object(mindbox_kick.KICKS, "put", lambda _name, kick: kick())
    files = patch.object(loyalty_card_import, "QUICK_INTERVAL", timedelta())
    many = patch.object(loyalty_card_import, "QUICK_FILES", 10**6)
    with kicks, files, many:
        yield


class Shop:
    """The shop, as its owner has set it up."""

    def __init__(self, registry, box):
        self.registry, self.box = registry, box
        with self.transaction() as env:
            self.endpoint_id = self.connect(env)
            env["loyalty.program"].search([]).active = False
            # Nothing renders a document here.
            env["mail.template"].search([]).report_template_ids = False
            env["product.pricelist"].search([]).active = False
            self.website_id = env["website"].search([], limit=1).id
            self.lesson = self.make_product(env, "Lesson", type="service")
            self.lamp = self.make_product(env, "Lamp", is_storable=True)
            self.program_id = self.make_program(env)
            self.provider_id = self.make_provider(env)

    def connect(self, env):
        """Connect the demo's integration point, and no other one."""
        endpoint = env["mindbox.endpoint"].search([])
        (endpoint - endpoint[:1]).state = "draft"
        endpoint = endpoint[:1]
        endpoint.write(
            {
                "url": self.box.api_url,
                "secret_key": KEY,
                "timeout": 3,
                "rate_limit": 600_000,
                "files_per_hour": 100_000,
                "settle_seconds": 0,
                "state": "running",
            }
        )
        return endpoint.id

    def make_product(self, env, name, **values):
        values |= {"name": name, "list_price": PRICE, "taxes_id": [(5,)]}
        return env["product.product"].create(values).id

    def make_provider(self, env):
        """Let customers pay by the demo provider."""
        provider = env.ref("payment.payment_provider_demo")
        provider.write({"state": "test", "is_published": True})
        return provider.id

    def make_program(self, env):
        """Give points for each order, and next to nothing for them."""
        rule = {"reward_point_amount": 10, "reward_point_mode": "order"}
        values = {
            "name": "Bonus",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "rule_ids": [(5,), (0, 0, rule)],
            "reward_ids": [(5,), (0, 0, {"required_points": 10**6})],
        }
        return env["loyalty.program"].create(values).id

    @contextmanager
    def transaction(self, **context):
        """A transaction of its own, committed at the end."""
        from odoo import SUPERUSER_ID, api

        quiet = {"tracking_disable": True, "no_reset_password": True, "skip_sms": True}
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, quiet | context)
        self.registry.signal_changes()

    # -- a new life ---
    def begin(self, **settings):
        """Forget the lives before: Mindbox, and Odoo of what it was told of them.

        :param settings: values of the integration point
        """
        self.forget()
        with self.transaction() as env:
            newest = env["res.partner"].with_context(active_test=False)
            self.first = newest.search([], order="id desc", limit=1).id
            domain = str([("id", ">", self.first)])
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint.write({**SETTINGS, **settings, "customer_domain": domain})

    def forget(self):
        """Let Mindbox be a new one, of which Odoo knows nothing either."""
        self.box.reset()
        with self.transaction() as env:
            for name in MEMORY:
                env.cr.execute(f"DELETE FROM mindbox_{name}")
            env.cr.execute("DELETE FROM queue_job")

    # -- delivery ---
    def deliver(self):
        """Run the delivery job, in a transaction of its own, as queue_job does."""
        from odoo import SUPERUSER_ID, api

        from odoo.addons.queue_job.exception import RetryableJobError

        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            try:
                endpoint._deliver()
                cr.commit()
            except RetryableJobError:
                pass

    def settle(self):
        """Deliver until nothing waits, and Mindbox has executed all of it."""
        for _round in range(ROUNDS):
            self.deliver()
            self.box.settle()
            self.box.wait_imports()
            if not self.rows("pending"):
                break
            with self.transaction() as env:
                endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
                endpoint._forget_waits()
        assert not self.rows("pending"), self.rows("pending")
        assert not self.get_refused(), self.get_refused()
        assert not self.get_failed(), self.get_failed()

    def get_failed(self):
        """Return what Mindbox has failed to do and was not told otherwise then."""
        otherwise = {row["transaction_id"] for row in self.rows("skipped")}
        log = self.box.operation_log(state="failed")
        return [row for row in log if row["transaction_id"] not in otherwise]

    def get_refused(self):
        """Return what was refused; a card that has an owner only Mindbox can move."""
        return [
            row
            for row in self.rows("rejected")
            if row["event"] != "card_issue" or "another customer" not in row["error"]
        ]

    def rows(self, state):
        with self.transaction() as env:
            names = ["event", "res_model", "res_id", "customer_key", "error", "payload"]
            names.append("transaction_id")
            return env["mindbox.request"].search_read([("state", "=", state)], names)

    # -- history ---
    def run_import(self, kind, way="bulk"):
        """Import all there is of a kind, and have Mindbox read the files."""
        with self.transaction() as env:
            values = {"endpoint_id": self.endpoint_id, "kind": kind, "way": way}
            run = env["mindbox.import"].create(values)
            run.action_start()
        while self.work(run.id):
            self.settle()
        self.box.wait_imports()
        with self.transaction() as env:
            run = env["mindbox.import"].browse(run.id)
            assert run.state == "done", run.status
        troubled = [job for job in self.box.imports if job["rejected"]]
        assert not troubled, troubled

    def work(self, import_id):
        """Run the job of an import once; return whether something is left to do."""
        from odoo import SUPERUSER_ID, api

        from odoo.addons.queue_job.exception import RetryableJobError

        with closing(self.registry.cursor()) as cr:
            run = api.Environment(cr, SUPERUSER_ID, {})["mindbox.import"]
            try:
                run.browse(import_id)._work()
            except RetryableJobError:
                return True
            cr.commit()
        return False

    # -- comparison ---
    def compare(self):
        """Compare as the nightly job does; return what differs."""
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            run = endpoint._queue_reconciliation()
            endpoint._reconcile()
            assert run.state == "done", run.error
            names = ["kind", "res_id", "problem", "cause", "amount", "told_amount"]
            names += ["expected_state", "told_state"]
            domain = [("state", "!=", "resolved")]
            return env["mindbox.difference"].search_read(domain, names)
