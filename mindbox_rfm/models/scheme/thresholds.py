# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The thresholds between scores, as people write and read them."""

from itertools import pairwise

from odoo.tools import formatLang

AXES = ("r", "f", "m")
CUT_FIELDS = tuple(f"{axis}_cuts" for axis in AXES)


def write_cuts(cuts):
    """Return the values of a scheme's fields for {axis: thresholds}."""
    return {
        field: ", ".join(f"{cut:.10f}".rstrip("0").rstrip(".") for cut in cuts[axis])
        for axis, field in zip(AXES, CUT_FIELDS, strict=True)
    }


def describe_cuts(env, cuts):
    """Return {axis: what each score means}, e.g. {"f": ["1", "2", "3 or more"]}.

    :param dict cuts: {axis: thresholds}, as a run stores them
    """
    return {axis: list(_describe_axis(env, axis, cuts[axis])) for axis in AXES}


def _describe_axis(env, axis, cuts):
    for worse, better in pairwise([None, *cuts, None]):
        if axis == "r":
            yield _describe_band(env, better, worse and worse - 1, axis)
        else:
            step = 1 if axis == "f" else 0
            yield _describe_band(env, worse and worse + step, better, axis)


def _describe_band(env, low, high, axis):
    digits = 2 if axis == "m" and any(x and x % 1 for x in (low, high)) else 0
    low_text, high_text = (
        formatLang(env, edge or 0, digits=digits) for edge in (low, high)
    )
    if high is not None and low is not None and low > high:
        return "–"  # equal thresholds: nobody can have this score
    if high is None:
        if axis == "m":
            return env._("more than %s", low_text)
        return env._("%s or more", low_text)
    if low is None:
        return env._("up to %s", high_text)
    return low_text if low == high else f"{low_text} – {high_text}"
