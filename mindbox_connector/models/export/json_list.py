# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The list of objects in a JSON file, one at a time: never all of it is held.

Pure: no ORM.
"""

import io
import json

from ...exceptions import MindboxRejected

# Characters of a text that are decoded at once.
READ_SIZE = 1 << 16
# Characters of an object, at most: a body in the log may be as long as a body may be.
LONGEST = 1 << 27


def open_text(file):
    """Return the text of a file.

    :param file: its bytes, not compressed
    """
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")


def read_list(file):
    """Yield the objects of a file's list.

    :param file: the bytes of the file, not compressed
    :raise MindboxRejected: there is no list of objects in it
    """
    text = open_text(file)
    start = text.read(1)
    if start not in ("{", "["):
        raise MindboxRejected("export_no_list")
    yield from read_objects(start, text)


def read_objects(start, text):
    """Yield the objects of a text's list.

    :param str start: what was read of the text already
    :raise MindboxRejected: there is no list of objects in it
    """
    decoder = json.JSONDecoder()
    buffer, size = _find_list(start, text), READ_SIZE
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            values, end = decoder.raw_decode(buffer)
        except ValueError:
            more = text.read(size)
            if not more or len(buffer) > LONGEST:
                raise MindboxRejected("export_no_list") from None
            # A long object is not looked at anew for each piece of it.
            buffer, size = buffer + more, size * 2
            continue
        size = READ_SIZE
        if not isinstance(values, dict):
            raise MindboxRejected("export_no_list")
        yield values
        buffer = buffer[end:]


def _find_list(start, text):
    """Return the beginning of the list.

    :raise MindboxRejected: there is none
    """
    buffer = start + text.read(READ_SIZE)
    place = buffer.find("[")
    if place < 0:
        raise MindboxRejected("export_no_list")
    return buffer[place + 1 :]
