"""A shop to shop in: visitors over HTTP, and what the back office knows of Mindbox."""

import itertools
import re
import time
from collections import defaultdict

import requests

KEY = "sandbox-key"
NUMBERS = itertools.count(1)


class Shop:
    """The shop of a running server, connected to a sandbox."""

    def __init__(self, server, sandbox, **values):
        self.server, self.sandbox = server, sandbox
        code = [("endpoint_code", "=", "demo.Website")]
        (self.endpoint_id,) = self.rpc("mindbox.endpoint", "search", code)
        self.rpc("website", "write", self.rpc("website", "search", []), SIGN_UP)
        server.gather(0)
        self.set(url=sandbox.api_url, secret_key=KEY, **{"timeout": 3, **values})
        self.start()
        # The first visit renders the templates.
        for path in ("/shop", "/web/signup"):
            requests.get(f"{server.url}{path}", timeout=60).raise_for_status()

    def rpc(self, *args, **kwargs):
        return self.server.rpc(*args, **kwargs)

    # -- the integration point ---
    def set(self, **values):
        self.rpc("mindbox.endpoint", "write", [self.endpoint_id], values)

    def get(self, name):
        endpoint = self.rpc("mindbox.endpoint", "read", [self.endpoint_id], [name])
        return endpoint[0][name]

    def start(self):
        self.rpc("mindbox.endpoint", "action_start", [self.endpoint_id])

    def pause(self):
        self.rpc("mindbox.endpoint", "action_pause", [self.endpoint_id])

    # -- the outbox ---
    def rows(self, *names, domain=()):
        fields = ["transaction_id", "state", "customer_key", "priority", *names]
        domain = list(domain)
        return self.rpc("mindbox.request", "search_read", domain, fields, order="id")

    def waiting(self):
        return self.rpc("mindbox.request", "search_count", [("state", "=", "pending")])

    def settled(self):
        """Nothing waits, and what was sent had its one effect at Mindbox, in order."""
        return not self.waiting()

    def calls(self, **query):
        return self.sandbox.calls(since=0, limit=100_000, **query)["calls"]

    def check_arrived(self):
        """All that is sent was taken in once, each customer's in the order of events.

        What comes again is told apart by its transaction ID and has no effect.
        """
        effects = [
            call["transaction_id"]
            for call in self.calls()
            if call["status"] == "Success" and not call["duplicate"]
        ]
        assert len(effects) == len(set(effects)), "an effect twice"
        rows = self.rows()
        assert {row["state"] for row in rows} <= {"sent", "skipped"}
        sent = [row for row in rows if row["state"] == "sent"]
        missing = {row["transaction_id"] for row in sent} - set(effects)
        assert not missing, self.explain(missing)
        self.check_order(sent, effects)

    def check_order(self, sent, effects):
        place = {transaction_id: at for at, transaction_id in enumerate(effects)}
        lanes = defaultdict(list)
        for row in sent:
            lane = row["customer_key"], row["priority"]
            lanes[lane].append(place[row["transaction_id"]])
        for lane, places in lanes.items():
            assert places == sorted(places), f"overtaken: {lane}"

    def explain(self, transaction_ids):
        return [
            (c["operation"], c["http_status"], c["error"], c["body"])
            for c in self.calls()
            if c["transaction_id"] in transaction_ids
        ]


SIGN_UP = {"auth_signup_uninvited": "b2c"}


class Shopper:
    """A visitor with a browser's cookies, who notes how long the shop takes."""

    def __init__(self, shop, name=None):
        self.shop = shop
        self.number = next(NUMBERS)
        self.name = name or f"Shopper {self.number}"
        self.email = f"shopper{self.number}@example.com"
        self.web = requests.Session()
        self.slowest = 0.0

    def _ask(self, method, path, **options):
        started = time.monotonic()
        answer = self.web.request(
            method, f"{self.shop.server.url}{path}", timeout=60, **options
        )
        self.slowest = max(self.slowest, time.monotonic() - started)
        answer.raise_for_status()
        return answer

    def _submit(self, page, path, **form):
        """Fill in a form as a browser does, its hidden token included."""
        html = self._ask("GET", page).text
        token = re.search(r'csrf_token["\'\s:=]+(?:value=)?["\']([\w]+)', html)
        return self._ask("POST", path, data={"csrf_token": token[1], **form})

    def _call(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._ask("POST", path, json=body).json()
        assert "error" not in answer, answer["error"]["data"]["debug"]
        return answer["result"]

    # -- what a shopper does ---
    def register(self):
        password = "a-Long-password-1"
        self._submit(
            "/web/signup",
            "/web/signup",
            login=self.email,
            name=self.name,
            password=password,
            confirm_password=password,
        )
        users = self.shop.rpc("res.users", "search_read", [("login", "=", self.email)])
        assert users, "not registered"
        self.partner_id = users[0]["partner_id"][0]
        return self

    def edit_profile(self, name):
        self.name = name
        country = self.shop.rpc("res.country", "search", [("code", "=", "BE")])[0]
        form = {
            "name": name,
            "email": self.email,
            "phone": f"+3247012{self.number:04}",
            "street": "Rue 1",
            "city": "Namur",
            "zip": "5000",
            "country_id": country,
            "address_type": "billing",
            "partner_id": self.partner_id,
            "required_fields": "name,email",
        }
        answer = self._submit("/my/address", "/my/address/submit", **form).json()
        assert answer.get("redirectUrl"), answer

    def add_to_cart(self, quantity=1):
        domain = [("sale_ok", "=", True), ("website_published", "=", True)]
        domain += [("type", "=", "consu"), ("list_price", ">", 0)]
        product = self.shop.rpc(
            "product.product", "search_read", domain, ["product_tmpl_id"], limit=1
        )[0]
        self._call(
            "/shop/cart/add",
            product_template_id=product["product_tmpl_id"][0],
            product_id=product["id"],
            quantity=quantity,
        )

    def order(self):
        """The order is placed: by the back office, as after a call of the customer."""
        domain = [("partner_id", "=", self.partner_id), ("state", "=", "draft")]
        started = time.monotonic()
        (order,) = self.shop.rpc("sale.order", "search", domain)
        self.shop.rpc("sale.order", "action_confirm", [order])
        self.slowest = max(self.slowest, time.monotonic() - started)
        return order

    def do_everything(self):
        self.register()
        self.edit_profile(f"{self.name} Changed")
        self.add_to_cart()
        self.order()
        return self
