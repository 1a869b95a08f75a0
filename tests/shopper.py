"""A person in the shop: what a browser would send, through public routes only."""

import itertools
import re
import time

import requests

TOKEN = re.compile(r'csrf_token: "([^"]+)"')
NUMBERS = itertools.count(1)
PASSWORD = "a-Long-password-1"


class Shopper:
    """One browser with its cookies, that notes how long the shop takes."""

    def __init__(self, shop, device=None):
        self.shop = shop
        self.number = next(NUMBERS)
        self.name = f"Anna Shopper{self.number}"
        self.email = f"shopper{self.number}@example.com"
        self.slowest = 0.0
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux) Firefox/150.0"
        if device:
            self.session.cookies.set("mindboxDeviceUUID", device)

    def is_in(self, call):
        """Whether a call tells of this customer."""
        return f"'websiteID': '{self.partner_id}'" in str(call["body"])

    # -- a browser ---
    def ask(self, method, path, **options):
        started = time.monotonic()
        url = f"{self.shop.server.url}{path}"
        answer = self.session.request(method, url, timeout=60, **options)
        self.slowest = max(self.slowest, time.monotonic() - started)
        return answer

    def open(self, path):
        """Open a page and return its text."""
        answer = self.ask("GET", path)
        answer.raise_for_status()
        return answer.text

    def post(self, path, page=None, **form):
        """Send a form, with the token of the page it stands on."""
        form["csrf_token"] = TOKEN.search(self.open(page or path)).group(1)
        answer = self.ask("POST", path, data=form)
        answer.raise_for_status()
        return answer

    def call(self, path, **params):
        """Call a JSON route, as the scripts of a page do."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.ask("POST", path, json=body).json()
        if error := answer.get("error"):
            raise RuntimeError(error["data"].get("message") or error["message"])
        return answer.get("result")

    # -- an account ---
    def sign_up(self, **form):
        self.post(
            "/web/signup",
            name=self.name,
            login=self.email,
            password=PASSWORD,
            confirm_password=PASSWORD,
            **form,
        )

    def register(self):
        """Sign up, and find out which contact that has become."""
        self.sign_up()
        login = [("login", "=", self.email)]
        users = self.shop.rpc("res.users", "search_read", login, ["partner_id"])
        assert users, "not registered"
        self.partner_id = users[0]["partner_id"][0]
        return self

    def log_in(self, customer):
        self.post("/web/login", login=customer.email, password=PASSWORD)

    def edit_profile(self, country="RU", **form):
        [country] = self.shop.rpc("res.country", "search", [("code", "=", country)])
        profile = {
            "partner_id": self.partner_id,
            "name": self.name,
            "email": self.email,
            "phone": f"+7 999 765-{self.number:04}",
            "street": "Arbat 1",
            "city": "Moscow",
            "zip": "119019",
            "country_id": country,
        }
        answer = self.post("/my/address/submit", page="/my/account", **profile | form)
        assert "redirectUrl" in answer.json(), answer.text

    # -- a purchase ---
    def add(self, product, quantity=1):
        return self.call(
            "/shop/cart/add",
            product_template_id=product["template"],
            product_id=product["id"],
            quantity=quantity,
        )

    def update(self, product, quantity):
        return self.call(
            "/shop/cart/update",
            line_id=None,
            quantity=quantity,
            product_id=product["id"],
        )

    def give_address(self, **form):
        [country] = self.shop.rpc("res.country", "search", [("code", "=", "RU")])
        address = {
            "name": self.name,
            "email": self.email,
            "street": "Nevsky 1",
            "city": "Petersburg",
            "zip": "190000",
            "country_id": country,
            "phone": f"+7 999 {self.number:07}",
            "use_delivery_as_billing": "true",
        }
        return self.post("/shop/address/submit", page="/shop/address", **address | form)

    def pay(self):
        """Pay the cart with the demo provider and see the thank-you page."""
        page = self.open("/shop/payment")
        form = re.search(r'data-transaction-route="([^"]+)"', page).group(1)
        token = re.search(r'data-access-token="([^"]+)"', page).group(1)
        provider = self.shop.provider
        values = self.call(
            form,
            access_token=token,
            provider_id=provider["id"],
            payment_method_id=provider["method"],
            token_id=None,
            flow="direct",
            tokenization_requested=False,
            landing_route="/shop/payment/validate",
        )
        self.call(
            "/payment/demo/simulate_payment",
            reference=values["reference"],
            payment_details="1234",
            simulated_state="done",
        )
        self.call("/payment/status/poll")
        self.open("/shop/payment/validate")

    def order(self):
        """The cart is ordered by the back office, as after a call of the customer."""
        domain = [("partner_id", "=", self.partner_id), ("state", "=", "draft")]
        started = time.monotonic()
        [order] = self.shop.rpc("sale.order", "search", domain)
        self.shop.rpc("sale.order", "action_confirm", [order])
        self.slowest = max(self.slowest, time.monotonic() - started)
        return order

    def do_everything(self):
        self.register()
        self.edit_profile(name=f"{self.name} Changed")
        self.add(self.shop.lamp)
        self.order()
        return self
