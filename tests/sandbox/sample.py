"""A made-up day in a shop, posted call by call: `python -m tests.sandbox.sample
[--api URL]`.
"""

import argparse
import json
import random
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

PEOPLE = (
    ("Анна", "Кузнецова", "female"),
    ("Иван", "Соколов", "male"),
    ("Мария", "Лебедева", "female"),
    ("Olga", "Petrova", "female"),
    ("Tomas", "Novak", "male"),
    ("Дмитрий", "Орлов", "male"),
    ("Sofia", "Rossi", "female"),
    ("Елена", "Волкова", "female"),
)
GOODS = {
    "DESK-0004": 14990,
    "CHAIR-001": 5490,
    "LAMP-0070": 1290.5,
    "DRAWER-12": 3350,
    "BIN-00019": 640,
    "CABINET-8": 8800,
    "SOFA-0003": 32999.9,
    "SHELF-044": 2150,
}
SEGMENTS = ("Champions", "Loyal", "New", "At risk", "Hibernating")


class Shop:
    def __init__(self, api, endpoint, key, seed=7):
        self.api, self.endpoint, self.key = api, endpoint, key
        self.random = random.Random(seed)
        self.now = datetime.now(timezone.utc) - timedelta(minutes=90)

    def headers(self, kind):
        return {
            "Authorization": f"SecretKey {self.key}",
            "Content-Type": f"{kind}; charset=utf-8",
            "Accept": "application/json",
        }

    def post(self, operation, body, mode="async", kind="application/json", **query):
        query = {
            "endpointId": self.endpoint,
            "operation": operation,
            "transactionId": str(uuid.uuid4()),
            **query,
        }
        url = f"{self.api}/v3/operations/{mode}?{urlencode(query)}"
        call = urllib.request.Request(url, body, self.headers(kind), method="POST")
        try:
            with urllib.request.urlopen(call, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code

    def call(self, name, body, mode="async", **query):
        self.now += timedelta(seconds=self.random.randint(20, 130))
        stamp = self.now.strftime("%d.%m.%Y %H:%M:%S.000")
        body = json.dumps({**body, "executionDateTimeUtc": stamp}).encode()
        return self.post(f"Website.{name}", body, mode, **query)

    def items(self, number):
        chosen = self.random.sample(sorted(GOODS), number)
        return [(sku, self.random.randint(1, 3), GOODS[sku]) for sku in chosen]


def who(number):
    return {"customer": {"ids": {"websiteID": str(number)}}}


def product_list(items):
    return [
        {"product": {"ids": {"website": sku}}, "count": count, "pricePerItem": price}
        for sku, count, price in items
    ]


def order(key, items, delivery=300):
    lines = [
        {
            "lineId": f"{key}-{place}",
            "lineNumber": place,
            "quantity": count,
            "basePricePerItem": price,
            "discountedPricePerLine": round(count * price, 2),
            "product": {"ids": {"website": sku}},
            "status": "Created",
        }
        for place, (sku, count, price) in enumerate(items, 1)
    ]
    total = sum(line["discountedPricePerLine"] for line in lines) + delivery
    return {
        "ids": {"websiteID": key},
        "deliveryCost": delivery,
        "totalPrice": round(total, 2),
        "payments": [{"type": "card", "amount": round(total, 2)}],
        "lines": lines,
    }


def arrive(shop, number, person):
    first, last, sex = person
    shop.call(
        "RegisterCustomer",
        {
            "customer": {
                "ids": {"websiteID": str(number)},
                "firstName": first,
                "lastName": last,
                "sex": sex,
                "email": f"customer{number}@example.com",
                "mobilePhone": f"7999000{number:04d}",
                "birthDate": f"19{70 + number % 30}-0{1 + number % 9}-17",
                "timeZone": "Europe/Moscow",
                "subscriptions": [
                    {"pointOfContact": "Email"},
                    {"pointOfContact": "Sms", "topic": "News"},
                ],
            }
        },
        deviceUUID=str(uuid.uuid5(uuid.NAMESPACE_URL, f"device-{number}")),
    )
    shop.call(
        "IssueDiscountCard",
        {**who(number), "discountCard": {"ids": {"number": f"27000000{number:05d}"}}},
    )


def browse(shop, number):
    items = shop.items(3)
    for sku, _count, price in items[:2]:
        view = {"product": {"ids": {"website": sku}}, "price": price}
        shop.call("ViewProduct", {**who(number), "viewProduct": view})
    shop.call("SetCart", {**who(number), "productList": product_list(items)})
    shop.call(
        "SetWishList", {**who(number), "productList": product_list(shop.items(2))}
    )
    return items


def buy(shop, number, items):
    key = f"S{number:05d}"
    shop.call("CreateAuthorizedOrder", {**who(number), "order": order(key, items)})
    shop.call("ClearCart", who(number))
    shop.call(
        "ChangeCustomerBalance",
        {
            **who(number),
            "discountCard": {"ids": {"number": f"27000000{number:05d}"}},
            "order": {"ids": {"websiteID": key}},
            "balanceChanges": [
                {"changeAmount": 150 + number, "comment": "Points for the order"}
            ],
        },
    )
    ids = {"order": {"ids": {"websiteID": key}}}
    for status in ("Paid", "Delivered")[: number % 3]:
        shop.call("UpdateOrderStatus", {**ids, "orderLinesStatus": status})
    if number % 4 == 2:
        line = {"lineId": f"{key}-1", "quantity": 1, "status": "Returned"}
        ids["order"]["lines"] = [line]
        shop.call("UpdateOrderStatus", ids)


def trouble(shop):
    """What the log should show as odd: a bad e-mail, a wrong total, an unknown
    order.
    """
    shop.call(
        "EditCustomer",
        {"customer": {"ids": {"websiteID": "101"}, "email": "no address"}},
    )
    bad = order("S77777", shop.items(2))
    shop.call("CreateAuthorizedOrder", {**who(102), "order": {**bad, "totalPrice": 1}})
    missing = {"order": {"ids": {"websiteID": "S99999"}}, "orderLinesStatus": "Paid"}
    shop.call("UpdateOrderStatus", missing)
    shop.call("NoSuchOperation", {})
    shop.call("GetCustomerInfo", who(103), mode="sync")


def upload(shop, operation, *rows):
    shop.post(
        operation,
        "\n".join(rows).encode(),
        "bulk",
        "text/csv",
        csvCodePage="65001",
        csvColumnDelimiter=";",
        csvTextQualifier='"',
    )


def cards(shop, numbers):
    """Cards come from files: a new number is made in the pool first."""
    rows = [f"27000000{number:05d};Club" for number in numbers]
    upload(shop, "DirectCrm.DiscountCards.ImportCards", "Number;Type", *rows)


def segments(shop, numbers):
    head = "CustomerExternalIdentitywebsiteID;SegmentationExternalId;SegmentExternalId"
    rows = [f"{n};RFM;{SEGMENTS[n % len(SEGMENTS)]}" for n in numbers]
    upload(shop, "DirectCrm.StaticCustomerSegments.Import", head, *rows)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api", default="http://127.0.0.1:8170")
    parser.add_argument("--endpoint", default="demo.Website")
    parser.add_argument("--key", default="sandbox-key")
    args = parser.parse_args(argv)
    shop = Shop(args.api, args.endpoint, args.key)
    everybody = range(101, 101 + len(PEOPLE))
    cards(shop, everybody)
    guest = {"customer": {"email": "guest@example.com", "firstName": "Greta"}}
    shop.call(
        "CreateUnauthorizedOrder", {**guest, "order": order("S00001", shop.items(1))}
    )
    for number, person in enumerate(PEOPLE, 101):
        arrive(shop, number, person)
        items = browse(shop, number)
        if number % 4:
            buy(shop, number, items)
    trouble(shop)
    segments(shop, everybody)


if __name__ == "__main__":
    main()
