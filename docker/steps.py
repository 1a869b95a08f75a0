"""Steps that are done once, resume where they stopped, and fail in one sentence."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VAR = ROOT / ".var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VAR / "setup.log"

# What a failed command printed -> what the person in front of it can do.
ADVICE = (
    (
        r"No space left on device|Disk quota exceeded",
        "The disk is full: free about 5 GB and run the same command again.",
    ),
    (
        r"Temporary failure resolving|Could not resolve|Failed to fetch|"
        r"Unable to connect|Could not connect|Connection (refused|timed out)",
        "The package mirror does not answer: check the network (and the proxy"
        " settings), then run the same command again.",
    ),
    (
        r"NewConnectionError|ReadTimeoutError|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|"
        r"Could not find a version|No matching distribution",
        "The Python or Node package index does not answer or lacks a package:"
        " check the network (and pip's and npm's settings), then run the same"
        " command again.",
    ),
    (
        r"Unable to locate package|has no installation candidate",
        "This machine's package mirror has no odoo-19 (Debian's unstable suite has"
        " it): set ODOO_HOME to an existing Odoo 19.",
    ),
    (
        r"ensurepip is not available|No module named (venv|ensurepip)",
        "This Python has no venv module: install python3-venv and run the same"
        " command again.",
    ),
)


class Stop(Exception):
    """Something only a person can mend; the message is the one sentence to print."""


def main(function, *args):
    """Run a command-line entry: a `Stop` is one sentence, Ctrl-C is no traceback."""
    try:
        sys.exit(function(*args))
    except Stop as stop:
        sys.exit(f"\n{stop}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next run goes on from here.")
    except OSError as error:
        sys.exit(f"\n{advise(str(error)) or error}")


def say(text):
    print(text, flush=True)


def advise(output):
    for pattern, sentence in ADVICE:
        if re.search(pattern, output):
            return sentence
    return None


def run(command, what, **options):
    """Run a command quietly, its output in the log; fail in one sentence."""
    result = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    log(command, result.stdout)
    if result.returncode:
        raise Stop(advise(result.stdout) or f"{what} failed: the reason is in {LOG}.")
    return result.stdout


def log(command, output):
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a") as stream:
        stream.write(f"$ {' '.join(map(str, command))}\n{output}\n")


def digest(*inputs):
    """Hash of texts and of the contents of files, named by their path."""
    parts = (
        item.read_bytes() if isinstance(item, Path) else str(item).encode()
        for item in inputs
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass
class Step:
    """One piece of the setup; `stamp` lies inside what it makes and goes with it."""

    title: str
    stamp: Path
    inputs: tuple
    action: Callable

    def is_done(self):
        return self.stamp.is_file() and self.stamp.read_text() == digest(*self.inputs)

    def take(self):
        self.stamp.unlink(missing_ok=True)
        self.action()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(digest(*self.inputs))


def take_all(steps):
    """Take the steps that are not done; a step may depend on those before it."""
    for number, step in enumerate(steps, 1):
        place = f"[{number}/{len(steps)}] {step.title}"
        if step.is_done():
            say(f"{place}: ready")
            continue
        say(f"{place} ...")
        step.take()


def with_path(**extra):
    """The environment of a command that finds this project's own tools first."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, **extra}
