"""A small disk of its own for a database, so that it can be full: needs root."""

import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import databases
import postgres
from steps import VAR

MEGABYTES = 384
TABLESPACE = "mindbox_proof"


class Disk:
    """A mounted file system with a tablespace in it."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def take(self, database):
        """Move a database, to which nobody is connected, to this disk."""
        databases.query(f'ALTER DATABASE "{database}" SET TABLESPACE {TABLESPACE}')

    def fill(self):
        """Take the last byte that is free."""
        with (self.folder / "full").open("wb", buffering=0) as file:
            for size in (2**20, 2**12):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def free(self):
        (self.folder / "full").unlink(missing_ok=True)


def is_possible():
    """Whether we may mount, and the database server is one of ours."""
    cluster = postgres.dev_cluster().environ()["PGHOST"]
    return os.geteuid() == 0 and os.environ.get("PGHOST") == cluster


@contextmanager
def small():
    """Yield a disk, or None where there cannot be one."""
    folder = VAR / "proof-disk"
    if not (is_possible() and mount(folder)):
        yield None
        return
    try:
        space = folder / "pg"
        space.mkdir()
        shutil.chown(space, postgres.SERVER_USER)
        databases.query(f"DROP TABLESPACE IF EXISTS {TABLESPACE}")
        databases.query(f"CREATE TABLESPACE {TABLESPACE} LOCATION '{space}'")
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False)


def mount(folder):
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755"]
    command += ["tmpfs", folder]
    return not subprocess.run(command, check=False, capture_output=True).returncode
