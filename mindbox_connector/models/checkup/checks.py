# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The checks: what each is called, how it is found out, and what may be found."""

from collections.abc import Callable
from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

from . import endpoint_words as at_endpoint
from . import server_words as at_server
from .exports import find_exports
from .goods import find_feed, find_products
from .server import (
    find_channels,
    find_clock,
    find_crons,
    find_disk,
    find_runner,
    find_versions,
)
from .settings import (
    find_delivery,
    find_fields,
    find_key,
    find_operations,
    find_tracker,
)
from .storage import find_storage
from .way import find_certificate, find_name

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class Check(NamedTuple):
    """Something that must hold.

    * ``title``: what is looked at
    * ``how``: by what it is found out
    * ``find``: a function of the environment, or of an integration point, that yields
      each :class:`~.server_words.Found`; nothing means that all is well
    * ``words``: {code of what may be found: :class:`~.server_words.Words`}
    """

    title: Any
    how: Any
    find: Callable
    words: dict


# Of the server, looked at once.
SERVER_CHECKS = {
    "versions": Check(
        _lt("Versions"),
        _lt("Files of the add-ons against the database, Odoo, PostgreSQL"),
        find_versions,
        at_server.VERSIONS,
    ),
    "runner": Check(
        _lt("Job runner"),
        _lt("odoo.conf, the runner's lock in the database, jobs that are due"),
        find_runner,
        at_server.RUNNER,
    ),
    "channels": Check(
        _lt("Channels and workers"),
        _lt("odoo.conf: channels of the job runner against workers"),
        find_channels,
        at_server.CHANNELS,
    ),
    "cron": Check(
        _lt("Scheduled actions"),
        _lt("When those of the connector are due, and how they have ended"),
        find_crons,
        at_server.CRON,
    ),
    "clock": Check(
        _lt("Clock"),
        _lt("The time of Odoo against that of the database"),
        find_clock,
        at_server.CLOCK,
    ),
    "storage": Check(
        _lt("Table of requests"),
        _lt("PostgreSQL's catalogue: indexes, autovacuum, old versions of rows"),
        find_storage,
        at_server.STORAGE,
    ),
    "disk": Check(
        _lt("Disk"),
        _lt("Free room where Odoo keeps its files"),
        find_disk,
        at_server.DISK,
    ),
}
# Of each integration point.
ENDPOINT_CHECKS = {
    "dns": Check(
        _lt("Name of the host"),
        _lt("The name server of this computer is asked"),
        find_name,
        at_endpoint.DNS,
    ),
    "tls": Check(
        _lt("Connection and certificate"),
        _lt("A connection is opened; no call is made"),
        find_certificate,
        at_endpoint.TLS,
    ),
    "key": Check(
        _lt("Secret key"),
        _lt("Where it is kept, and what Mindbox has answered to it"),
        find_key,
        at_endpoint.KEY,
    ),
    "operations": Check(
        _lt("Operations and statuses"),
        _lt("Settings of the integration point, refusals of a week"),
        find_operations,
        at_endpoint.OPERATIONS,
    ),
    "fields": Check(
        _lt("Mapped fields"),
        _lt("Fields of Odoo that fill additional fields of Mindbox"),
        find_fields,
        at_endpoint.FIELDS,
    ),
    "delivery": Check(
        _lt("Delivery"),
        _lt("The health of the integration point, as its page shows it"),
        find_delivery,
        at_endpoint.DELIVERY,
    ),
    "exports": Check(
        _lt("Exports of Mindbox"),
        _lt("Operations that are named at the integration point, and the last files"),
        find_exports,
        at_endpoint.EXPORTS,
    ),
    "tracker": Check(
        _lt("Cookies and tracker"),
        _lt("Settings of the websites"),
        find_tracker,
        at_endpoint.TRACKER,
    ),
    "feed": Check(
        _lt("Product feed"),
        _lt("It is fetched from its own address and read"),
        find_feed,
        at_endpoint.FEED,
    ),
    "products": Check(
        _lt("Product references"),
        _lt("Products for sale: the field that goes to Mindbox as their ID"),
        find_products,
        at_endpoint.PRODUCTS,
    ),
}
