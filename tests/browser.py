"""A real browser, driven by Playwright, that notes what goes wrong in its pages."""

import re
from contextlib import contextmanager

from playwright.sync_api import sync_playwright
from steps import VENV

DESKTOP, PHONE = (1440, 900), (390, 844)
# Milliseconds; a machine with two cores builds its bundles of scripts first.
PATIENCE = 30_000
# Milliseconds in which a page begins to ask for what it shows.
SETTLING = 700
# What Debian's package of Odoo leaves out, and Odoo's own scripts complain about.
ODOOS_OWN = re.compile("selfie_segmentation")


@contextmanager
def launched():
    """Yield Chromium, the one that `make setup` has found or brought."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=VENV / "bin" / "chromium", args=["--no-sandbox"]
        )
        try:
            yield chromium
        finally:
            chromium.close()


class Visit:
    """One person's window at a server.

    :param str url: where the server answers
    :param size: width and height in pixels
    :ivar faults: errors of scripts, of the console, and answers 5xx, as texts
    """

    def __init__(self, chromium, url, size=DESKTOP, **options):
        self.url = url
        width, height = size
        self.context = chromium.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **options,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message):
        """Write down errors of the server's own pages: the network may be shut."""
        own = message.location["url"].startswith(self.url)
        if message.type == "error" and own and not ODOOS_OWN.search(message.text):
            self.faults.append(f"{message.text} ({self.page.url})")

    def log_in(self, database, login, password):
        """Log in as the back office does; answers the user's session."""
        params = {"db": database, "login": login, "password": password}
        return self.call("/web/session/authenticate", **params)

    def rpc(self, model, method, *args, **kwargs):
        """Call a model's method as the person who is logged in."""
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self.call(path, model=model, method=method, args=args, kwargs=kwargs)

    def call(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.context.request.post(path, data=body, timeout=PATIENCE).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"].get("message"))
        return answer.get("result")

    def open(self, path, ready=".o_action_manager > *, #wrapwrap"):
        """Open a page and wait until it shows what `ready` selects."""
        self.page.goto(path)
        self.page.locator(ready).first.wait_for()
        self.settle()
        return self.page

    def settle(self):
        """Wait until what was asked for has been drawn."""
        self.page.wait_for_timeout(SETTLING)
        self.page.locator(".o_loading_indicator").wait_for(state="hidden")

    def close(self):
        self.context.close()
