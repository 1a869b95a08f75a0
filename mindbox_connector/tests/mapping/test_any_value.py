# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever a field of Odoo holds, Mindbox gets what its types take, or nothing."""

import json
import math
import random
from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ...models.mapping.values import MAX_NUMBER, VALUE_TYPES, as_cell, express
from ...models.outbox.json_text import CLEAR

ROUNDS = 3_000
TEXTS = [
    "",
    " ",
    "a",
    "Анна | Мария",
    "two\nlines\x00\x07",
    CLEAR,
    f"x{CLEAR}y",
    "😀" * 700,
    "\ud800",
    "x" * 5_000,
    "true",
    "0",
]
NUMBERS = [0, -1, 2**31 - 1, 0.1 + 0.2, 1e-9, 1e300, -1e15, math.nan, math.inf, 12.345]
ANY = {
    "char": TEXTS,
    "text": TEXTS,
    "selection": ["draft", "sale", False],
    "html": ["<p>Warm &amp; <b>bright</b></p>", "<br/>", "<p>%CLEAR%</p>", False],
    "integer": [0, 1, -(2**31), 2**31 - 1],
    "float": NUMBERS,
    "monetary": NUMBERS,
    "boolean": [True, False],
    "date": [date(1, 1, 1), date(2026, 12, 31), False],
    "datetime": [datetime(1999, 1, 1, 23, 59, 59, 999_999), False],
}


@tagged("post_install", "-at_install")
class TestAnyValue(BaseCase):
    def test_whatever_is_there_is_told_within_the_limits_of_its_type(self):
        chance = random.Random(21)
        for _round in range(ROUNDS):
            value_type = chance.choice(sorted(VALUE_TYPES))
            field_type = chance.choice(sorted(VALUE_TYPES[value_type].takes))
            values = chance.choices([*ANY[field_type], None], k=chance.randrange(4))
            if field_type in ("boolean", "integer", "float", "monetary"):
                values = [value for value in values if value is not None]
            told = express(value_type, field_type, values)
            with self.subTest(value_type=value_type, values=values):
                if told is not None:
                    getattr(self, f"check_{value_type}")(told)
                self.assertIsInstance(as_cell(told), str)

    def check_text(self, told):
        self.assertTrue(told.strip() == told and 1 <= len(told) <= 1_000)
        self.assertNotIn(CLEAR, told)
        self.assertFalse([sign for sign in told if ord(sign) < 32])

    def check_number(self, told):
        self.assertIsInstance(told, int | float)
        self.assertLess(abs(told), MAX_NUMBER)
        self.assertEqual(told, round(told, 2))
        json.dumps(told, allow_nan=False)
        self.assertEqual(float(as_cell(told)), told)

    def check_date(self, told):
        self.assertEqual(date.fromisoformat(told).isoformat(), told)

    def check_datetime(self, told):
        self.assertIsInstance(told, datetime)

    def check_flag(self, told):
        self.assertIsInstance(told, bool)
        self.assertIn(as_cell(told), ("true", "false"))

    def check_enumeration(self, told):
        self.check_text(told)
        self.assertTrue(len(told) <= 250 and "|" not in told)

    def check_list(self, told):
        self.assertEqual(len(told), len(set(told)))
        for value in told:
            self.check_enumeration(value)
        self.assertEqual(as_cell(told).split("|"), told)

    def test_what_is_no_value_is_not_told(self):
        for value_type, field_type in (
            ("text", "char"),
            ("date", "date"),
            ("list", "char"),
            ("enumeration", "selection"),
        ):
            for nothing in ([], [False], [None], [""][: field_type == "char"]):
                self.assertIsNone(express(value_type, field_type, nothing))
        self.assertIs(express("flag", "boolean", [False]), False)
        self.assertEqual(express("number", "integer", [0]), 0)
