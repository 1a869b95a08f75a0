"""`make pictures`: take the pictures of README and docs anew, from the running demo.

The demo is taken as it is, after something has happened in it: this script buys, edits,
lets Mindbox fail for a while, and leaves nothing switched on behind it.
"""

import time
from contextlib import contextmanager
from typing import NamedTuple

import demo
import requests
from steps import ROOT, Stop, main, say

from tests import browser
from tests.walk import Customer

IMAGES = ROOT / "docs" / "images"
SIZE = (1280, 800)
# Milliseconds in which what happened has been told, or has failed.
DELIVERED = 8_000
CONNECTOR, RFM = "mindbox_connector", "mindbox_rfm"


class Picture(NamedTuple):
    """A screen: the action that opens it, the record, what is pressed there."""

    name: str
    action: str
    record: str = ""
    press: str = ""
    lang: str = "en_US"


LIST = f"{CONNECTOR}.mindbox_request_action"
POINT = f"{CONNECTOR}.mindbox_endpoint_action"
CARDS = f"{RFM}.rfm_pictures_action"
PEOPLE = "contacts.action_contacts"

TEST = "button[name=action_test_connection]"
APP = ".settings_tab [data-key=mindbox_connector]"

# While Mindbox answers, and while it does not.
WELL = (
    Picture("request", LIST, "order"),
    Picture(
        "connection-test", POINT, "endpoint", "button[name=action_test_connection]"
    ),
)
ILL = (
    Picture("requests", LIST),
    Picture("requests-ru", LIST, lang="ru_RU"),
    Picture("integration-point", POINT, "endpoint"),
    Picture("dashboard", f"{CONNECTOR}.mindbox_dashboard_action"),
    Picture("customer", PEOPLE, "customer", "a[role=tab][name=mindbox]"),
    Picture("settings", "base_setup.action_general_configuration", press=APP),
    Picture("rfm-segments", CARDS),
    Picture("rfm-heat-map", CARDS, press="button:has-text('Heat map')"),
    Picture("rfm-transitions", CARDS, press="button:has-text('Transitions')"),
    Picture("rfm-matrix", f"{RFM}.rfm_scheme_action", "scheme", "a[name=matrix]"),
    Picture("rfm-customer", PEOPLE, "buyer", "a[name=rfm]"),
)
# What is shown of each record: the model, and which of its records.
RECORDS = {
    "order": ("mindbox.request", [("event", "=", "order_create")]),
    "endpoint": ("mindbox.endpoint", []),
    "customer": ("res.partner", [("name", "=", "Anna Petrova")]),
    "scheme": ("rfm.scheme", [("state", "=", "active")]),
    "buyer": ("res.partner", [("rfm_segment_id.code", "=", "champions")]),
}


def sandbox(method, path, **document):
    """Ask the sandbox's control interface."""
    url = f"{demo.PAGE_URL}/api/{path}"
    requests.request(method, url, json=document, timeout=30).raise_for_status()


@contextmanager
def failing(**fault):
    """Let Mindbox fail for the block."""
    sandbox("POST", "faults", **fault)
    try:
        yield
    finally:
        sandbox("DELETE", "faults")


def shop_around(chromium):
    """Let a customer buy, and Mindbox fail for a while and refuse something."""
    number = f"{time.time():.0f}"
    address, phone = f"anna{number}@example.com", f"+7916{number[-7:]}"
    anna = Customer(chromium, demo.SHOP_URL, "Anna Petrova", address, phone)
    try:
        anna.sign_up(wants_news=True)
        anna.wish("Desk Combination")
        anna.put_in_cart("Chair floor protection")
        anna.buy()
        anna.choose_subscriptions("sms")
    finally:
        anna.close()


def change_customers(office):
    """Somebody in the back office corrects the phones of a few customers."""
    found = office.rpc("res.partner", "search", [("rfm_segment_id", "!=", False)])
    for partner in found[:6]:
        phone = f"+7917{time.time_ns() // 1000 % 10_000_000:07}"
        office.rpc("res.partner", "write", [partner], {"phone": phone})


def path_of(office, picture):
    path = f"/odoo/action-{picture.action}"
    if not picture.record:
        return path
    model, domain = RECORDS[picture.record]
    found = office.rpc(model, "search", domain, limit=1, order="id desc")
    if not found:
        raise Stop(f"The demo has no record for {picture.name}.")
    return f"{path}/{found[0]}"


def take(office, picture):
    """Take one picture and write it where the documents look for it."""
    speak(office, picture.lang)
    page = office.open(path_of(office, picture))
    if picture.press:
        page.locator(picture.press).first.click()
        office.settle()
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    say(f"  {picture.name}.png")


def speak(office, lang):
    user = office.session["uid"]
    office.rpc("res.users", "write", [user], {"lang": lang})


def take_sandbox(chromium):
    """The sandbox's own page, while it fails on purpose."""
    visit = browser.Visit(chromium, demo.PAGE_URL, SIZE)
    with failing(kind="503"):
        visit.open("/", ready="main, body > *")
        visit.page.screenshot(path=IMAGES / "sandbox.png")
    visit.close()
    say("  sandbox.png")


def take_all():
    try:
        requests.get(f"{demo.SHOP_URL}/web/health", timeout=5)
    except requests.RequestException:
        raise Stop("The demo does not run: `make demo` in another window.") from None
    with browser.launched() as chromium:
        office = browser.Visit(chromium, demo.SHOP_URL, SIZE)
        office.session = office.log_in(demo.DATABASE, "admin", "admin")
        try:
            shop_around(chromium)
            office.page.wait_for_timeout(DELIVERED)
            for picture in WELL:
                take(office, picture)
            with failing(kind="503"):
                change_customers(office)
                office.page.wait_for_timeout(DELIVERED)
                for picture in ILL:
                    take(office, picture)
            take_sandbox(chromium)
        finally:
            speak(office, "en_US")


if __name__ == "__main__":
    main(take_all)
