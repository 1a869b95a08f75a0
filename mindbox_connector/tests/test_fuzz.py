# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odd answers, records and settings never crash anything, nor end a request wrongly.

What an answer means is written down here a second time, from Mindbox's documentation
and not from the client. FUZZ_EXAMPLES=100000 looks longer.
"""

import io
import json
import os
from datetime import date

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError
from urllib3 import HTTPHeaderDict, HTTPResponse

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..client import MAX_ANSWER_BYTES, Call, MindboxClient
from ..exceptions import MindboxError, MindboxThrottled
from ..models.outbox.lanes import Outcome, Parcel
from .sources import SourceCase

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 300))
STATUSES = st.sampled_from(
    "Success TransactionAlreadyProcessed ValidationError ProtocolError "
    "InternalServerError success ok OK Accepted error".split()
) | st.sampled_from([None, 0, 200, True, [], {}, ""])
OUTCOMES = st.sampled_from(
    "Found NotFound Created Ambiguous NotProcessed ValidationError ProtocolError "
    "AlreadyBoundToAnotherCustomer Processed Teleported".split()
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | OUTCOMES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries(
    {"status": STATUSES},
    optional={
        "customer": st.fixed_dictionaries({"processingStatus": OUTCOMES}) | ANYTHING,
        "order": st.fixed_dictionaries({"processingStatus": OUTCOMES}) | ANYTHING,
        "validationMessages": st.lists(
            st.fixed_dictionaries(
                {}, optional={"message": ANYTHING, "location": ANYTHING}
            )
            | ANYTHING,
            max_size=3,
        )
        | ANYTHING,
        "errorMessage": ANYTHING,
        "httpStatusCode": ANYTHING,
    },
)
DOCUMENTS = (
    ENVELOPES | st.fixed_dictionaries({"result": ENVELOPES | ANYTHING}) | ANYTHING
).map(lambda document: json.dumps(document).encode())
ODD_BODIES = st.sampled_from(
    [
        b"",
        b"\0",
        b"null",
        b"<html>Sign in</html>",
        b'{"status": "Success"',
        b'\xef\xbb\xbf{"status": "Success"}',
        '{"status": "Success"}'.encode("utf-16"),
        b'{"status": "Success", "n": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"status": "Success", "x": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"status": "ValidationError", "validationMessages": [{"message": '
        + b"[" * 900
        + b"]" * 900
        + b"}]}",
        b" " * (10 * MAX_ANSWER_BYTES),
    ]
)
BODIES = st.one_of(
    DOCUMENTS,
    DOCUMENTS,
    st.tuples(DOCUMENTS, st.integers(1, 20)).map(lambda cut: cut[0][: -cut[1]]),
    st.binary(max_size=60),
    ODD_BODIES,
)
HTTP_STATUSES = st.sampled_from([200, 200, 200, 400, 401, 403, 404, 429, 500, 503])
HTTP_STATUSES |= st.integers(100, 599)
WAITS = st.sampled_from(
    "0 -1 1 120 1e9 soon nan inf 1,2 ٣ Wed,_21_Oct_2015_07:28:00_GMT "
    "Fri,_31_Dec_9999_23:59:59_-2359 Mon,_01_Jan_0001_00:00:00_+2359".split()
).map(lambda text: text.replace("_", " "))
WAITS |= st.integers().map(str) | st.text(st.characters(max_codepoint=255))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": WAITS,
        "Content-Type": st.sampled_from(["text/html", "application/json", "x; y=", ""]),
        "Content-Encoding": st.sampled_from(["identity", "gzip", "deflate", "br", "x"]),
        "Content-Length": st.sampled_from(["0", "5", "-1", "x"]),
    },
)
REFUSED = set(
    "NotFound Ambiguous NotProcessed ValidationError ProtocolError "
    "AlreadyBoundToAnotherCustomer".split()
)


def odd(examples):
    """Look at so many examples, at each as long as it takes."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck)
    )


def read(body):
    """Return the JSON object of a body, unwrapped; None where it is none."""
    try:
        document = json.loads(body.decode("utf-8", "replace").replace("\0", ""))
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and isinstance(document.get("result"), dict):
        document = document["result"]
    return document if isinstance(document, dict) else None


def decide(mode, http_status, body):
    """Return what the documentation says: sent, rejected, paused or waits."""
    if len(body) > MAX_ANSWER_BYTES:
        return "waits"
    if http_status in (401, 403, 404, 407):
        return "paused"
    if 400 <= http_status < 500 and http_status not in (408, 425, 429):
        return "rejected"
    if not 200 <= http_status < 300:
        return "waits"
    document = read(body) or {}
    status = document.get("status")
    if status == "TransactionAlreadyProcessed":
        return "sent"
    if status in ("ValidationError", "ProtocolError"):
        return "rejected"
    if status != "Success":
        return "waits"
    parts = [document.get(name) for name in ("customer", "order", "discountCard")]
    found = [part.get("processingStatus") for part in parts if isinstance(part, dict)]
    refused = any(isinstance(one, str) and one in REFUSED for one in found)
    return "rejected" if mode == "sync" and refused else "sent"


class Wire:
    """Stands where the connections are: gives each call the answer under test."""

    def __init__(self, status, headers, body):
        self.answer = status, headers, body

    def urlopen(self, *_args, **_options):
        status, headers, body = self.answer
        return HTTPResponse(
            io.BytesIO(body),
            HTTPHeaderDict(headers),
            status,
            preload_content=False,
            enforce_content_length=False,
        )


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
            # What claims to be packed and is not cannot be read.
            expected.add("waits")
        self.assertIn(became, expected)
        self.check_row(row, outcome.error)

    def check_row(self, row, error):
        # PostgreSQL stores neither half of an emoji nor NUL.
        for name in ("error", "response"):
            (row[name] or "").encode()
            self.assertNotIn("\0", row[name] or "")
        self.assertLessEqual(len(row["response"] or ""), 10_000)
        if row["state"] != "sent":
            self.assertTrue(row["error"].strip())
            self.assertNotIn("cannot be sent", row["error"])
        if isinstance(error, MindboxThrottled):
            self.assertTrue(0 < error.retry_after <= 300)


def make_outcome(parcel, answer, error):
    return Outcome(parcel, answer, error)


# What PostgreSQL can hold: anything but NUL and half an emoji.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
WORDS = TEXT | st.sampled_from(
    [
        "И" * 300,
        "👩‍👩‍👧" * 40,
        "\u202eאבג\u202c",
        "a\nb\tc",
        '"},{"x":"',
        "<script>alert(1)</script>",
        "${7*7} {{7*7}} %s %(x)s",
        "\ufeff \u200b",
        "anna+x@EXAMPLE.com",
        "8 (999) 123-45-67",
        "+1 212 555 0100",
        "00000000000000000000",
        "\x01\x1f\x7f\x85",
    ]
)
AMOUNTS = st.sampled_from([0, 0.01, 0.1, 1 / 3, 1e-9, 1e9, -5, 99_999_999.99])
AMOUNTS |= st.floats(-1e6, 1e9, allow_nan=False)
CUSTOMERS = st.fixed_dictionaries(
    {"name": WORDS.filter(str.strip)},
    optional={
        **dict.fromkeys(("email", "phone", "street", "city", "zip"), WORDS),
        "birthday": st.dates(date(1, 1, 1)),
        "sex": st.sampled_from(["male", "female", False]),
        "lang": st.sampled_from(["en_US", False]),
        "tz": st.sampled_from(["Europe/Moscow", "Pacific/Kiritimati", False]),
    },
)


@tagged("post_install", "-at_install")
class TestOddRecords(SourceCase):
    """Whatever a record holds: a valid body or a reason in words, no exception."""

    def check_rows(self):
        rows = self.recorded()
        self.assertTrue(rows)
        for row in rows:
            body = self.build(row)
            if body is None:
                self.assertTrue(row.error.strip())
                self.assertNotIn("cannot be built", row.error)
            else:
                self.check_body(row.payload)

    def check_body(self, payload):
        def refuse(number):
            raise AssertionError(f"{number} is no JSON")

        json.loads(payload, parse_constant=refuse)
        payload.encode()
        self.assertNotIn("\0", payload)

    @odd(max(50, EXAMPLES // 10))
    @given(CUSTOMERS)
    def test_any_customer(self, values):
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.env["res.partner"].create(values)
            self.check_rows()
            savepoint.rollback()

    @odd(max(30, EXAMPLES // 30))
    @given(
        name=WORDS.filter(str.strip),
        code=WORDS,
        ref=st.sampled_from(["id", "default_code", "barcode"]),
        price=AMOUNTS,
        quantity=AMOUNTS,
        # Odoo itself cannot confirm an order with such a number.
        number=WORDS.filter(str.strip).filter(str.isprintable),
    )
    def test_any_order_of_any_product(self, name, code, ref, price, quantity, number):
        with self.env.cr.savepoint(flush=False) as savepoint:
            self.endpoint.product_ref = ref
            codes = {"default_code": code, "barcode": code}
            product = self._make_product(name, price, type="service", **codes)
            order = self.make_cart((product, quantity), name=number)
            self.check_rows()
            order.with_context(mail_notrack=True).action_confirm()
            self.check_rows()
            savepoint.rollback()

    @odd(max(30, EXAMPLES // 30))
    @given(code=WORDS.filter(str.strip), points=AMOUNTS, more=AMOUNTS)
    def test_any_card(self, code, points, more):
        with self.env.cr.savepoint(flush=False) as savepoint:
            values = {"name": "Bonus", "program_type": "loyalty"}
            program = self.env["loyalty.program"].create(values)
            values = {"program_id": program.id, "partner_id": self.customer.id}
            card = self.env["loyalty.card"].create({**values, "code": code})
            card.points = points
            self.env.flush_all()
            card.points += more
            self.check_rows()
            savepoint.rollback()


NUMBERS = st.sampled_from([0, 1, -1, 60, 64, 65, 2**31 - 1, -(2**31)])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "url": WORDS
        | st.tuples(st.sampled_from(["https://", "http://", "https://a."]), WORDS).map(
            "".join
        ),
        **dict.fromkeys(("endpoint_code", "secret_key", "brand"), WORDS),
        **dict.fromkeys(("customer_id_name", "order_id_name"), WORDS),
        **dict.fromkeys(("product_id_name", "payment_type"), WORDS),
        **dict.fromkeys(("timeout", "concurrency", "rate_limit"), NUMBERS),
        "customer_domain": WORDS
        | st.sampled_from(
            [
                "[('name', '=', 'x')]",
                "[('nothing', '=', 1)]",
                "[('id', 'frob', 1)]",
                "[('create_date', '>', 'never')]",
                "[(1, '=', 1)]",
                "['|']",
                "[('user_ids.password', '=', 'x')]",
                "__import__('os')",
                "{}",
            ]
        ),
        "name_format": st.sampled_from(["first_last", "last_first", "full"]),
        "discount_style": st.sampled_from(["none", "promo_code", "all"]),
        "wrap_views": st.booleans(),
    },
)


@tagged("post_install", "-at_install")
class TestOddSettings(SourceCase):
    """A setting is refused in words when it is entered, or it works."""

    @odd(max(50, EXAMPLES // 10))
    @given(SETTINGS)
    def test_any_settings(self, values):
        with self.env.cr.savepoint(flush=False) as savepoint:
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.endpoint.write(values)
                    self.env.flush_all()
            except UserError as refusal:
                self.assertTrue(str(refusal).strip())
            except IntegrityError as refusal:
                words = str(self.endpoint._sql_error_to_message(refusal))
                self.assertNotIn("null value", words)
            else:
                self.check_it_works()
            savepoint.rollback()

    def check_it_works(self):
        self.customer.name = "Anna Petrova"
        row = self.recorded("customer_edit")
        if row:
            self.build(row)
            self.assertNotIn("cannot be built", row.error or "")
        client = self.endpoint._get_client()
        call = Call("sync", "Website.EditCustomer", "guid", "{}")
        self.assertTrue(client._pool.host)
        self.assertTrue(client._query(call).isascii())
        for value in client._call_headers(call).values():
            value.encode("latin-1")
            self.assertFalse({"\r", "\n"} & set(value))
