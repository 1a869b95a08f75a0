"""The shop as its owner has set it up, for people who come to its public routes."""

import uuid
from contextlib import contextmanager

import databases

from .conftest import LOGS, ROOT, OdooServer, Sandbox, processes
from .shopper import Shopper


@contextmanager
def opened(template, name, workers=3, channels="root:2,root.mindbox:1"):
    """Yield a running shop, connected to a sandbox of its own."""
    LOGS.mkdir(parents=True, exist_ok=True)
    database = databases.clone(template, f"{databases.PREFIX}{name}")
    box = Sandbox(LOGS / f"{name}-sandbox.log")
    server = OdooServer(database, LOGS / f"{name}.log", workers, channels, {})
    with processes.child(box.command(), box.log_path, cwd=ROOT) as process:
        processes.wait_for(box.page_url, process)
        server.start()
        try:
            yield Storefront(server, box)
        finally:
            server.stop()
            databases.drop(database)


class Storefront:
    """The shop as its owner has set it up."""

    def __init__(self, server, sandbox):
        self.server, self.sandbox, self.rpc = server, sandbox, server.rpc
        self.rpc(
            "ir.config_parameter", "set_param", "auth_signup.invitation_scope", "b2c"
        )
        pricelists = self.rpc("product.pricelist", "search", [])
        self.rpc("product.pricelist", "write", pricelists, {"active": False})
        self.lesson = self.make_product("Lesson", type="service")
        self.lamp = self.make_product("Lamp", is_storable=True)
        self.provider = self.find_provider()
        self.send_no_pdf()
        [endpoint] = self.rpc("mindbox.endpoint", "search", [], limit=1)
        self.endpoint = endpoint
        self.rpc("mindbox.endpoint", "write", [endpoint], {"url": sandbox.api_url})
        self.rpc("mindbox.endpoint", "action_start", [endpoint])
        operations = self.rpc(
            "mindbox.operation",
            "search",
            [
                (
                    "event",
                    "in",
                    ["customer_register", "customer_authorize", "product_view"],
                )
            ],
        )
        self.rpc("mindbox.operation", "write", operations, {"send_device_uuid": True})

    def make_product(self, name, **vals):
        vals |= {"name": name, "list_price": 100, "is_published": True}
        vals |= {"taxes_id": [(5,)], "allow_out_of_stock_order": True}
        template = self.rpc("product.template", "create", vals)
        [product] = self.rpc(
            "product.product", "search", [("product_tmpl_id", "=", template)]
        )
        return {"id": product, "template": template}

    def find_provider(self):
        [provider] = self.rpc(
            "payment.provider",
            "search",
            [("code", "=", "demo"), ("company_id", "=", 1)],
        )
        self.rpc(
            "payment.provider",
            "write",
            [provider],
            {"state": "test", "is_published": True},
        )
        [method] = self.rpc(
            "payment.method", "search", [("code", "=", "demo")], limit=1
        )
        return {"id": provider, "method": method}

    def send_no_pdf(self):
        """The program that makes PDF files is not part of the test set-up."""
        templates = self.rpc(
            "mail.template",
            "search",
            [("model", "=", "sale.order"), ("report_template_ids", "!=", False)],
        )
        self.rpc("mail.template", "write", templates, {"report_template_ids": [(5,)]})

    def set_state(self, state):
        """Have what happens delivered (running), recorded (paused), or not (draft)."""
        self.rpc("mindbox.endpoint", "write", [self.endpoint], {"state": state})

    def visitor(self, device=None):
        return Shopper(self.server.url, device)

    def customer(self):
        """Sign somebody up; return the browser and the contact's ID."""
        login = f"{uuid.uuid4().hex[:8]}@example.com"
        shopper = self.visitor()
        shopper.sign_up("Anna Ivanova", login)
        [user] = self.rpc(
            "res.users", "search_read", [("login", "=", login)], ["partner_id"]
        )
        shopper.login, shopper.partner_id = login, user["partner_id"][0]
        return shopper

    def arrived(self, operation, wait_until, matches=lambda call: True, seconds=15):
        """Wait for a call of an operation and return the newest one that matches."""

        def look():
            calls = self.sandbox.calls(operation=f"Website.{operation}", limit=500)
            return [call for call in calls["calls"] if matches(call)]

        return wait_until(look, seconds=seconds)[-1]

    def arrived_for(self, shopper, operation, wait_until):
        return self.arrived(
            operation,
            wait_until,
            lambda call: f"'websiteID': '{shopper.partner_id}'" in str(call["body"]),
        )

    def arrived_for_subscription(self, shopper, operation, wait_until):
        return self.arrived(
            operation,
            wait_until,
            lambda call: "subscriptions" in call["body"]["customer"]
            and f"'websiteID': '{shopper.partner_id}'" in str(call["body"]),
        )
