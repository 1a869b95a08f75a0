# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Moments as Mindbox writes them, which is a setting of each template."""

import re
from datetime import datetime, timezone

ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(.*)", re.ASCII)
RUSSIAN = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})[T ](\d\d):(\d\d)(.*)", re.ASCII)
REST = re.compile(r"(?::(\d\d)(\.\d+)?)? ?(Z|UTC|[+-]\d\d:?\d\d)?", re.ASCII)


def read_moment(text):
    """Return the moment of a text in UTC, without a zone; None where it is none."""
    text = text.strip() if isinstance(text, str) else ""
    if found := ISO.fullmatch(text):
        year, month, day, hour, minute, rest = found.groups()
    elif found := RUSSIAN.fullmatch(text):
        day, month, year, hour, minute, rest = found.groups()
    else:
        return None
    if not (found := REST.fullmatch(rest)):
        return None
    second, fraction, zone = found.groups()
    zone = "+0000" if zone in (None, "Z", "UTC") else zone
    written = f"{year}-{month}-{day} {hour}:{minute}:{second or '00'}"
    written += f".{(fraction or '.0')[1:7]} {zone}"
    try:
        moment = datetime.strptime(written, "%Y-%m-%d %H:%M:%S.%f %z")
        return moment.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
