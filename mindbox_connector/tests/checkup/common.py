# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A world in which all is well, for the health check to look at."""

import ipaddress
import os
import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tools import config

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

from ...models.checkup import server
from ...models.checkup.server import _get_crons
from ..common import LocalMindbox, Reply
from ..security import SecurityCase

GOOD_OPTIONS = {
    "server_wide_modules": ["base", "web", "queue_job"],
    "max_cron_threads": 2,
    "workers": 6,
}
CHANNELS = "ODOO_QUEUE_JOB_CHANNELS"
LOCK = PG_ADVISORY_LOCK_ID + 1
FEED = Reply(body=b"<?xml version='1.0'?><yml_catalog><shop/></yml_catalog>")


class Undo(Exception):
    """Ends a savepoint whose changes are not wanted."""


class CheckupCase(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request.unlink()
        cls.env.cr.execute("DELETE FROM queue_job")
        cls.set_options(cls, **GOOD_OPTIONS)
        cls.startClassPatcher(
            patch.dict(os.environ, {CHANNELS: "root:3,root.mindbox:2"})
        )
        cls.mindbox = LocalMindbox()
        cls.addClassCleanup(cls.mindbox.close)
        cls.mindbox.answer = FEED
        cls.endpoint.url = cls.mindbox.url
        _get_crons(cls.env).write({"nextcall": fields.Datetime.now()})
        cls.website = cls.env["website"].search(
            [("company_id", "=", cls.endpoint.company_id.id)], limit=1
        )
        cls.env["website"].search([]).mindbox_tracker = False
        cls.website.domain = cls.mindbox.url
        cls.make_feed()
        # The lock of a runner that nobody else is.
        cls.startClassPatcher(patch.object(server, "PG_ADVISORY_LOCK_ID", LOCK))
        cls.runner = db_connect(cls.env.cr.dbname).cursor()
        cls.addClassCleanup(cls.runner.close)
        cls.hold_lock()

    @classmethod
    def hold_lock(cls):
        cls.runner.execute("SELECT pg_advisory_lock(%s)", [LOCK])

    @classmethod
    def make_feed(cls):
        cls.feed = cls.env["mindbox.feed"].create(
            {"endpoint_id": cls.endpoint.id, "website_id": cls.website.id}
        )
        now = fields.Datetime.now()
        cls.build = cls.env["mindbox.feed.build"].create(
            {"feed_id": cls.feed.id, "state": "done", "finished_at": now}
        )

    def set_options(self, **options):
        """Let Odoo have been started with other options."""
        patcher = patch.dict(config._runtime_options, options)
        patcher.start()
        if isinstance(self, type):
            return self.addClassCleanup(patcher.stop)
        return self.stack.callback(patcher.stop)

    def patch_now(self, target, name, value):
        self.stack.enter_context(patch.object(target, name, value))

    @contextmanager
    def undone(self):
        """A world that is as before in the end."""
        with ExitStack() as self.stack:
            with suppress(Undo), self.env.cr.savepoint():
                yield
                self.env.flush_all()
                raise Undo
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()

    def look(self):
        """Return {code: line} of what is no better than a warning."""
        self.env.flush_all()
        found = self.endpoint.with_user(self.manager).get_health_check()
        lines = [line for p in found["points"] for line in p["lines"]]
        return {
            line["code"]: line
            for line in [*found["server"], *lines]
            if line["level"] in ("warning", "error")
        }


class TlsServer:
    """Somebody who answers by TLS with a certificate, on a port of this computer."""

    def __init__(self, days=90, host="127.0.0.1", secure=True):
        self.folder = TemporaryDirectory()
        self.secure = secure
        self.authority = Path(self.folder.name) / "authority.pem"
        self.chain = Path(self.folder.name) / "chain.pem"
        write_certificates(self.authority, self.chain, days, host)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        while True:
            try:
                plain, _address = self.socket.accept()
            except OSError:
                return
            with suppress(OSError), plain:
                if self.secure:
                    context.wrap_socket(plain, server_side=True).close()

    def close(self):
        self.socket.close()
        self.folder.cleanup()


def write_certificates(authority, chain, days, host):
    """Write an authority, and a certificate and key of a host that it has signed."""
    own_key, key = (ec.generate_private_key(ec.SECP256R1()) for _one in range(2))
    own = sign("Authority", own_key, own_key, "Authority", days=365)
    authority.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    signed = sign("Host", key, own_key, "Authority", days, host)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)


def sign(name, key, by_key, by, days, host=None):
    end = datetime.now(timezone.utc) + timedelta(days=days)
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, by)
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=400))
        .not_valid_after(end)
    )
    builder = builder.add_extension(
        x509.BasicConstraints(ca=host is None, path_length=None), critical=True
    )
    if host:
        address = x509.IPAddress(ipaddress.ip_address(host))
        alternative = x509.SubjectAlternativeName([address])
        builder = builder.add_extension(alternative, critical=False)
    return builder.sign(by_key, hashes.SHA256())
