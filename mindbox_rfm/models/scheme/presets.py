# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Schemes to start from, as data.

Sources: the 125 cells are the list that many tutorials share and whose first rows are
those of Mindbox's own product; the ten segments are CleverTap's R x F table. The
thresholds are those of the article the project began with, closed so that nobody falls
through, and those of the first shop.
"""

from typing import NamedTuple

from odoo import Command
from odoo.tools.translate import LazyTranslate

from ...measures import expand_cells
from .preset_segments import SEGMENTS

# At module level there is no env yet.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class Rule(NamedTuple):
    """A rule of a preset: conditions like "recency < 30", cells like "54*"."""

    segment: str
    conditions: str = ""
    cells: str = ""
    domain: str = ""


class Preset(NamedTuple):
    """A scheme to start from; the segments are those its rules lead to."""

    name: str
    description: str
    rules: tuple
    method: str = "quantile"
    bins: int = 5
    r_cuts: str = ""
    f_cuts: str = ""
    m_cuts: str = ""

    def _scheme_values(self, env):
        return {
            "name": env._(self.name),
            "method": self.method,
            "bins": self.bins,
            "r_cuts": self.r_cuts,
            "f_cuts": self.f_cuts,
            "m_cuts": self.m_cuts,
            "segment_ids": [
                Command.create(
                    {
                        "code": code,
                        "name": env._(SEGMENTS[code].name),
                        "color": SEGMENTS[code].color,
                        "strategy": env._(SEGMENTS[code].strategy),
                        "sequence": 10 * position,
                    }
                )
                for position, code in enumerate(self.segment_codes(), 1)
            ],
        }

    def segment_codes(self):
        """Return the codes of the segments in the order of the rules."""
        return list(dict.fromkeys(rule.segment for rule in self.rules))

    def _rule_values(self, scheme):
        ids = {segment.code: segment.id for segment in scheme.segment_ids}
        return {
            "rule_ids": [
                Command.create(
                    {
                        "segment_id": ids[rule.segment],
                        "sequence": 10 * position,
                        "cells": " ".join(expand_cells(rule.cells, self.bins)),
                        "domain": _fill_in(rule.domain, scheme.env),
                        "condition_ids": list(_condition_commands(rule.conditions)),
                    }
                )
                for position, rule in enumerate(self.rules, 1)
            ]
        }

    def _translate(self, scheme):
        """Write the texts in the language of the scheme's context."""
        translate = scheme.env._
        scheme.name = translate(self.name)
        for segment in scheme.segment_ids:
            source = SEGMENTS[segment.code]
            segment.name = translate(source.name)
            segment.strategy = translate(source.strategy)


def _condition_commands(text):
    for part in filter(None, text.split(",")):
        measure, operator, value = part.split()
        yield Command.create(
            {"measure": measure, "operator": operator, "value": float(value)}
        )


def _fill_in(domain, env):
    return domain and domain % env.ref("mindbox_rfm.partner_category_consultant").id


VIP = "recency < 30, orders > 5, amount > 10000"
# Shares are relative: where nearly all bought today, even an order of yesterday has the
# worst score. It must not lead to "Lost" all the same.
FRESH, STALE = "recency <= 14", "recency > 14"
HIBERNATING = "332 322 233 232 223 222 132 123 122 212 211"
LOST = "111 112 121 131 141 151"

FIXED = {
    "method": "fixed",
    "r_cuts": "365, 180, 90, 30",
    "f_cuts": "1, 2, 3, 5",
    "m_cuts": "1000, 2500, 5000, 10000",
}

PRESETS = {
    "cells": Preset(
        _lt("11 segments, R × F × M"),
        _lt(
            "The classic eleven segments as an exact partition of the 125 cells of the "
            "score matrix: each cell belongs to one segment."
        ),
        (
            Rule("champions", cells="555 554 544 545 454 455 445"),
            Rule("loyal", cells="543 444 435 355 354 345 344 335"),
            Rule(
                "potential_loyalist",
                cells="553 551 552 541 542 533 532 531 452 451 442 441 431 453 433 432 "
                "423 353 352 351 342 341 333 323",
            ),
            Rule("new", cells="512 511 422 421 412 411 311"),
            Rule(
                "promising",
                cells="525 524 523 522 521 515 514 513 425 424 413 414 415 315 314 313",
            ),
            Rule("need_attention", cells="535 534 443 434 343 334 325 324"),
            Rule("about_to_sleep", cells="331 321 312 221 213 231 241 251"),
            Rule(
                "at_risk",
                cells="255 254 245 244 253 252 243 242 235 234 225 224 153 152 145 143 "
                "142 135 134 133 125 124",
            ),
            Rule("cannot_lose", cells="155 154 144 214 215 115 114 113"),
            Rule("hibernating", STALE, HIBERNATING),
            Rule("lost", STALE, LOST),
            Rule("promising", FRESH, f"{HIBERNATING} {LOST}"),
            Rule("no_purchases"),
        ),
    ),
    "rf": Preset(
        _lt("10 segments, R × F"),
        _lt(
            "Ten segments by recency and frequency only; the amount is shown beside "
            "them."
        ),
        (
            Rule("champions", cells="54* 55*"),
            Rule("loyal", cells="34* 35* 44* 45*"),
            Rule("potential_loyalist", cells="42* 43* 52* 53*"),
            Rule("new", cells="51*"),
            Rule("promising", cells="41*"),
            Rule("need_attention", cells="33*"),
            Rule("about_to_sleep", cells="31* 32*"),
            Rule("cannot_lose", cells="15* 25*"),
            Rule("at_risk", cells="13* 14* 23* 24*"),
            Rule("hibernating", STALE, "11* 12* 21* 22*"),
            Rule("promising", FRESH, "11* 12* 21* 22*"),
            Rule("no_purchases"),
        ),
    ),
    "article": Preset(
        _lt("VIP, loyal, promising, sleeping"),
        _lt(
            "Days, orders and amounts as in the article: VIP (less than 30 days, more "
            "than 5 orders, more than 10,000), loyal, promising, sleeping; three more "
            "segments take those between, so that nobody falls through."
        ),
        (
            Rule("vip", VIP),
            Rule("loyal", "recency < 90, orders > 3, amount > 5000"),
            Rule("promising", "recency < 30, orders < 3, amount < 5000"),
            Rule("sleeping", "recency > 180"),
            Rule("active", "recency < 30"),
            Rule("need_attention", "recency < 90"),
            Rule("at_risk", "recency <= 180"),
            Rule("no_purchases"),
        ),
        **FIXED,
    ),
    "shop": Preset(
        _lt("Newcomers, occasional, VIP, lost, consultants"),
        _lt(
            "Five segments of a shop with consultants. Who became a consultant is told "
            "by the tag “Consultant” of the contact, whatever was bought."
        ),
        (
            Rule("consultants", domain="[('category_id', 'in', [%d])]"),
            Rule("vip", VIP),
            Rule("lost", "recency > 180"),
            Rule("newcomers", "orders <= 1, recency <= 90"),
            Rule("occasional", "recency >= 0"),
            Rule("no_purchases"),
        ),
        **FIXED,
    ),
}
PRESET_SELECTION = [
    ("cells", "11 segments, R × F × M"),
    ("rf", "10 segments, R × F"),
    ("article", "VIP, loyal, promising, sleeping"),
    ("shop", "Newcomers, occasional, VIP, lost, consultants"),
]
