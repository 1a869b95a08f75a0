"""What the client's own connections buy, beside a Session of requests.

The same job, against the sandbox; only what carries the calls is another one.
"""

import time
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from unittest.mock import patch

import requests

from . import _odoo
from .delivery import LATENCY, ROWS, Delivery, line, sandbox, timed

TURNS = 3


def main():
    rows = []
    with sandbox() as box, _odoo.environment("client") as env:
        delivery = Delivery(env, box)
        for latency in (LATENCY, 0):
            box.control("POST", "faults", {"latency": latency})
            rows.append(compare(delivery, f"{latency} ms latency", ROWS[latency]))
    header = ["case", "urllib3, rows/s", "requests, rows/s", "urllib3 / requests"]
    _odoo.table(header, rows)


def compare(delivery, title, count):
    """Deliver by the one and by the other, in turns; the best of each counts."""
    from odoo.addons.mindbox_connector import client

    kinds = (client.MindboxClient, over_requests(client))
    rates = {kind: [] for kind in kinds}
    for _turn in range(TURNS):
        for kind in kinds:
            rates[kind].append(measure(delivery, kind, count))
    return line(f"one job: {title}", *rates.values())


def measure(delivery, kind, count):
    endpoint = type(delivery.endpoint)
    as_ever = endpoint._get_client

    def get_client(self, timeout=None):
        client = as_ever(self, timeout)
        client.__class__ = kind
        return client

    ids = delivery.fill(count)
    with patch.object(endpoint, "_get_client", get_client):
        rate = count / timed(delivery.deliver)
    delivery.take_bodies(ids)
    return rate


def over_requests(client):
    """Return the client as it would be on a Session, with all that it keeps to."""

    class OverRequests(client.MindboxClient):
        @cached_property
        def _session(self):
            session = requests.Session()
            adapter = requests.adapters.HTTPAdapter(pool_maxsize=self._width)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            session.headers = self._headers
            # A .netrc must not overrule the key, nor a cookie come back.
            session.auth = lambda request: request
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            return session

        def _post(self, call):
            deadline = time.monotonic() + client.CONNECT_TIMEOUT + self._timeout
            with self._session.post(
                f"{self._url}/v3/operations/{call.mode}?{self._query(call)}",
                data=call.content,
                headers=self._call_headers(call),
                timeout=(client.CONNECT_TIMEOUT, self._timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = client._read_limited(response.raw, deadline)
            return response.status_code, response.headers, content

    return OverRequests
