"""A file as it is posted: its parameters, code page and header."""

import csv
import io
import re

from ..contract.errors import ProtocolError
from .columns import ALSO_NEEDED, CUSTOMER_KEYS, FORMATS, MAY_BE_EMPTY, UNLISTED

BULK_QUERY = {
    "csvCodePage",
    "csvColumnDelimiter",
    "csvTextQualifier",
    "externalSystem",
    "brand",
    "segment",
    "SourceActionTemplate",
    "editActionTemplate",
    "editActionDateTime",
    "issueEditActionWithCurrentDateTime",
    "actionTemplate",
    "pointOfContact",
    "personalProductListSystemName",
    "productAddedActionTemplateSystemName",
    "productRemovedActionTemplateSystemName",
    "newCardCreationAllowed",
    "folderSystemName",
}
CODE_PAGES = {"65001": "utf-8", "1251": "windows-1251"}
LARGEST = 200 * 1024 * 1024
csv.field_size_limit(16 * 1024 * 1024)


class FileError(ProtocolError):
    """What is wrong with the file itself, not with the call."""


class Column:
    __slots__ = ("name", "check", "parts", "required")

    def __init__(self, name, check, parts, required):
        self.name, self.check, self.parts, self.required = name, check, parts, required


def column(name, shape, needs):
    for pattern, check in shape.items():
        found = re.fullmatch(pattern, name)
        if found:
            alone = [
                need for need in needs if len(need) == 1 and name.startswith(need[0])
            ]
            required = bool(alone) and not name.startswith(MAY_BE_EMPTY)
            return Column(name, check, found.groupdict(), required)
    raise FileError(f"Unknown column '{name}'")


def format_of(operation, strict):
    """The columns a file may have, and those it must have."""
    shape, needs = FORMATS[operation]
    if strict.columns == "listed":
        shape = {name: check for name, check in shape.items() if name not in UNLISTED}
    if strict.rows == "documented":
        needs += ALSO_NEEDED.get(operation, ())
    return shape, needs


def header(names, operation, strict):
    shape, needs = format_of(operation, strict)
    if len(set(names)) < len(names):
        raise FileError("A column is there twice")
    for need in needs:
        if not any(name.startswith(need) for name in names):
            raise FileError(f"The file needs a column {' or '.join(need)}")
    columns = [column(name, shape, needs) for name in names]
    keys = [
        c.name for c in columns if any(re.fullmatch(p, c.name) for p in CUSTOMER_KEYS)
    ]
    if operation == "DirectCrm.StaticCustomerSegments.Import" and len(keys) != 1:
        raise FileError("The file needs exactly one column that names the customer")
    return columns


def single_sign(query, name):
    sign = query.get(name, "")
    if len(sign) != 1 or sign in "\r\n":
        raise ProtocolError(f"{name} must be one character")
    return sign


class File:
    """The bytes of a file, and how the call says they are to be read."""

    def __init__(self, query, raw):
        self.page = CODE_PAGES.get(query.get("csvCodePage"))
        if self.page is None:
            raise ProtocolError("csvCodePage must be 65001 or 1251")
        if len(raw) > LARGEST:
            raise ProtocolError("The file is larger than 200 MB", 413)
        self.delimiter = single_sign(query, "csvColumnDelimiter")
        self.quote = single_sign(query, "csvTextQualifier")
        self.raw, self.names = raw, ()

    def read_header(self, operation, strict):
        """The columns of the file, which is read from here on."""
        try:
            self.content, self.raw = self.raw.decode(self.page), None
        except UnicodeDecodeError:
            raise FileError("The file is not in its code page") from None
        if self.content.startswith("\ufeff") or "\0" in self.content:
            raise FileError("The file has a byte order mark or a zero character")
        try:
            self.names = next(self.all_rows(), ())
        except csv.Error as error:
            raise FileError(f"The header cannot be read: {error}") from None
        if not self.names:
            raise FileError("The file is empty")
        return header(self.names, operation, strict)

    def all_rows(self):
        return csv.reader(
            io.StringIO(self.content, newline=""),
            strict=True,
            doublequote=True,
            delimiter=self.delimiter,
            quotechar=self.quote,
        )

    def rows(self):
        rows = self.all_rows()
        next(rows)
        return rows
