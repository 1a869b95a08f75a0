"""The smallest sender, and the bodies it sends."""

import gzip
import json
import uuid

import requests

KEY = "sandbox-key"
TIMEOUT = 5
JSON_TYPE = "application/json; charset=utf-8"
SAMPLE = {"customer": {"ids": {"websiteID": "42"}, "email": "a@example.com"}}


class Sender:
    """The smallest sender: one call, one answer."""

    def __init__(self, box):
        self.box = box
        self.session = requests.Session()

    def headers(self, key=KEY, scheme="SecretKey {}", kind=JSON_TYPE, **changes):
        headers = {"Content-Type": kind, "Accept": "application/json"}
        headers["Authorization"] = scheme.format(key)
        headers.update(
            {name.replace("_", "-"): value for name, value in changes.items()}
        )
        return {name: value for name, value in headers.items() if value}

    def accept(
        self, operation, body, mode="async", headers=None, timeout=TIMEOUT, **query
    ):
        """Send a call; an asynchronous one is accepted, but not executed yet."""
        query = {"transactionId": str(uuid.uuid4()), "operation": operation, **query}
        query.setdefault("endpointId", "demo.Website")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.box.api_url}/v3/operations/{mode}"
        headers = headers or self.headers()
        return self.session.post(
            url, params=query, data=data, headers=headers, timeout=timeout
        )

    def send(self, *args, **kwargs):
        """Send a call, and have it executed."""
        answer = self.accept(*args, **kwargs)
        self.box.settle()
        return answer

    def call(self, name, body, mode="async", **query):
        return self.send(f"Website.{name}", body, mode, **query)

    def sync(self, name, body, **query):
        return self.call(name, body, "sync", **query)

    def register(self, ident="42", **fields):
        fields.setdefault("email", f"c{ident}@example.com")
        customer = {**who(ident)["customer"], **fields}
        return self.sync("RegisterCustomer", {"customer": customer})

    def make_cards(self, *numbers):
        """Cards of the pool, as an import of the project's manager makes them."""
        rows = [f"{number};Gold" for number in numbers]
        return self.imported(
            "DirectCrm.DiscountCards.ImportCards", "Number;Type", *rows
        )

    def csv(self, operation, *rows, encoding="utf-8", **changes):
        query = {
            "csvCodePage": "65001",
            "csvColumnDelimiter": ";",
            "csvTextQualifier": '"',
        }
        query.update(changes)
        data = "\n".join(rows).encode(encoding)
        headers = self.headers(kind="text/csv;charset=utf-8")
        if query.pop("zipped", False):
            data, headers = gzip.compress(data), {**headers, "Content-Encoding": "gzip"}
        return self.send(operation, data, "bulk", headers, **query)

    def imported(self, operation, *rows, **changes):
        answer = self.csv(operation, *rows, **changes)
        assert answer.status_code == 200, answer.text
        self.box.wait_imports()
        return self.box.imports[0]


def who(ident="42"):
    return {"customer": {"ids": {"websiteID": ident}}}


def line(ident="1", quantity=2, base=1250, price=2500, sku="SKU-1", **more):
    found = {"lineId": ident, "lineNumber": int(ident), "quantity": quantity}
    found.update(basePricePerItem=base, discountedPricePerLine=price, **more)
    return {**found, "product": {"ids": {"website": sku}}}


def order(key="S00017", lines=None, total=2800, **more):
    found = {"ids": {"websiteID": key}, "deliveryCost": 300, "totalPrice": total}
    return {"order": {**found, "lines": lines or [line()], **more}}


def item(sku, count=1, price=10):
    return {"product": {"ids": {"website": sku}}, "count": count, "pricePerItem": price}


def last(box):
    return box.calls()[-1]


def told(call):
    """All that was noted about a call."""
    return " ".join(warning["message"] for warning in call["warnings"])


def remarks(call):
    """What Mindbox itself would note: the places."""
    return [one["location"] for one in call["warnings"] if "remark" in one]
