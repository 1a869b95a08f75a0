# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mindbox asked while a visitor waits: how long, how many at once, and when no more."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from odoo.tests import BaseCase

from ...answers import Answer
from ...exceptions import MindboxRejected, MindboxUnavailable
from ...models.recommendation import gateway as room
from ...models.recommendation.gateway import FAILURES_TO_OPEN, MAX_AT_ONCE, Gateway

FOUND = {"recommendations": []}


class Client:
    """Answers as it is told: ``error`` is raised, ``wait`` is waited for."""

    def __init__(self, error=None, wait=None):
        self.identity = id(self)
        self.error, self.wait, self.calls = error, wait, 0

    def send(self, call):
        self.calls += 1
        if self.wait:
            self.wait.wait(10)
        if self.error:
            raise self.error
        return Answer(200, "Success", "", content=FOUND)


class TestGateway(BaseCase):
    def setUp(self):
        super().setUp()
        self.gateway = Gateway()
        self.hole = threading.Event()
        self.addCleanup(self.hole.set)

    def fail(self, error=None):
        client = Client(error or MindboxUnavailable("timeout"))
        for _time in range(FAILURES_TO_OPEN):
            self.assertIsNone(self.gateway.ask(client, None))
        return client

    def test_nobody_waits_longer_than_the_budget(self):
        started = time.monotonic()
        self.assertIsNone(self.gateway.ask(Client(wait=self.hole), None))
        self.assertGreaterEqual(time.monotonic() - started, room.BUDGET)

    def test_so_many_are_asked_at_once_and_the_others_go_on_at_once(self):
        client = Client(wait=self.hole)
        with ThreadPoolExecutor(3 * MAX_AT_ONCE) as visitors:
            for _visitor in range(3 * MAX_AT_ONCE):
                visitors.submit(self.gateway.ask, client, None)
        self.assertEqual(client.calls, MAX_AT_ONCE)

    def test_failures_in_a_row_open_the_breaker(self):
        client = Client(MindboxUnavailable("timeout"))
        self.gateway.ask(client, None)
        self.gateway.ask(Client(), None)
        self.fail()
        self.assertTrue(self.gateway.is_open)
        self.assertIsNone(self.gateway.ask(client, None))
        self.assertEqual(client.calls, 1)

    def test_a_refusal_is_an_answer(self):
        self.fail(MindboxRejected("validation_error"))
        self.assertFalse(self.gateway.is_open)

    def test_a_probe_closes_it_and_nobody_waits_for_it(self):
        self.fail()
        with patch.object(room, "OPEN_SECONDS", 0):
            self.gateway._count(False)
        slow = Client(wait=self.hole)
        started = time.monotonic()
        self.assertIsNone(self.gateway.ask(slow, None))
        self.assertLess(time.monotonic() - started, room.BUDGET)
        self.hole.set()
        self.gateway._threads.shutdown()
        self.assertFalse(self.gateway.is_open)
