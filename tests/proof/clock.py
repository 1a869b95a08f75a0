"""A server's clock that can be moved: libfaketime, from Debian's package."""

import functools

import debs
from steps import CACHE, Stop

from .world import LOGS

TREE = CACHE / "faketime"


@functools.cache
def library():
    """The library's path, fetched without root where it is missing; or None."""
    if not TREE.exists():
        try:
            debs.require_tools()
            debs.update()
            archives = debs.fetch(["libfaketime"], CACHE / "faketime-debs")
            debs.unpack(archives, TREE)
        except Stop:
            return None
    return next(TREE.glob("usr/lib/*/faketime/libfaketime.so.1"), None)


def _file(there):
    return LOGS / f"{there.result.name}.clock"


def environ(there):
    """The environment of a server whose clock `move` moves."""
    return {
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(_file(there)),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def move(there, hours):
    """Let the server's clock be so many hours fast; the database's is right."""
    if library():
        _file(there).write_text(f"{hours:+d}h" if hours else "+0")
    else:
        shift_moments(there, hours)


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
