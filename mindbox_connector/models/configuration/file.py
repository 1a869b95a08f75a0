# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The file of a configuration: JSON with a format and its version."""

import json

from odoo.exceptions import UserError

FORMAT = "mindbox_connector.configuration"
VERSION = 1
# Bytes of a file, at most.
MAX_BYTES = 2_000_000


def write_file(content):
    """Return a configuration as the bytes of a file, always in the same order."""
    whole = {"format": FORMAT, "version": VERSION, **content}
    text = json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def read_file(env, data):
    """Return the configuration that a file has.

    :param bytes data: what somebody has uploaded
    :raise UserError: it is no such file, or one of another version
    """
    content = _load(data)
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise UserError(
            env._(
                "This is no file of a configuration. Choose one that was exported from "
                "an integration point."
            )
        )
    version = content.pop("version", None)
    if version != VERSION:
        raise UserError(
            env._(
                "The file has the format %(theirs)s, and %(ours)s is read here. Give "
                "both databases the same version of the add-on, and export it again.",
                theirs=version,
                ours=VERSION,
            )
        )
    return content


def _load(data):
    """Return what the JSON says, None where it is none."""
    if len(data) > MAX_BYTES:
        return None
    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    # PostgreSQL keeps no zero characters.
    return None if "\\u0000" in text else content


def _refuse(constant):
    """Infinity and the like are no JSON."""
    raise ValueError(constant)
