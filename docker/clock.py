"""A wall clock that can be moved while the monotonic clock goes on.

A few lines of C before libc's own; libfaketime (0.9.10) would also break `time.sleep`,
which no moved clock of a real machine does.
"""

import functools
import shutil
import struct
import subprocess
from pathlib import Path

from steps import VAR

SOURCE = Path(__file__).with_name("clock.c")


@functools.cache
def library():
    """The library's path, or None where there is no compiler to make it."""
    compiler = shutil.which("cc")
    if not compiler:
        return None
    made = VAR / "clock.so"
    made.parent.mkdir(exist_ok=True)
    # Programs may still run with the one made before: it stays theirs.
    made.unlink(missing_ok=True)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", made, SOURCE], check=True
    )
    return made


class Clock:
    """The clock of all programs that run with its `environ`; it begins right."""

    def __init__(self, path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.move(0)

    def environ(self):
        return {"LD_PRELOAD": str(library()), "MOVED_CLOCK": str(self.path)}

    def move(self, seconds):
        """Let it be so many seconds fast, at once."""
        # Never shorter for a moment: programs have the file in their memory.
        with self.path.open("r+b") as file:
            file.write(struct.pack("q", seconds))
