"""Who a customer is: signing up, details, subscriptions, cards, merging."""

import uuid


def test_signing_up_registers_with_device_and_consent(shop, wait_until):
    device = str(uuid.uuid4())
    visitor = shop.visitor(device)
    visitor.name = "Pavel Sidorov"
    visitor.sign_up(mindbox_consent="on")
    call = shop.arrived(
        "RegisterCustomer", wait_until, lambda c: c["device_uuid"] == device
    )
    customer = call["body"]["customer"]
    assert customer["email"] == visitor.email
    assert customer["fullName"] == "Pavel Sidorov"
    assert call["customer_ip"] == "127.0.0.1"
    consent = shop.arrived(
        "SubscribeCustomer",
        wait_until,
        lambda c: c["body"]["customer"]["ids"] == customer["ids"],
    )
    assert consent["body"]["customer"]["subscriptions"] == [
        {"pointOfContact": "Email", "isSubscribed": True}
    ]
    assert call["effect"] and call["seq"] < consent["seq"]
    logins = shop.sandbox.calls(operation="Website.AuthorizeCustomer")["calls"]
    assert not [c for c in logins if c["device_uuid"] == device], (
        "a sign-up is no login"
    )


def test_logging_in_is_told_once(shop, wait_until):
    customer = shop.customer()
    device = str(uuid.uuid4())
    browser = shop.visitor(device)
    browser.log_in(customer)
    shop.arrived("AuthorizeCustomer", wait_until, lambda c: c["device_uuid"] == device)
    logins = shop.sandbox.calls(operation="Website.AuthorizeCustomer", limit=500)[
        "calls"
    ]
    assert len([c for c in logins if c["device_uuid"] == device]) == 1


def test_the_own_details_are_told_birthday_and_sex_included(shop, wait_until):
    customer = shop.customer()
    # An edit that follows at once is part of the registration.
    shop.arrived_for(customer, "RegisterCustomer", wait_until)
    assert 'id="o_birthday"' in customer.open("/my/account")
    customer.edit_profile(
        name="Anna Petrova",
        phone="8 999 765-43-21",
        birthday="1990-06-16",
        sex="female",
    )
    call = shop.arrived_for(customer, "EditCustomer", wait_until)
    sent = call["body"]["customer"]
    assert sent["fullName"].endswith("Petrova")
    assert sent["mobilePhone"] == "79997654321"
    assert (sent["birthDate"], sent["sex"]) == ("1990-06-16", "female")


def test_a_change_in_the_back_office_is_told(shop, wait_until):
    customer = shop.customer()
    shop.arrived_for(customer, "RegisterCustomer", wait_until)
    shop.rpc(
        "res.partner", "write", [customer.partner_id], {"phone": "+7 999 111-22-33"}
    )
    call = shop.arrived_for(customer, "EditCustomer", wait_until)
    assert call["body"]["customer"]["mobilePhone"] == "79991112233"


def test_a_topic_is_chosen_by_its_name_and_told_by_that_of_mindbox(shop, wait_until):
    values = {"name": "Shoes and boots", "code": "shoes", "portal_channel": "email"}
    topic = shop.rpc("mindbox.topic", "create", values)
    customer = shop.customer()
    assert "Shoes and boots" in customer.open("/my/subscriptions")
    customer.post("/my/subscriptions", **{f"topic-{topic}": "on"})
    shop.arrived_for_subscription(customer, "SubscribeCustomer", wait_until)
    shop.sandbox.settle()
    known = shop.sandbox.control("GET", f"customers/websiteID:{customer.partner_id}")
    [told] = [s for s in known["subscriptions"] if s["topic"]]
    assert (told["topic"], told["state"]) == ("shoes", "subscribed")
    decision = shop.rpc(
        "mindbox.consent", "search_read", [("topic_id", "=", topic)], ["wording"]
    )
    assert decision[0]["wording"].endswith("Shoes and boots")


def test_my_subscriptions_are_told_as_decided(shop, wait_until):
    customer = shop.customer()
    customer.post("/my/subscriptions", email="on", sms="on")
    customer.post("/my/subscriptions", email="on")
    withdrawn = shop.arrived_for_subscription(customer, "EditCustomer", wait_until)
    assert withdrawn["body"]["customer"]["subscriptions"] == [
        {"pointOfContact": "Sms", "isSubscribed": False}
    ]


def test_points_and_card_of_a_customer_are_told(shop, wait_until):
    customer = shop.customer()
    program = shop.rpc(
        "loyalty.program", "create", {"name": "Bonus", "program_type": "loyalty"}
    )
    card = shop.rpc(
        "loyalty.card",
        "create",
        {"program_id": program, "partner_id": customer.partner_id},
    )
    code = shop.rpc("loyalty.card", "read", [card], ["code"])[0]["code"]
    wizard = shop.rpc(
        "loyalty.card.update.balance",
        "create",
        {"card_id": card, "new_balance": 50, "description": "Top-up"},
    )
    shop.rpc("loyalty.card.update.balance", "action_update_card_point", [wizard])
    issued = shop.arrived_for(customer, "IssueDiscountCard", wait_until)
    assert issued["body"]["discountCard"] == {"ids": {"number": code}}
    changed = shop.arrived_for(customer, "ChangeCustomerBalance", wait_until)
    assert changed["body"]["balanceChanges"][0]["changeAmount"] == 50


def test_merged_customers_are_told(shop, wait_until):
    first, second = shop.customer(), shop.customer()
    shop.arrived_for(second, "RegisterCustomer", wait_until)
    shop.rpc(
        "res.users",
        "unlink",
        shop.rpc("res.users", "search", [("login", "=", second.email)]),
    )
    wizard = shop.rpc(
        "base.partner.merge.automatic.wizard",
        "create",
        {
            "partner_ids": [(6, 0, [first.partner_id, second.partner_id])],
            "dst_partner_id": first.partner_id,
            "state": "selection",
        },
    )
    shop.rpc("base.partner.merge.automatic.wizard", "action_merge", [wizard])
    call = shop.arrived_for(first, "MergeCustomers", wait_until)
    assert call["http_status"] == 200
    assert call["body"]["resultingCustomer"]["ids"] == {
        "websiteID": str(first.partner_id)
    }
