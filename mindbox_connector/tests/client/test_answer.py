# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What comes back, and who must act."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from ...client import MAX_ANSWER_BYTES
from ...exceptions import (
    MindboxMisconfigured,
    MindboxMissing,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)
from ..common import SUCCESS, LocalMindbox, Reply
from .common import CALL, SYNC, ClientCase

REFUSED = {"status": "ProtocolError"}


class TestWhatComesBack(ClientCase):
    def test_success_and_already_processed_are_successes(self):
        for status in ("Success", "TransactionAlreadyProcessed"):
            answer = self.send(Reply(body={"status": status}))
            self.assertEqual((answer.http_status, answer.status), (200, status))

    def test_an_old_answer_wrapped_in_result_is_understood(self):
        self.assertEqual(self.send(Reply(body={"result": SUCCESS})).status, "Success")

    def test_new_fields_and_values_do_not_disturb(self):
        body = SUCCESS | {
            "novelty": [1],
            "customer": {"processingStatus": "Teleported"},
        }
        self.assertEqual(self.send(Reply(body=body), SYNC).status, "Success")

    def test_server_errors_are_waited_out(self):
        for status in (500, 502, 503, 504):
            error = self.fail(Reply(status, b"<html>"), MindboxUnavailable)
            self.assertEqual(error.http_status, status)

    def test_statuses_that_pass_by_themselves_are_waited_out_whoever_says_so(self):
        for status in (408, 409, 421, 423, 425, 499):
            for body in (b"<html>", {"status": "ProtocolError", "errorMessage": "no"}):
                error = self.fail(Reply(status, body), MindboxUnavailable)
                self.assertEqual(error.http_status, status)

    def test_internal_error_with_200_is_waited_out(self):
        self.fail(Reply(body={"status": "InternalServerError"}), MindboxUnavailable)

    def test_credentials_endpoint_and_address_are_for_the_administrator(self):
        codes = {
            401: "credentials",
            403: "key_refused",
            404: "address",
            407: "proxy_credentials",
        }
        for status, code in codes.items():
            error = self.fail(Reply(status), MindboxMisconfigured)
            self.assertEqual(error.reason, (code, {}))

    def test_other_refusals_concern_this_call_only(self):
        for status in (400, 402, 405, 410, 413, 415, 422, 451):
            error = self.fail(Reply(status, REFUSED), MindboxRejected)
            self.assertEqual(error.http_status, status)

    def test_what_is_not_mindboxs_own_word_refuses_nothing(self):
        foreign = (
            b"<html><h1>Request blocked</h1></html>",
            b"",
            {"status": "error", "message": "Forbidden by the firewall"},
            {"errorMessage": "Task timed out", "errorType": "Lambda"},
            {"status": "Success"},
        )
        for status in (400, 402, *range(405, 432), 451):
            if status in (407, 429):
                continue
            for body in foreign:
                self.fail(Reply(status, body), MindboxUnavailable)

    def test_a_firewall_s_page_says_nothing_of_the_key(self):
        for status in (401, 403):
            for body in (b"<html>Blocked</html>", {"message": "Forbidden"}):
                self.fail(Reply(status, body), MindboxUnavailable)
            for body in (b"", {"status": "ProtocolError", "errorMessage": "no"}):
                self.fail(Reply(status, body), MindboxMisconfigured)

    def test_neither_a_byte_order_mark_nor_capital_letters_hide_an_answer(self):
        bare = b'{"Status": "success", "Customer": {"ProcessingStatus": "Ambiguous"}}'
        for content in (bare, b"\xef\xbb\xbf" + bare):
            self.assertEqual(self.send(Reply(200, content)).status, "Success")
            self.fail(Reply(200, content), MindboxRejected, SYNC)
        told = b'{"STATUS": "PROTOCOLERROR", "ErrorMessage": "No such field"}'
        error = self.fail(Reply(400, told), MindboxRejected)
        self.assertEqual(error.reason.details, {"messages": "No such field"})

    def test_validation_messages_become_the_reason(self):
        body = {
            "status": "ValidationError",
            "validationMessages": [
                {"message": "Wrong e-mail", "location": "/customer/email"},
                {"message": "Too young"},
                "nonsense",
                None,
            ],
        }
        error = self.fail(Reply(body=body), MindboxRejected)
        messages = "Wrong e-mail (/customer/email); Too young (-)"
        self.assertEqual(error.reason, ("validation_error", {"messages": messages}))

    def test_a_protocol_error_tells_its_message(self):
        body = {"status": "ProtocolError", "errorMessage": "No such field"}
        error = self.fail(Reply(400, body), MindboxRejected)
        self.assertEqual(
            error.reason, ("protocol_error", {"messages": "No such field"})
        )

    def test_known_words_of_a_refusal_tell_who_must_act(self):
        for message, code in (
            ("Unknown operation 'Website.Edit'", "operation_refused"),
            ("Операция не найдена", "operation_refused"),
            ("The operation cannot be called in async mode", "operation_refused"),
            ("The operation needs a device", "protocol_error"),
            ("The order exists already", "known_already"),
            ("Технические ID должны быть уникальны.", "known_already"),
        ):
            body = {"status": "ProtocolError", "errorMessage": message}
            error = self.fail(Reply(400, body), MindboxRejected)
            self.assertEqual(error.reason, (code, {"messages": message}))

    def test_what_is_not_known_may_be_on_its_way(self):
        for message, code in (
            ("The order was not found by its id", "order_unknown"),
            ("Customer not found", "customer_unknown"),
        ):
            body = {"status": "ProtocolError", "errorMessage": message}
            error = self.fail(Reply(400, body), MindboxMissing)
            self.assertEqual(error.reason, (code, {"messages": message}))

    def test_a_refusal_without_words_has_its_status(self):
        error = self.fail(Reply(422, REFUSED), MindboxRejected)
        self.assertEqual(error.reason, ("refused", {"status": 422}))

    def test_sync_success_can_hide_a_refusal(self):
        for entity in ("customer", "order", "discountCard"):
            body = SUCCESS | {entity: {"processingStatus": "Ambiguous"}}
            self.fail(Reply(body=body), MindboxRejected, SYNC)
            self.assertTrue(self.send(Reply(body=body), CALL))

    def test_a_login_page_or_empty_answer_with_200_is_not_mindbox(self):
        for content in (
            b"<html>Sign in</html>",
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"1",
        ):
            self.fail(Reply(200, content), MindboxUnavailable)
        self.fail(Reply(200, b"[" * 100_000), MindboxUnavailable)
        self.fail(Reply(200, {"status": 200}), MindboxUnavailable)

    def test_an_answer_that_is_no_utf_8_is_no_crash(self):
        self.fail(Reply(200, b"\xff\xfe\x00"), MindboxUnavailable)

    def test_what_postgresql_cannot_store_is_left_out(self):
        answer = self.send(
            Reply(200, b'{"status": "Success", "x": "a\0b"}'.replace(b"\0", b"\\u0000"))
        )
        self.assertNotIn("\0", answer.text)
        body = b'{"status": "ProtocolError", "errorMessage": "\\u0000\\ud83d!"}'
        error = self.fail(Reply(400, body), MindboxRejected)
        self.assertEqual(error.reason.details, {"messages": "?!"})
        error = self.fail(Reply(500, b"a\0b"), MindboxUnavailable)
        self.assertEqual(error.response, "ab")

    def test_redirects_are_not_followed(self):
        other = LocalMindbox()
        self.addCleanup(other.close)
        for status in (301, 302, 303, 307, 308):
            headers = {"Location": f"{other.url}/elsewhere"}
            self.fail(Reply(status, b"", headers), MindboxUnavailable)
        self.assertFalse(other.calls)
        self.assertEqual(len(self.mindbox.calls), 5)

    def test_a_huge_answer_is_cut_off(self):
        self.fail(Reply(200, b" " * (2 * MAX_ANSWER_BYTES)), MindboxUnavailable)

    def test_a_packed_answer_is_not_unpacked(self):
        reply = Reply(200, b"\x1f\x8b" + b"0" * 100, {"Content-Encoding": "gzip"})
        self.fail(reply, MindboxUnavailable)
        self.assertEqual(
            self.mindbox.calls[0]["headers"]["Accept-Encoding"], "identity"
        )

    def test_cookies_are_not_kept(self):
        self.mindbox.answer = Reply(headers={"Set-Cookie": "session=1"})
        client = self.client()
        client.send(CALL)
        client.send(CALL)
        self.assertNotIn("Cookie", self.mindbox.calls[1]["headers"])


class TestRetryAfter(ClientCase):
    def throttled(self, value):
        headers = {} if value is None else {"Retry-After": value}
        return self.fail(Reply(429, {}, headers), MindboxThrottled).retry_after

    def test_seconds_are_obeyed_within_bounds(self):
        for value, seconds in (
            ("0", 0),
            ("0.4", 0.4),
            ("1", 1),
            ("30", 30),
            ("300", 300),
            ("86400", 300),
        ):
            self.assertEqual(self.throttled(value), seconds)

    def test_a_date_is_obeyed_within_bounds(self):
        now = datetime.now(timezone.utc)
        date = format_datetime(now + timedelta(seconds=60), usegmt=True)
        self.assertAlmostEqual(self.throttled(date), 60, delta=2)
        far = format_datetime(now + timedelta(days=400), usegmt=True)
        self.assertEqual(self.throttled(far), 300)

    def test_nonsense_means_two_minutes(self):
        past = "Wed, 21 Oct 2015 07:28:00 GMT"
        nonsense = (None, "", "-5", "soon", "1e3", "9" * 5000, past, "Wed, 99 Oct")
        for value in nonsense:
            self.assertEqual(self.throttled(value), 120, value)
