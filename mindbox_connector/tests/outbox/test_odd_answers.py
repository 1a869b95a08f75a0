# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever Mindbox answers, a request ends as the documentation has it.

What an answer means is written down here a second time, from Mindbox's documentation
and not from the client.
"""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...client import MAX_ANSWER_BYTES, Call, MindboxClient
from ...exceptions import MindboxError, MindboxThrottled
from ...models.outbox.lanes import Outcome, Parcel
from ..fuzz import EXAMPLES, odd
from .odd_answers import BODIES, HEADERS, HTTP_STATUSES, Wire

REFUSED = set(
    "Ambiguous Unavailable NotProcessed ValidationError ProtocolError "
    "AlreadyBoundToAnotherCustomer DiscountCardIsBlocked PriceHasBeenChanged "
    "InvalidAuthenticationTicket RequiredEntityMissingFromResponse "
    "PersonalDiscountsCalculationIsUnavailable "
    "DiscountsCalculationIsUnavailable".split()
)
# What may be on its way still, or has failed at Mindbox itself.
PASSING = {"NotFound", "MindboxServerError"}
PARTS = "customer order discountCard customersToMerge resultingCustomer".split()


def read(body):
    """Return the JSON object of a body, unwrapped; None where it is none.

    Neither a byte order mark nor capital letters of its names matter.
    """
    try:
        text = body.decode("utf-8-sig", "replace").replace("\0", "")
        document = small(json.loads(text))
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and isinstance(document.get("result"), dict):
        document = document["result"]
    return document if isinstance(document, dict) else None


def small(value):
    """Return a JSON value with the names in small letters."""
    if isinstance(value, list):
        return [small(item) for item in value]
    if isinstance(value, dict):
        return {name.lower(): small(item) for name, item in value.items()}
    return value


def decide(mode, http_status, body):
    """Return what the documentation says: sent, rejected, paused or waits."""
    if len(body) > MAX_ANSWER_BYTES:
        return "waits"
    if http_status in (404, 407):
        return "paused"
    document = read(body) or {}
    if http_status in (401, 403):
        # Of a key Mindbox speaks for itself; a page of others is a firewall's.
        is_silent = not body.decode("utf-8", "replace").replace("\0", "").strip()
        return "paused" if is_silent or "status" in document else "waits"
    if http_status in (408, 409, 421, 423, 425, 429, 499):
        return "waits"
    if not (200 <= http_status < 300 or 400 <= http_status < 500):
        return "waits"
    status = str(document.get("status")).lower()
    if status in ("validationerror", "protocolerror"):
        return "rejected"
    if http_status >= 400:
        return "waits"
    if status == "transactionalreadyprocessed":
        return "sent"
    if status != "success":
        return "waits"
    return "sent" if mode != "sync" else judge_parts(document)


def judge_parts(document):
    """Return what the first part says that says anything but yes."""
    for name in PARTS:
        parts = document.get(name.lower())
        for part in parts if isinstance(parts, list) else [parts]:
            told = part.get("processingstatus") if isinstance(part, dict) else None
            if isinstance(told, str) and told in REFUSED | PASSING:
                return "waits" if told in PASSING else "rejected"
    return "sent"


def make_outcome(parcel, answer, error):
    return Outcome(parcel, answer, error)


@tagged("post_install", "-at_install")
class TestOddAnswers(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.env["mindbox.endpoint"].create({"name": "Shop"})

    def ask(self, mode, status, headers, body):
        """Return the outcome of a call that is answered like this."""
        client = MindboxClient("https://mindbox.invalid", "Shop", "key", "secret_key")
        client.__dict__["_pool"] = Wire(status, headers, body)
        call = Call(mode, "Website.Edit", "guid", '{"customer": {"email": "a@b.c"}}')
        parcel = Parcel(1, "partner-1", 0, call)
        try:
            return make_outcome(parcel, client.send(call), None)
        except MindboxError as error:
            return make_outcome(parcel, None, error)

    @odd(EXAMPLES)
    @given(st.sampled_from(["sync", "async"]), HTTP_STATUSES, HEADERS, BODIES)
    @example("async", 200, {}, b'{"status": "ok"}')
    @example("async", 400, {}, b'{"errorMessage": " "}')
    @example("sync", 200, {}, b'{"status": "Success", "order": []}')
    @example("async", 429, {"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2359"}, b"")
    def test_each_answer_ends_the_request_as_documented(
        self, mode, status, headers, body
    ):
        with mute_logger("odoo.addons.mindbox_connector"):
            outcome = self.ask(mode, status, headers, body)
            row = self.endpoint._get_result(outcome, failing=False)
        became = row["state"]
        if became == "pending":
            kind = type(outcome.error).__name__
            became = "paused" if kind == "MindboxMisconfigured" else "waits"
        expected = {decide(mode, status, body)}
        if headers.get("Content-Encoding") in ("gzip", "deflate", "br"):
            # What claims to be packed and is not cannot be read, or is read as nothing.
            expected |= {"waits", decide(mode, status, b"")}
        self.assertIn(became, expected)
        self.check_row(row, outcome.error)

    def check_row(self, row, error):
        # PostgreSQL stores neither half of an emoji nor NUL.
        details = row["reason_details"] or {}
        for text in (row["response"] or "", *map(str, details.values())):
            text.encode()
            self.assertNotIn("\0", text)
        self.assertLessEqual(len(row["response"] or ""), 10_000)
        if row["state"] != "sent":
            self.assertNotIn(row["reason_code"], (None, "call_fault"))
        if isinstance(error, MindboxThrottled):
            self.assertTrue(0 <= error.retry_after <= 300)
