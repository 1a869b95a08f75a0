# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conditions of blocks: attributes that the website editor writes into HTML."""

import json
from functools import lru_cache
from typing import NamedTuple

from lxml import html

# What all names below begin with: what lacks it has no such block.
MARK = "data-visibility-value-rfm-"
SEGMENTS = f"{MARK}segment"
EXPERIMENTS = f"{MARK}experiment"
NAMES = (SEGMENTS, f"{SEGMENTS}-rule", EXPERIMENTS, f"{EXPERIMENTS}-rule")
BLOCKS = f"//*[@{SEGMENTS} or @{EXPERIMENTS}]"


class Condition(NamedTuple):
    """For whom a block is: what is empty asks for nothing."""

    segments: frozenset = frozenset()
    is_hidden: bool = False
    experiments: frozenset = frozenset()
    # test, control, or empty: all but the control group.
    arm: str = ""


def take(attributes):
    """Return the attributes of a condition as one text."""
    return json.dumps({name: attributes[name] for name in NAMES if name in attributes})


@lru_cache(maxsize=1024)
def read(text):
    """Return the :class:`Condition` of a text of :func:`take`.

    :raise ValueError: it is none
    """
    attributes = json.loads(text)
    return Condition(
        _read_ids(attributes.get(SEGMENTS)),
        attributes.get(f"{SEGMENTS}-rule") == "hide",
        _read_ids(attributes.get(EXPERIMENTS)),
        attributes.get(f"{EXPERIMENTS}-rule") or "",
    )


def _read_ids(value):
    """Return the IDs of the records that somebody chose in the editor."""
    try:
        return frozenset(record["id"] for record in json.loads(value or "[]"))
    except (KeyError, TypeError) as error:
        raise ValueError(value) from error


def cut(value, is_shown):
    """Return HTML without the blocks that are not shown.

    :param is_shown: called with the text of each block's condition
    """
    if MARK not in (value or ""):
        return value
    root = html.fragment_fromstring(value, create_parent="div")
    for block in root.xpath(BLOCKS):
        if not is_shown(take(block.attrib)):
            block.drop_tree()
    return html.tostring(root, encoding="unicode")[len("<div>") : -len("</div>")]
