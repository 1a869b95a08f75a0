# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP only: calls in, answers or exceptions out. No ORM in this room.

Contract: Mindbox HTTP API v3, https://developers.mindbox.ru/docs/v3

The connections are urllib3's own and not those of a ``requests.Session``, which costs
a job a quarter of its pace on a fast network, and twice the processor's time:
``python -m tests.bench client`` shows both.
"""

import ipaddress
import logging
import re
import time
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

import urllib3
from urllib3 import exceptions as urllib3_errors

from .answers import clean, read_answer
from .connections import POOLS
from .exceptions import MindboxMisconfigured, MindboxUnavailable
from .network import make_manager, read_settings, select_proxy

_logger = logging.getLogger(__name__)

AUTH_SCHEMES = {
    "secret_key": "SecretKey {}",
    "mindbox": 'Mindbox secretKey="{}"',
}
CONTENT_TYPES = {
    "sync": "application/json; charset=utf-8",
    "async": "application/json; charset=utf-8",
    "bulk": "text/csv; charset=utf-8",
}
BULK_DIALECT = {
    "csvCodePage": "65001",
    "csvColumnDelimiter": ";",
    "csvTextQualifier": '"',
}
CONNECT_TIMEOUT = 5
MAX_ANSWER_BYTES = 1024 * 1024
ANSWER_CHUNK_BYTES = 65536
# What a browser may call itself towards Mindbox; anything else is not handed on.
USER_AGENT_PATTERN = re.compile(r"[\x20-\x7e]{1,400}")
DEVICE_PATTERN = re.compile(r"[\x21-\x7e]{1,64}")

# In this order: the later ones are more general.
NETWORK_CODES = (
    (urllib3_errors.SSLError, "tls"),
    (urllib3_errors.ProxyError, "proxy"),
    # urllib3 2 has a word of its own for it.
    (getattr(urllib3_errors, "NameResolutionError", ()), "dns"),
    (urllib3_errors.NewConnectionError, "connection_refused"),
    (urllib3_errors.ConnectTimeoutError, "connect_timeout"),
    (urllib3_errors.TimeoutError, "timeout"),
    (urllib3_errors.HTTPError, "connection_broken"),
    # What urllib3 and http.client let through on a garbled answer.
    (Exception, "unreadable"),
)


class Call(NamedTuple):
    """One request to Mindbox; ``body`` is the exact text that goes out.

    A body of bytes is a bulk file, ``compressed`` with gzip or not. ``options`` are
    parameters of the bulk operation, as pairs.
    """

    mode: str
    operation: str
    transaction_id: str
    body: str | bytes
    device_uuid: str = ""
    customer_ip: str = ""
    options: tuple = ()
    compressed: bool = False
    user_agent: str = ""

    @property
    def content(self):
        """The bytes that go over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        # What is no text, like half of an emoji, may not stop the rest.
        return self.body.encode("utf-8", "replace")


class MindboxClient:
    """Sends calls of one integration point; safe to share between threads.

    :param str url: scheme and host, e.g. ``https://api.mindbox.ru``
    :param str endpoint_code: Mindbox's ``endpointId``
    :param str secret_key: goes into the Authorization header, nowhere else
    :param str auth_scheme: a key of :data:`AUTH_SCHEMES`
    :param float timeout: seconds to wait for an answer
    :param int width: how many connections are kept for the next calls
    :param float connect_timeout: seconds to wait for a connection
    """

    def __init__(
        self,
        url,
        endpoint_code,
        secret_key,
        auth_scheme,
        timeout=30,
        width=1,
        connect_timeout=CONNECT_TIMEOUT,
    ):
        self._url = url.rstrip("/")
        self._endpoint_code = endpoint_code
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._width = width
        self._authorization = AUTH_SCHEMES[auth_scheme].format(secret_key)
        self._headers = {
            "Authorization": self._authorization,
            "Accept": "application/json",
            # Answers are small; a compressed one could unpack to any size.
            "Accept-Encoding": "identity",
            "User-Agent": "odoo-mindbox-connector",
            "Mindbox-Integration": "Odoo",
            "Mindbox-Integration-Version": "19.0",
        }

    @cached_property
    def identity(self):
        """What tells this address and key from others, without naming them."""
        return hash((self._url, self._endpoint_code, self._authorization))

    def send(self, call):
        """Send one call and return its :class:`~.answers.Answer`.

        :param Call call: what to send
        :raise MindboxUnavailable: send the same call again later
        :raise MindboxThrottled: the same, and slower
        :raise MindboxMisconfigured: stop until an administrator has acted
        :raise MindboxRejected: this call will never succeed
        """
        try:
            return self._send(call)
        except MindboxMisconfigured as error:
            error.identity = self.identity
            raise

    def _send(self, call):
        started = time.monotonic()
        try:
            status, headers, content = self._post(call)
        except urllib3_errors.LocationValueError:
            raise MindboxMisconfigured("unusable_settings") from None
        except (OSError, ValueError, urllib3_errors.HTTPError) as error:
            _logger.debug("No answer: %s", type(error).__name__)
            raise MindboxUnavailable(_get_network_code(error)) from None
        _logger.debug(
            "Mindbox %s %s %s: %s in %d ms",
            call.mode,
            call.operation,
            call.transaction_id,
            status,
            (time.monotonic() - started) * 1000,
        )
        return read_answer(call, status, headers, content)

    def _post(self, call):
        deadline = time.monotonic() + self._connect_timeout + self._timeout
        response = self._pool.urlopen(
            "POST",
            f"{self._root}/v3/operations/{call.mode}?{self._query(call)}",
            body=call.content,
            headers=self._call_headers(call),
            timeout=urllib3.Timeout(connect=self._connect_timeout, read=self._timeout),
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
        )
        try:
            content = _read_limited(response, deadline)
        except BaseException:
            response.close()
            raise
        if response.status < 200:
            # Not the end of an answer: what follows is not that of the next call.
            response.close()
        response.release_conn()
        return response.status, response.headers, content

    @cached_property
    def _pool(self):
        """The keep-alive connections, with the proxy and TLS of the environment."""
        try:
            # http.client would notice later, and then it looks like a broken answer.
            self._authorization.encode("latin-1")
            return self._manager.connection_from_url(self._url)
        except (UnicodeError, urllib3_errors.LocationValueError):
            raise MindboxMisconfigured("unusable_settings") from None

    @cached_property
    def _root(self):
        """What the path starts with: a proxy of plain HTTP is told the host, too."""
        return self._url if self._is_relayed else ""

    @property
    def _is_relayed(self):
        return self._proxy and self._url.startswith("http:")

    @cached_property
    def _settings(self):
        return read_settings(self._url)

    @cached_property
    def _proxy(self):
        return select_proxy(self._url, self._settings)

    @cached_property
    def _manager(self):
        manager = make_manager(self._proxy, self._settings, maxsize=self._width)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def _query(self, call):
        params = {
            "endpointId": self._endpoint_code,
            "operation": call.operation,
            "transactionId": call.transaction_id,
        }
        if DEVICE_PATTERN.fullmatch(call.device_uuid):
            params["deviceUUID"] = call.device_uuid
        if call.mode == "bulk":
            params.update(BULK_DIALECT)
            params.update(call.options)
        return urlencode(params)

    def _call_headers(self, call):
        headers = {**self._headers, "Content-Type": CONTENT_TYPES[call.mode]}
        if _is_address(call.customer_ip):
            headers["X-Customer-IP"] = call.customer_ip
        if call.compressed:
            headers["Content-Encoding"] = "gzip"
        if USER_AGENT_PATTERN.fullmatch(call.user_agent):
            headers["User-Agent"] = call.user_agent
        return headers


def _is_address(text):
    """A proxy in front of the shop may hand on anything as the visitor's address."""
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _read_limited(response, deadline):
    """Read at most MAX_ANSWER_BYTES: neither size nor slowness may hold a thread.

    :return: text without what PostgreSQL cannot store
    """
    # Whatever has arrived; a plain read would wait for a slow drip to fill it.
    read = getattr(response, "read1", response.read)
    chunks, size = [], 0
    while chunk := read(ANSWER_CHUNK_BYTES):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_ANSWER_BYTES or time.monotonic() > deadline:
            raise urllib3_errors.TimeoutError("answer too long or too slow")
    return clean(b"".join(chunks).decode("utf-8", "replace"))


def _get_network_code(error):
    return next(code for kind, code in NETWORK_CODES if isinstance(error, kind))
