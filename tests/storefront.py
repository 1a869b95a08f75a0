"""The shop as its owner has set it up, for people who come to its public routes."""

from contextlib import contextmanager

import databases

from .conftest import LOGS, ROOT, OdooServer, Sandbox, processes
from .shop import Shop
from .shopper import Shopper

# Operations that tell of the device, too.
OF_DEVICES = ("customer_register", "customer_authorize", "product_view")


@contextmanager
def opened(
    template,
    name,
    workers=3,
    channels="root:2,root.mindbox:1",
    *,
    disk=None,
    environ=(),
    **options,
):
    """Yield a running shop, connected to a sandbox of its own.

    :param disk: of its database, where that is to have one of its own
    :param environ: of its server
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    database = databases.clone(template, f"{databases.PREFIX}{name}")
    if disk:
        disk.take(database)
    box = Sandbox(LOGS / f"{name}-sandbox.log")
    log, environ = LOGS / f"{name}.log", dict(environ)
    server = OdooServer(database, log, workers, channels, environ)
    with processes.child(box.command(), box.log_path, cwd=ROOT) as process:
        processes.wait_for(box.page_url, process)
        server.start()
        try:
            yield Storefront(server, box, **options)
        finally:
            server.leave()
            databases.drop(database)


class Storefront(Shop):
    """A shop with goods, a way to pay for them, and its doors open."""

    def __init__(self, server, sandbox, **values):
        super().__init__(server, sandbox, **values)
        set_up = {"auth_signup_uninvited": "b2c"}
        self.rpc("website", "write", self.rpc("website", "search", []), set_up)
        pricelists = self.rpc("product.pricelist", "search", [])
        self.rpc("product.pricelist", "write", pricelists, {"active": False})
        self.lesson = self.make_product("Lesson", type="service")
        self.lamp = self.make_product("Lamp", is_storable=True)
        self.provider = self.find_provider()
        self.send_no_pdf()
        self.tell_of_devices()
        # The first visit renders the templates.
        for path in ("/shop", "/web/signup"):
            self.visitor().open(path)

    def make_product(self, name, **vals):
        vals |= {"name": name, "list_price": 100, "is_published": True}
        vals |= {"taxes_id": [(5,)], "allow_out_of_stock_order": True}
        template = self.rpc("product.template", "create", vals)
        [product] = self.rpc(
            "product.product", "search", [("product_tmpl_id", "=", template)]
        )
        return {"id": product, "template": template}

    def find_provider(self):
        demo = [("code", "=", "demo"), ("company_id", "=", 1)]
        [provider] = self.rpc("payment.provider", "search", demo)
        values = {"state": "test", "is_published": True}
        self.rpc("payment.provider", "write", [provider], values)
        [method] = self.rpc(
            "payment.method", "search", [("code", "=", "demo")], limit=1
        )
        return {"id": provider, "method": method}

    def send_no_pdf(self):
        """The program that makes PDF files is not part of the test set-up."""
        domain = [("model", "=", "sale.order"), ("report_template_ids", "!=", False)]
        templates = self.rpc("mail.template", "search", domain)
        self.rpc("mail.template", "write", templates, {"report_template_ids": [(5,)]})

    def tell_of_devices(self):
        domain = [("event", "in", OF_DEVICES)]
        operations = self.rpc("mindbox.operation", "search", domain)
        self.rpc("mindbox.operation", "write", operations, {"send_device_uuid": True})

    def set_state(self, state):
        """Have what happens delivered (running), recorded (paused), or not (draft)."""
        self.set(active=state != "draft")
        if state != "draft":
            self.start() if state == "running" else self.pause()

    # -- who comes ---
    def visitor(self, device=None):
        return Shopper(self, device)

    def customer(self):
        """Somebody who has just signed up."""
        return self.visitor().register()

    def arrived_for(self, shopper, operation, wait_until):
        return self.arrived(operation, wait_until, shopper.is_in)

    def arrived_for_subscription(self, shopper, operation, wait_until):
        return self.arrived(
            operation,
            wait_until,
            lambda call: "subscriptions" in call["body"]["customer"]
            and shopper.is_in(call),
        )
