# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files that Mindbox offers: fetched as a stream, by their address alone.

The key of the integration point does not go there. No ORM in this room.
"""

import gzip
import zlib
from contextlib import contextmanager
from io import BufferedReader

import urllib3

from .client import CONNECT_TIMEOUT
from .exceptions import MindboxRejected, MindboxUnavailable
from .network import make_manager, read_settings, select_proxy

GZIP = b"\x1f\x8b"


@contextmanager
def open_file(url, timeout):
    """Give the bytes of a file as they come in, unzipped where they are zipped.

    :param float timeout: seconds to wait for the next bytes
    :raise MindboxUnavailable: it cannot be fetched now
    :raise MindboxRejected: it is not there any more
    """
    try:
        response = _get(url, timeout)
        try:
            _check(response.status)
            # However it was zipped: as a file or on the way. Who reads to the end asks
            # once more whether it is the end.
            response.auto_close = False
            raw = BufferedReader(response)
            zipped = raw.peek(len(GZIP))[: len(GZIP)] == GZIP
            yield gzip.GzipFile(fileobj=raw) if zipped else raw
        finally:
            response.close()
    except urllib3.exceptions.HTTPError:
        raise MindboxUnavailable("connection_broken") from None
    except (EOFError, OSError, zlib.error):
        raise MindboxUnavailable("unreadable") from None


def _get(url, timeout):
    settings = read_settings(url)
    manager = make_manager(select_proxy(url, settings), settings)
    return manager.urlopen(
        "GET",
        url,
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=timeout),
        retries=False,
        redirect=False,
        preload_content=False,
        decode_content=False,
    )


def _check(status):
    if status >= 500 or status in (408, 425, 429):
        raise MindboxUnavailable("server_error", http_status=status, status=status)
    if status != 200:
        raise MindboxRejected("export_gone", http_status=status, status=status)
