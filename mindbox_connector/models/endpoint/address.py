# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether an address can be one of Mindbox: pure, without the ORM."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit


def find_problem(url):
    """Return (code of what is wrong with an address, detail); no code: it is usable."""
    if url != url.strip() or re.search(r"\s", url):
        return "spaces", ""
    try:
        parts = urlsplit(url)
        # A port that is no number shows only when it is asked for.
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "no_url", url
    if parts.scheme not in ("https", "http") or not host:
        return "scheme", ""
    if parts.username or parts.password:
        return "credentials", ""
    if parts.path.strip("/") or parts.query or parts.fragment:
        return "path", ""
    if is_inner(host):
        return "inner", host
    if parts.scheme == "http" and not is_local(host):
        return "unencrypted", ""
    return None, ""


def is_local(host):
    """Tell whether a host is this computer, or a single label of its network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "." not in host


def is_inner(host):
    """Tell whether a host is a number of a network that is not the internet's.

    This computer is none of them: the sandbox may run here. Any other way to write a
    number (0x7f.1, 2852039166) has no use but to hide where it leads.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _is_number(host)
    address = getattr(address, "ipv4_mapped", None) or address
    return not (address.is_global or address.is_loopback) or address.is_multicast


def _is_number(host):
    try:
        return bool(socket.inet_aton(host))
    except OSError:
        return False
