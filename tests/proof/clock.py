"""A server's wall clock that can be moved, while its monotonic clock goes on.

A few lines of C before libc's own; libfaketime (0.9.10) would also break `time.sleep`,
which no moved clock of a real machine does.
"""

import functools
import shutil
import struct
import subprocess
from pathlib import Path

from .world import LOGS

SOURCE = Path(__file__).with_name("clock.c")


@functools.cache
def library():
    """The library's path, or None where there is no compiler to make it."""
    compiler = shutil.which("cc")
    if not compiler:
        return None
    made = LOGS / "clock.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", made, SOURCE]
    subprocess.run(command, check=True)
    return made


def _file(there):
    return LOGS / f"{there.result.name}.clock"


def environ(there):
    """The environment of a server whose clock `move` moves."""
    return {"LD_PRELOAD": str(library()), "PROOF_CLOCK": str(_file(there))}


def move(there, hours):
    """Let the server's clock be so many hours fast; the database's is right."""
    if not library():
        shift_moments(there, hours)
        return
    path = _file(there)
    path.touch()
    # Never shorter for a moment: the servers have the file in their memory.
    with path.open("r+b") as file:
        file.write(struct.pack("q", hours * 3600))


def shift_moments(there, hours):
    """What a moved clock leaves behind: moments that are an hour off."""
    if hours:
        there.query(
            "UPDATE mindbox_endpoint"
            " SET held_until = held_until + interval '1 hour' * %s",
            hours,
        )
        there.query(
            "UPDATE mindbox_request SET next_attempt_at = next_attempt_at"
            " + interval '1 hour' * %s WHERE state = 'pending'",
            hours,
        )
