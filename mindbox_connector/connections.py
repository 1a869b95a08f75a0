# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connections on which each call gets its own answer, and no other one.

What Python's http.client takes for the answer is the first head that is not 100. A
proxy may send 102 or 103 before (RFC 9110, 15.2): the call would have it as its answer,
and the next call on the connection would have that of this one. So would it have what a
server says twice. And a socket's timeout is that of one piece of the answer: who sends
a letter now and then is waited for without an end.
"""

import http.client
import io
import time

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

# Heads of information before the answer; who sends more never comes to an end.
MAX_INFORMATION = 10
# Mindbox's number of an answer: no two have the same.
ANSWER_ID = "X-Request-ID"


class TimedReader(io.RawIOBase):
    """The bytes of one answer, all of them within the time of one piece."""

    def __init__(self, raw, sock):
        self._raw, self._sock = raw, sock
        timeout = sock.gettimeout()
        self._deadline = timeout and time.monotonic() + timeout
        self.has_ended = False

    def readable(self):
        """A buffer asks."""
        return True

    def readinto(self, buffer):
        """Read a piece, in what is left of the time; nothing more after the end."""
        if self.has_ended:
            return None
        if self._deadline:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self):
        """Let go of the socket."""
        self._raw.close()
        return super().close()


class FinalResponse(http.client.HTTPResponse):
    """An answer, read past what informs of it; ``has_more``: something came after it

    :param str before: the number of the answer before, where each has its own
    """

    def __init__(self, sock, *args, before=None, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self._reader = TimedReader(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._reader)
        self.has_more, self._before = False, before

    # Python's own returns nothing.
    def begin(self):  # pylint: disable=missing-return
        """Read the head; one that has been there before is no answer to this call."""
        super().begin()
        if self._before and self.get_id() == self._before:
            raise http.client.BadStatusLine("the answer before, once more")

    def get_id(self):
        """Return the number of this answer, None where it has none."""
        return self.headers and self.headers.get(ANSWER_ID)

    def _close_conn(self):
        self._reader.has_ended = True
        # What has been read from the socket already would be gone without a trace.
        self.has_more = not self.fp.closed and bool(self.fp.peek(1))
        return super()._close_conn()

    def _read_status(self):
        for _head in range(MAX_INFORMATION):
            version, status, reason = super()._read_status()
            # 100 is read past already; after 101 another protocol follows.
            if status not in range(102, 200):
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("information without an end")


class OneByOne:
    """A connection that is used again after exactly one complete answer."""

    last_answer = None
    # Number of the answer before the last one.
    _last_id = None
    # Whether it has ever answered more than it was asked.
    is_odd = False

    def response_class(self, *args, **kwargs):
        """Called as the class would be; remembers the answer.

        What is said twice may come when the next call is written already. Only where
        the numbers of answers differ do they tell: some proxies have one for all.
        """
        last = self.last_answer and self.last_answer.get_id()
        before = last if self._last_id not in (None, last) else None
        self._last_id = last
        self.last_answer = FinalResponse(*args, before=before, **kwargs)
        return self.last_answer

    def leave_odd(self):
        """Begin anew where there is more to read than one answer."""
        answer, sock = self.last_answer, self.sock
        if not (answer and sock):
            return
        # What TLS has unpacked already is not seen at the socket.
        unpacked = getattr(sock, "pending", int)()
        if answer.has_more or unpacked:
            self.is_odd = True
        if self.is_odd or not answer.isclosed():
            self.close()


class PlainConnection(OneByOne, HTTPConnection):
    pass


class SecureConnection(OneByOne, HTTPSConnection):
    pass


class Cautious:
    """A pool that hands out no connection on which something is unread."""

    def _get_conn(self, timeout=None):
        connection = super()._get_conn(timeout)
        connection.leave_odd()
        return connection


class PlainPool(Cautious, urllib3.HTTPConnectionPool):
    ConnectionCls = PlainConnection


class SecurePool(Cautious, urllib3.HTTPSConnectionPool):
    ConnectionCls = SecureConnection


POOLS = {"http": PlainPool, "https": SecurePool}
