# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A network that fails, and addresses that cannot be used."""

import json
import socket
import threading
import time
from contextlib import closing
from unittest.mock import patch

from ...exceptions import (
    MindboxMisconfigured,
    MindboxUnavailable,
)
from ..common import KEY, Reply
from ..endless import Endless
from .common import CALL, ClientCase


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
        silence = Endless(self)
        self.mindbox.answer = Reply(trick=silence)
        self.assertEqual(self.unreachable(timeout=0.3), "timeout")
        self.assertFalse(silence.ended)

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

    def test_a_second_answer_that_comes_late_is_not_that_of_the_next_call(self):
        said = threading.Event()

        def twice(handler):
            number = len(self.mindbox.calls)
            body = b'{"status": "Success", "number": %d}' % number
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            handler.wfile.write(head + body)
            # In two parts, neither of which is in the packet of the first answer.
            time.sleep(0.05)
            handler.wfile.write(head)
            handler.wfile.write(body)
            said.set()

        self.mindbox.answer = Reply(trick=twice)
        client = self.client()
        for number in range(1, 4):
            self.assertIn(f'"number": {number}}}', client.send(CALL).text)
            self.assertTrue(said.wait(5))
            said.clear()

    def test_a_second_answer_that_comes_after_the_next_call_is_not_its_answer(self):
        said = []

        def twice(handler):
            number = len(self.mindbox.calls)
            body = b'{"status": "Success", "number": %d}' % number
            said.append(
                b"HTTP/1.1 200 OK\r\nX-Request-ID: %d\r\nContent-Length: %d\r\n\r\n%s"
                % (number, len(body), body)
            )
            handler.wfile.write(b"".join(said[-2:]) if number == 3 else said[-1])

        self.mindbox.answer = Reply(trick=twice)
        client = self.client()
        for number in (1, 2, 3, 4, 5):
            if number == 3:
                with self.assertRaises(MindboxUnavailable):
                    client.send(CALL)
            else:
                self.assertIn(f'"number": {number}}}', client.send(CALL).text)

    def test_answers_that_all_have_the_same_number_are_taken(self):
        def same(handler):
            body = b'{"status": "Success"}'
            head = b"HTTP/1.1 200 OK\r\nX-Request-ID: x\r\nContent-Length: %d\r\n\r\n"
            handler.wfile.write(head % len(body) + body)

        self.mindbox.answer = Reply(trick=same)
        client = self.client()
        for _number in range(4):
            self.assertIn("Success", client.send(CALL).text)

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
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
        drip = Endless(self, head, b" ")
        self.mindbox.answer = Reply(trick=drip)
        with patch("odoo.addons.mindbox_connector.client.CONNECT_TIMEOUT", 0.5):
            self.unreachable(timeout=0.5)
        self.assertFalse(drip.ended)

    def test_a_head_that_drips_does_not_hold_the_thread(self):
        for head in (b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX-Drip: "):
            drip = Endless(self, head, b"x")
            self.mindbox.answer = Reply(trick=drip)
            self.unreachable(timeout=0.5)
            self.assertFalse(drip.ended)

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
