# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The client against a real HTTP server: who must act on which answer."""

import json
import os
import socket
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from unittest.mock import patch

from odoo.tests.common import BaseCase

from ..client import MAX_ANSWER_BYTES, Call, MindboxClient
from ..exceptions import (
    MindboxError,
    MindboxMisconfigured,
    MindboxMissing,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)
from .common import KEY, SUCCESS, LocalMindbox, Reply

CALL = Call("async", "Website.EditCustomer", "guid", '{"customer": {"name": "Ёж"}}')
SYNC = CALL._replace(mode="sync")
REFUSED = {"status": "ProtocolError"}


class ClientCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.mindbox = LocalMindbox()
        self.addCleanup(self.mindbox.close)

    def client(self, **options):
        values = {
            "url": self.mindbox.url,
            "endpoint_code": "Shop.Website",
            "secret_key": KEY,
            "auth_scheme": "secret_key",
            "timeout": 1,
        }
        return MindboxClient(**values | options)

    def send(self, reply, call=CALL):
        self.mindbox.answer = reply
        return self.client().send(call)

    def fail(self, reply, kind, call=CALL):
        """Send, expect exactly this class of error and return it."""
        with self.assertRaises(MindboxError) as caught:
            self.send(reply, call)
        self.assertIs(type(caught.exception), kind)
        return caught.exception


class TestWhatGoesOut(ClientCase):
    def test_operation_endpoint_and_transaction_are_in_the_query(self):
        self.send(Reply())
        call = self.mindbox.calls[0]
        self.assertEqual(call["path"], "/v3/operations/async")
        self.assertEqual(
            call["query"],
            {
                "endpointId": "Shop.Website",
                "operation": "Website.EditCustomer",
                "transactionId": "guid",
            },
        )

    def test_body_leaves_as_it_is_written_in_utf_8(self):
        self.send(Reply())
        self.assertEqual(self.mindbox.calls[0]["body"], CALL.body.encode())

    def test_key_is_in_the_header_of_the_chosen_scheme_and_nowhere_else(self):
        for scheme, header in (
            ("secret_key", f"SecretKey {KEY}"),
            ("mindbox", f'Mindbox secretKey="{KEY}"'),
        ):
            self.client(auth_scheme=scheme).send(CALL)
            call = self.mindbox.calls[-1]
            self.assertEqual(call["headers"].pop("Authorization"), header)
            self.assertNotIn(KEY, str(call))

    def test_device_and_address_go_along_where_they_make_sense(self):
        self.client().send(CALL._replace(device_uuid="d-1", customer_ip="2001:db8::1"))
        call = self.mindbox.calls[0]
        self.assertEqual(call["query"]["deviceUUID"], "d-1")
        self.assertEqual(call["headers"]["X-Customer-IP"], "2001:db8::1")

    def test_odd_device_or_address_does_not_stop_the_call(self):
        for odd in ("a\r\nX-Evil: 1", "п", "x" * 500, "\0", " "):
            self.client().send(CALL._replace(device_uuid=odd, customer_ip=odd))
            call = self.mindbox.calls[-1]
            self.assertNotIn("deviceUUID", call["query"])
            self.assertNotIn("X-Customer-IP", call["headers"])
            self.assertNotIn("X-Evil", call["headers"])

    def test_half_of_an_emoji_does_not_stop_the_call(self):
        self.client().send(CALL._replace(body='{"name": "\ud83d"}'))
        self.assertEqual(self.mindbox.calls[0]["body"], b'{"name": "?"}')

    def test_bulk_is_csv_with_its_dialect(self):
        self.client().send(CALL._replace(mode="bulk", body="Id;Email\n1;a@b.c\n"))
        call = self.mindbox.calls[0]
        self.assertEqual(call["headers"]["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(call["query"]["csvColumnDelimiter"], ";")

    def test_connection_is_kept_for_the_next_call(self):
        peers = set()

        def answer(call):
            peers.add(call["headers"].get("Connection"))
            return Reply()

        self.mindbox.answer = answer
        connections = []
        accept = self.mindbox.get_request

        def count():
            connections.append(1)
            return accept()

        self.mindbox.get_request = count
        client = self.client()
        for _number in range(5):
            client.send(CALL)
        self.assertEqual(len(connections), 1)

    def test_the_environment_names_the_proxy(self):
        environ = {"http_proxy": self.mindbox.url, "no_proxy": ""}
        with patch.dict(os.environ, environ):
            client = self.client(url="http://mindbox-behind-a-proxy")
            client.send(CALL)
        self.assertTrue(
            self.mindbox.calls[0]["path"].startswith("http://mindbox-behind-a-proxy/")
            or self.mindbox.calls[0]["headers"]["Host"] == "mindbox-behind-a-proxy"
        )


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


class TestNetwork(ClientCase):
    def unreachable(self, **options):
        with self.assertRaises(MindboxUnavailable) as caught:
            self.client(**options).send(CALL)
        self.assertEqual(caught.exception.http_status, 0)
        return caught.exception.reason.code

    def test_nobody_listens(self):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        reason = self.unreachable(url=f"http://127.0.0.1:{port}")
        self.assertEqual(reason, "connection_refused")

    def test_the_name_is_unknown(self):
        self.assertEqual(self.unreachable(url="https://mindbox.invalid"), "dns")

    def test_what_listens_speaks_no_tls(self):
        url = self.mindbox.url.replace("http:", "https:")
        self.assertEqual(self.unreachable(url=url), "tls")

    def test_no_answer_in_time(self):
        self.mindbox.answer = Reply(trick=lambda _handler: time.sleep(2))
        started = time.monotonic()
        self.assertEqual(self.unreachable(timeout=0.3), "timeout")
        self.assertLess(time.monotonic() - started, 1.5)

    def test_connection_ends_without_an_answer(self):
        def hang_up(handler):
            handler.close_connection = True

        self.mindbox.answer = Reply(trick=hang_up)
        self.unreachable()

    def test_answer_ends_in_the_middle(self):
        def half(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
            handler.close_connection = True

        self.mindbox.answer = Reply(trick=half)
        self.unreachable()

    def test_information_before_the_answer_is_not_the_answer(self):
        """103 Early Hints and 102 Processing, as proxies send them (RFC 9110, 15.2)."""

        def hints(handler):
            number = len(self.mindbox.calls)
            early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
            late = b"HTTP/1.1 102 Processing\r\n\r\n"
            body = b'{"status": "Success", "number": %d}' % number
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            handler.wfile.write(early + late + head + body)

        self.mindbox.answer = Reply(trick=hints)
        client = self.client()
        for number in range(1, 6):
            self.assertIn(f'"number": {number}}}', client.send(CALL).text)

    def test_information_without_an_end_is_no_answer(self):
        def hints(handler):
            handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)

        self.mindbox.answer = Reply(trick=hints)
        self.unreachable()

    def test_a_second_answer_is_not_that_of_the_next_call(self):
        def twice(handler):
            number = len(self.mindbox.calls)
            body = b'{"status": "Success", "number": %d}' % number
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            handler.wfile.write((head + body) * 2)

        self.mindbox.answer = Reply(trick=twice)
        client = self.client()
        for number in range(1, 6):
            self.assertIn(f'"number": {number}}}', client.send(CALL).text)

    def test_garbage_instead_of_http(self):
        def garbage(handler):
            handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
            handler.close_connection = True

        self.mindbox.answer = Reply(trick=garbage)
        self.unreachable()

    def test_broken_chunks(self):
        def chunks(handler):
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            handler.wfile.write(head + b"zz\r\n{}\r\n")
            handler.close_connection = True

        self.mindbox.answer = Reply(trick=chunks)
        self.unreachable()

    def test_an_answer_that_drips_does_not_hold_the_thread(self):
        def drip(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
            for _number in range(200):
                handler.wfile.write(b" ")
                time.sleep(0.1)

        self.mindbox.answer = Reply(trick=drip)
        started = time.monotonic()
        with patch("odoo.addons.mindbox_connector.client.CONNECT_TIMEOUT", 0.5):
            self.unreachable(timeout=0.5)
        self.assertLess(time.monotonic() - started, 3)

    def test_an_unusable_address_or_key_is_for_the_administrator(self):
        for options in (
            {"url": f"https://{'x' * 70}.example"},
            {"secret_key": "ключ"},
        ):
            with self.assertRaises(MindboxMisconfigured):
                self.client(**options).send(CALL)

    def test_reasons_hold_neither_key_nor_address_nor_body(self):
        call = CALL._replace(body=json.dumps({"email": "anna@example.com"}))
        for url in ("https://mindbox.invalid", "http://127.0.0.1:9"):
            with self.assertRaises(MindboxUnavailable) as caught:
                self.client(url=url).send(call)
            for secret in (KEY, "anna@example.com", "invalid", "127.0.0.1"):
                self.assertNotIn(secret, str(caught.exception.reason))
            self.assertIsNone(caught.exception.__cause__)
