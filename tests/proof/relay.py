"""What lies between the shop and Mindbox: a relay that can go silent, and speak TLS."""

import selectors
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

CHUNK = 65536
POLL = 0.1
DAYS = {"valid": 30, "expired": -1}


class Relay:
    """`with Relay(port) as relay:` listens at `relay.url` and passes bytes on.

    `silent` keeps every connection open and passes nothing on: what a firewall leaves
    that has forgotten them. `certificate` is the TLS certificate it shows, or None.
    """

    def __init__(self, port):
        self.target = ("127.0.0.1", port)
        self.silent = False
        self.certificate = None
        self._over = threading.Event()

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.settimeout(POLL)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        self._listener.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_url(self):
        return f"https://localhost:{self.port}"

    def heal(self):
        self.silent = False

    def _accept(self):
        while not self._over.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection):
        with closing(connection), suppress(OSError):
            connection.settimeout(10)
            if self.certificate:
                connection = self._wrap(connection)
            with closing(socket.create_connection(self.target)) as target:
                self._pass_on(connection, target)

    def _wrap(self, connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(connection, server_side=True)

    def _pass_on(self, one, other):
        """Pass bytes both ways until a side ends; a forgotten connection stays so."""
        selector = selectors.DefaultSelector()
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while not self._over.is_set():
            for key, _events in selector.select(POLL):
                data = key.fileobj.recv(CHUNK)
                if self.silent:
                    return self._forget()
                if not data:
                    return None
                key.data.sendall(data)
        return None

    def _forget(self):
        """Neither answer nor end the connection: the other side waits in vain."""
        while not self._over.wait(POLL):
            # Long after everybody has given up.
            if not self.silent:
                return time.sleep(60)
        return None


def make_certificates(folder):
    """Make a certificate of `localhost` that is valid, and one that has expired.

    :return: {"valid": path, "expired": path}, each with its key
    """
    return {name: _make(Path(folder) / f"{name}.pem", d) for name, d in DAYS.items()}


def _make(path, days):
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
