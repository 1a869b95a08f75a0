# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way to Mindbox: is its name found, does it answer, is its certificate good?"""

import ipaddress
import os
import socket
import ssl
from datetime import datetime, timezone
from urllib.parse import urlsplit

import requests

from ...network import read_settings, select_proxy
from ..endpoint.address import is_inner, is_local
from .server_words import Found

# Seconds to wait for a connection.
PATIENCE = 5
# Days before its end at which a certificate is told.
EXPIRES_SOON = 14
# OpenSSL's numbers of what is wrong with a certificate.
EXPIRED, OTHER_HOST = 10, (62, 64)


def find_name(endpoint):
    """Is the name of Mindbox's host found?"""
    host, port, _secure = _split(endpoint)
    if _get_proxy(endpoint):
        yield Found("dns_proxy")
        return
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        yield Found("dns_unknown", {"host": host})
        return
    addresses = {one[4][0] for one in found}
    inner = sorted(one for one in addresses if _leads_inside(one))
    if inner and not is_local(host):
        yield Found("dns_inner", {"host": host, "address": inner[0]})
        return
    yield Found("dns", {"host": host})


def _leads_inside(address):
    return is_inner(address) or ipaddress.ip_address(address).is_loopback


def find_certificate(endpoint):
    """Does somebody answer at the address, and is it Mindbox?"""
    host, port, secure = _split(endpoint)
    if _get_proxy(endpoint):
        yield Found("tls_proxy")
        return
    try:
        with socket.create_connection((host, port), PATIENCE) as plain:
            yield from _look_at(plain, host) if secure else [Found("no_tls")]
    except socket.gaierror:
        yield Found("not_tried")
    except OSError as error:
        kind = type(error).__name__
        yield Found("unreachable", {"host": host, "port": port, "kind": kind})


def _look_at(plain, host):
    """Yield what the certificate of whoever answers is like."""
    context = _make_context(host)
    try:
        with context.wrap_socket(plain, server_hostname=host) as secured:
            certificate = secured.getpeercert()
    except ssl.SSLCertVerificationError as error:
        yield Found(_judge(error.verify_code), {"host": host})
        return
    except OSError:
        # It answers, but speaks another language, or hangs up.
        yield Found("tls_failed", {"host": host})
        return
    if not certificate:
        yield Found("tls_proxy")
        return
    end = ssl.cert_time_to_seconds(certificate["notAfter"])
    until = datetime.fromtimestamp(end, timezone.utc)
    days = (until - datetime.now(timezone.utc)).days
    if days < EXPIRES_SOON:
        yield Found("certificate_expires", {"host": host, "days": days})
    else:
        yield Found("certificate", {"until": until.date().isoformat()})


def _judge(verify_code):
    if verify_code == EXPIRED:
        return "certificate_expired"
    if verify_code in OTHER_HOST:
        return "certificate_other"
    return "certificate_untrusted"


def _make_context(host):
    """Return whom to trust, as the calls themselves decide it."""
    verify = read_settings(f"https://{host}")["verify"]
    place = requests.certs.where() if verify is True else verify
    if not place:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    kind = "capath" if os.path.isdir(place) else "cafile"
    return ssl.create_default_context(**{kind: place})


def _split(endpoint):
    """Return (host, port, whether it is encrypted) of the address."""
    parts = urlsplit(endpoint.url)
    secure = parts.scheme == "https"
    return parts.hostname, parts.port or (443 if secure else 80), secure


def _get_proxy(endpoint):
    return select_proxy(endpoint.url, read_settings(endpoint.url))
