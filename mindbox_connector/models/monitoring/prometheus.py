# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prometheus' text format 0.0.4: a page of it needs no library.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from typing import Any, NamedTuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Family(NamedTuple):
    """A gauge: its name, help and samples, each (labels, value or None)."""

    name: str
    help: str
    samples: Any


def render(families):
    """Return the text of metric families; samples without a value are left out."""
    return "".join(line for family in families for line in _render_family(family))


def _render_family(family):
    yield f"# HELP {family.name} {_escape(family.help)}\n"
    yield f"# TYPE {family.name} gauge\n"
    for labels, value in family.samples:
        if value is not None:
            pairs = ",".join(
                f'{name}="{_escape_label(text)}"' for name, text in labels.items()
            )
            yield f"{family.name}{{{pairs}}} {float(value)!r}\n"


def _escape(text):
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _escape_label(text):
    return _escape(text).replace('"', r"\"")
