"""axe finds no serious fault in what we draw ourselves, at a desk and on a phone.

Odoo's own frame (menus, control panel, footer) is Odoo's; only our parts are judged.
"""

import databases
import pytest
from steps import ROOT

from . import browser, storefront
from .walk import Customer

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
JUDGE = """part => axe.run(part, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]})"""
SERIOUS = ("serious", "critical")

# The screen, what is pressed there, and the part that is ours.
SCREENS = {
    "set-up page": ("mindbox_connector.setup_action", None, ".o_mindbox_sheet"),
    "dashboard": (
        "mindbox_connector.mindbox_dashboard_action",
        None,
        ".o_mindbox_dashboard .o_content",
    ),
    "segments": ("mindbox_rfm.rfm_pictures_action", None, ".o_rfm_cards"),
    "heat map": (
        "mindbox_rfm.rfm_pictures_action",
        "button:has-text('Heat map')",
        ".o_rfm_heat",
    ),
    "matrix": ("mindbox_rfm.rfm_scheme_action/1", "a[name=matrix]", ".o_rfm_matrix"),
}
PAGES = {"/my/subscriptions": "form[action='/my/subscriptions']", "/my/orders": "#wrap"}


@pytest.fixture(scope="module")
def chromium():
    with browser.launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def shop(pg):
    with storefront.opened(databases.ready(), "accessible") as shop:
        yield shop


def faults(page, part):
    """What axe finds in a part of a page, serious things only, in words."""
    page.locator(part).first.wait_for()
    page.add_script_tag(path=AXE)
    found = page.evaluate(JUDGE, part)["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("size", [browser.DESKTOP, browser.PHONE], ids=str)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_of_the_back_office_has_no_serious_fault(shop, chromium, screen, size):
    action, press, part = SCREENS[screen]
    visit = browser.Visit(chromium, shop.server.url, size)
    visit.log_in(shop.server.database, "admin", "admin")
    page = visit.open(f"/odoo/action-{action}")
    if press:
        page.locator(press).first.click()
        visit.settle()
    found = faults(page, part)
    visit.close()
    assert not found


def test_pages_of_customers_have_no_serious_fault(shop, chromium):
    walker = Customer(chromium, shop.server.url, "Anna Axe", "axe@example.com")
    found = faults(walker.open("/web/signup"), "form.oe_signup_form")
    walker.sign_up()
    for path, part in PAGES.items():
        found += faults(walker.open(path), part)
    walker.close()
    assert not found
