"""Who is who, and what a call may change of them."""

import uuid

from .sender import item, last, order, told, who


def test_a_guest_who_signs_up_stays_one_customer(api, box):
    guest = {"customer": {"email": "Guest@Example.com", "firstName": "Greta"}}
    api.call("CreateUnauthorizedOrder", {**guest, **order()})
    old = box.customers[0]["id"]
    api.register(email="guest@example.com")
    assert len(box.customers) == 1
    found = box.one("customers", "42")
    assert found["merged"] == [old] and found["orders"][0]["key"] == "S00017"
    assert box.one("customers", str(old))["id"] == found["id"]


def test_a_contradicting_name_wipes_the_personal_bundle(api, box):
    api.register(firstName="Anna", lastName="K", birthDate="1990-06-16", sex="f")
    api.call("EditCustomer", {"customer": {**who()["customer"], "firstName": "Olga"}})
    assert "bundleWiped" in told(last(box))
    found = box.one("customers", "42")
    assert (
        found["firstName"] == "Olga" and "lastName" not in found and "sex" not in found
    )


def test_the_whole_bundle_or_new_values_wipe_nothing(api, box):
    api.register(firstName="Anna", lastName="K")
    full = {"firstName": "Olga", "lastName": "P", "sex": "female"}
    api.call("EditCustomer", {"customer": {**who()["customer"], **full}})
    assert not last(box)["warnings"]
    assert box.one("customers", "42")["sex"] == "female"


def test_clear_empties_a_value(api, box):
    api.register(firstName="Anna", mobilePhone="79991234567")
    body = {**who()["customer"], "firstName": "%CLEAR%", "mobilePhone": "%CLEAR%"}
    api.call("EditCustomer", {"customer": body})
    found = box.one("customers", "42")
    assert "firstName" not in found and found["mobilePhone"] is None


def test_guests_never_overwrite(api, box):
    api.register(email="a@example.com", firstName="Anna")
    guest = {
        "customer": {
            "email": "a@example.com",
            "firstName": "Eve",
            "mobilePhone": "79990000001",
        }
    }
    api.call("CreateUnauthorizedOrder", {**guest, **order()})
    found = box.one("customers", "42")
    assert (found["firstName"], found["mobilePhone"]) == ("Anna", "79990000001")


def test_editing_an_unknown_customer_creates_nothing(api, box):
    answer = api.sync("EditCustomer", who("404"))
    assert answer.json()["customer"] == {"processingStatus": "NotFound"}
    assert box.customers == [] and not last(box)["effect"]


def test_identifiers_of_two_customers_are_ambiguous(api, box):
    api.register("1")
    api.register("2")
    body = {"customer": {"ids": {"websiteID": "1"}, "email": "c2@example.com"}}
    assert api.sync("UpdateOrder", {**body, **order()}).status_code == 400
    assert api.call("UpdateOrder", {**body, **order("X")}).json()["status"] == "Success"
    assert "unambiguously" in last(box)["error"] and box.orders == []


def test_merging_keeps_one_identity_and_the_sums(api, box):
    for ident, points in (("1", 10), ("2", 5)):
        api.register(ident)
        changes = [{"changeAmount": points}]
        api.call("ChangeCustomerBalance", {**who(ident), "balanceChanges": changes})
    body = {"customersToMerge": [{"ids": {"websiteID": "2"}}], "resultingCustomer": {}}
    body["resultingCustomer"] = {"ids": {"websiteID": "1"}}
    answer = api.sync("MergeCustomers", body).json()
    assert answer["customersToMerge"][0]["processingStatus"] == "Found"
    assert answer["resultingCustomer"]["processingStatus"] == "Merged"
    found = box.one("customers", "2")
    assert found["ids"] == {"websiteID": "1"} and found["balances"][0]["total"] == 15


def test_subscriptions_are_given_by_forms_and_withdrawn_by_edits_only(api, box):
    api.register(subscriptions=[{"pointOfContact": "email"}, {"pointOfContact": "SMS"}])
    no = [{"pointOfContact": "Email", "isSubscribed": False}]
    customer = {**who()["customer"], "subscriptions": no}
    api.call("SubscribeCustomer", {"customer": customer})
    assert "cannotUnsubscribe" in told(last(box))
    api.call("EditCustomer", {"customer": customer})
    states = {
        s["pointOfContact"]: s["state"]
        for s in box.one("customers", "42")["subscriptions"]
    }
    assert states == {"Email": "unsubscribed", "Sms": "subscribed"}


def test_an_older_decision_does_not_follow_a_newer_one(api, box):
    api.register()
    for stamp, wanted in (("06.03.2026 10:00", False), ("05.03.2026 10:00", True)):
        subscriptions = [{"pointOfContact": "Email", "isSubscribed": wanted}]
        customer = {**who()["customer"], "subscriptions": subscriptions}
        api.call("EditCustomer", {"customer": customer, "executionDateTimeUtc": stamp})
    assert last(box)["stale"]
    assert box.one("customers", "42")["subscriptions"][0]["state"] == "unsubscribed"


def test_a_visitor_becomes_the_customer_who_logs_in(api, box):
    device = {"deviceUUID": str(uuid.uuid4())}
    api.call("SetCart", {"productList": [item("A", 2)]}, **device)
    api.register()
    api.call("AuthorizeCustomer", who(), **device)
    assert len(box.customers) == 1
    assert box.one("customers", "42")["lists"]["Cart"]["items"][0]["count"] == 2
