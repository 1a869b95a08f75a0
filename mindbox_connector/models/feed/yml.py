# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The product feed as a file: YML elements, and gzip written in several sittings."""

import os
import re
import struct
import zlib

from lxml import etree

# The contract's limits, in characters, numbers and bytes; a product above them is not
# taken in.
MAX_OFFER_ID = 200
MAX_DESCRIPTION = 10_000
MAX_NAME = 1_000
MAX_PICTURES = 10
MAX_OFFERS = 5_000_000
MAX_SIZE = 1_500_000_000
# What joins several values of one parameter, and therefore may not be in a value.
JOINT = "|"
NOT_XML = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


# -- Text -----------------------------------------------------------------------


def clean(text):
    """Return a text on one line, without characters that XML cannot hold."""
    return " ".join(NOT_XML.sub(" ", text or "").split())


def cut(text, limit):
    """Return a text of at most ``limit`` characters, as Mindbox counts them.

    An emoji counts as two (UTF-16), and is never cut in half.
    """
    if 2 * len(text) <= limit:
        return text
    units = text.encode("utf-16-le")[: 2 * limit]
    return units.decode("utf-16-le", "ignore").rstrip()


def join(values):
    """Return the values of one parameter as one text."""
    return JOINT.join(clean(value).replace(JOINT, "/") for value in values)


# -- YML ------------------------------------------------------------------------


def frame(date, name, company, url, currency, categories):
    """Return what stands before and after the offers, as two byte strings.

    :param datetime date: when the feed was made, in UTC
    :param list categories: tuples of ID, ID of the parent or "", name
    """
    catalogue = etree.Element("yml_catalog", date=date.strftime("%Y-%m-%d %H:%M"))
    shop = etree.SubElement(catalogue, "shop")
    _add(shop, "name", clean(name))
    _add(shop, "company", clean(company))
    _add(shop, "url", url)
    currencies = etree.SubElement(shop, "currencies")
    etree.SubElement(currencies, "currency", id=currency, rate="1")
    tree = etree.SubElement(shop, "categories")
    for category_id, parent_id, title in categories:
        category = _add(tree, "category", cut(clean(title), MAX_NAME) or category_id)
        category.set("id", category_id)
        if parent_id:
            category.set("parentId", parent_id)
    etree.SubElement(shop, "offers").text = "\n"
    text = etree.tostring(catalogue, encoding="utf-8", xml_declaration=True)
    before, end, after = text.rpartition(b"</offers>")
    return before, end + after


def offer(values):
    """Return one offer as bytes.

    :param dict values: ref, name, available; where known group, url, price,
        old_price, currency, categories (IDs), pictures (addresses), vendor,
        vendor_code, description, params (tuples of name and value). The texts are
        clean.
    """
    element = etree.Element("offer", id=values["ref"])
    if values.get("group"):
        element.set("group_id", values["group"])
    element.set("available", "true" if values["available"] else "false")
    for tag, key in _LEAVES:
        if value := values.get(key):
            for text in value if isinstance(value, list) else (value,):
                _add(element, tag, text)
    for name, text in values.get("params", ()):
        _add(element, "param", text).set("name", name)
    return etree.tostring(element, encoding="utf-8") + b"\n"


_LEAVES = (
    ("name", "name"),
    ("url", "url"),
    ("price", "price"),
    ("oldprice", "old_price"),
    ("currencyId", "currency"),
    ("categoryId", "categories"),
    ("picture", "pictures"),
    ("vendor", "vendor"),
    ("vendorCode", "vendor_code"),
    ("description", "description"),
)


def _add(parent, tag, text):
    element = etree.SubElement(parent, tag)
    element.text = text
    return element


# -- Gzip -----------------------------------------------------------------------


class GzipPart:
    """A sitting in which a gzip file is written on, from where the last one ended.

    However many sittings there were, the file is one gzip member (RFC 1952): readers
    differ in whether they look for a second one. What a sitting that was killed has
    written is cut off by the next.

    :param int size: bytes of the file that are to stay
    :param int length: bytes that were written so far, before compression
    :param int crc: their checksum
    """

    HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

    def __init__(self, path, size=0, length=0, crc=0):
        self.size, self.length, self.crc = size, length, crc
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._file = open(path, "r+b" if size else "wb")  # noqa: SIM115
        self._file.truncate(size)
        self._file.seek(size)
        if not size:
            self._put(self.HEADER)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._file.close()

    def add(self, data):
        """Add bytes."""
        self.crc = zlib.crc32(data, self.crc)
        self.length += len(data)
        self._put(self._deflate.compress(data))

    def suspend(self):
        """Have all on the disk; another sitting may go on."""
        # The next sitting must not refer to what this one remembers.
        self._put(self._deflate.flush(zlib.Z_FULL_FLUSH))
        self._sync()

    def finish(self):
        """Have all on the disk; the file is whole."""
        self._put(self._deflate.flush(zlib.Z_FINISH))
        self._put(struct.pack("<LL", self.crc, self.length & 0xFFFFFFFF))
        self._sync()

    def _put(self, data):
        self.size += self._file.write(data)

    def _sync(self):
        self._file.flush()
        os.fsync(self._file.fileno())
