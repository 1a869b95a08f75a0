# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The format of the file, whatever the texts of a shop are."""

import gzip
import os
import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.tests import BaseCase

from ...models.feed import yml
from .common import SCHEMA


class TestYml(BaseCase):
    """Whatever a product is called, the file can be read."""

    texts = st.text(max_size=60)

    @settings(max_examples=200, deadline=None)
    @given(texts, texts, st.lists(texts, max_size=3), st.booleans())
    def test_any_text_makes_a_valid_offer(self, name, description, values, available):
        before, after = yml.frame(
            datetime(2026, 1, 2), "Shop", "Company", "https://shop.invalid", "RUB", []
        )
        params = [("Colour", text)] if (text := yml.join(values)) else []
        offer = yml.offer(
            {
                "ref": "1",
                "available": available,
                "name": yml.cut(yml.clean(name), yml.MAX_NAME) or "1",
                "price": "1.00",
                "currency": "RUB",
                "description": yml.clean(description) or None,
                "params": params,
            }
        )
        root = etree.fromstring(before + offer + after)
        SCHEMA.assertValid(root)
        told = root.findtext(".//offer/name")
        self.assertEqual(told, yml.clean(name) or "1")

    def test_a_text_is_cut_as_mindbox_counts_never_within_a_character(self):
        self.assertEqual(yml.cut("a🪑b", 2), "a")
        self.assertEqual(yml.cut("🪑" * 10, 7), "🪑" * 3)
        self.assertEqual(yml.cut("short", 10), "short")

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.binary(min_size=1, max_size=500), min_size=1, max_size=5))
    def test_a_file_written_in_sittings_that_are_killed_is_whole(self, parts):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "feed"
            size = length = crc = 0
            for number, data in enumerate(parts):
                with yml.GzipPart(path, size, length, crc) as part:
                    part.add(data)
                    last = number == len(parts) - 1
                    part.finish() if last else part.suspend()
                size, length, crc = part.size, part.length, part.crc
                if not last:
                    # A sitting that was killed after it had written something.
                    with path.open("ab") as stream:
                        stream.write(os.urandom(10))
            self.assertEqual(gzip.decompress(path.read_bytes()), b"".join(parts))
