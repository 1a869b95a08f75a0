# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connections on which each call gets its own answer, and no other one.

What Python's http.client takes for the answer is the first head that is not 100. A
proxy may send 102 or 103 before (RFC 9110, 15.2): the call would have it as its answer,
and the next call on the connection would have that of this one.
"""

import http.client

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

# Heads of information before the answer; who sends more never comes to an end.
MAX_INFORMATION = 10


class FinalResponse(http.client.HTTPResponse):
    """An answer, read past what informs of it."""

    def _read_status(self):
        for _head in range(MAX_INFORMATION):
            version, status, reason = super()._read_status()
            # 100 is read past already; after 101 another protocol follows.
            if status not in range(102, 200):
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("information without an end")


class PlainConnection(HTTPConnection):
    response_class = FinalResponse


class SecureConnection(HTTPSConnection):
    response_class = FinalResponse


class PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = PlainConnection


class SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = SecureConnection


POOLS = {"http": PlainPool, "https": SecurePool}
