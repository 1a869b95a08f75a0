"""Children that never outlive the program that started them."""

import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

from steps import Stop, advise

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent():
    """Even a killed parent takes its children along."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def child(command, log, patience=20, **options):
    """Run a program in its own session (a terminal's Ctrl-C is ours), end it after."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **options,
        )
    process.log = log
    try:
        yield process
    finally:
        end(process, patience)


def end(process, patience):
    """Ask it to stop; after a while end its whole group."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        signal_group(process, signal.SIGKILL)
        process.wait()
    # Workers of a killed server have nobody left to end them.
    signal_group(process, signal.SIGKILL)


def signal_group(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def is_free(port):
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    """Whether a server is up; a refusal is an answer, too."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(url, process, seconds=60):
    """Wait until the process serves the address."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            reason = advise(process.log.read_text(errors="replace")[-5000:])
            raise Stop(reason or f"{url} does not answer: see {process.log}.")
        time.sleep(0.1)
