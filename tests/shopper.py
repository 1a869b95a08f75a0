"""A person in the shop: what a browser would send, through public routes only."""

import re

import requests

TOKEN = re.compile(r'csrf_token: "([^"]+)"')


class Shopper:
    """One browser with its cookies."""

    def __init__(self, url, device=None):
        self.url = url
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux) Firefox/150.0"
        if device:
            self.session.cookies.set("mindboxDeviceUUID", device)

    def open(self, path):
        """Open a page and return its text."""
        answer = self.session.get(self.url + path, timeout=60)
        answer.raise_for_status()
        return answer.text

    def post(self, path, page=None, **form):
        """Send a form, with the token of the page it stands on."""
        token = TOKEN.search(self.open(page or path)).group(1)
        form["csrf_token"] = token
        answer = self.session.post(self.url + path, data=form, timeout=60)
        answer.raise_for_status()
        return answer

    def call(self, path, **params):
        """Call a JSON route, as the scripts of a page do."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.session.post(self.url + path, json=body, timeout=60).json()
        if error := answer.get("error"):
            raise RuntimeError(error["data"].get("message") or error["message"])
        return answer.get("result")

    def sign_up(self, name, login, **form):
        self.post(
            "/web/signup",
            name=name,
            login=login,
            password="secret-1234",
            confirm_password="secret-1234",
            **form,
        )

    def log_in(self, login, password="secret-1234"):
        self.post("/web/login", login=login, password=password)

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
        address = {
            "street": "Nevsky 1",
            "city": "Petersburg",
            "zip": "190000",
            "phone": "+7 999 123-45-67",
            "use_delivery_as_billing": "true",
        }
        return self.post("/shop/address/submit", page="/shop/address", **address | form)

    def pay(self, provider):
        """Pay the cart with the demo provider and see the thank-you page."""
        page = self.open("/shop/payment")
        form = re.search(r'data-transaction-route="([^"]+)"', page).group(1)
        token = re.search(r'data-access-token="([^"]+)"', page).group(1)
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
