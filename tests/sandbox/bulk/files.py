"""A file as it is posted: its parameters, code page and header."""

import csv
import io
import re

from ..contract.errors import ProtocolError
from .columns import CUSTOMER_KEYS, FORMATS, MAY_BE_EMPTY

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
    raise ProtocolError(f"Unknown column '{name}'")


def header(names, operation):
    shape, needs = FORMATS[operation]
    if len(set(names)) < len(names):
        raise ProtocolError("A column is there twice")
    for need in needs:
        if not any(name.startswith(need) for name in names):
            raise ProtocolError(f"The file needs a column {' or '.join(need)}")
    columns = [column(name, shape, needs) for name in names]
    keys = [
        c.name for c in columns if any(re.fullmatch(p, c.name) for p in CUSTOMER_KEYS)
    ]
    if operation == "DirectCrm.StaticCustomerSegments.Import" and len(keys) != 1:
        raise ProtocolError("The file needs exactly one column that names the customer")
    return columns


def single_sign(query, name):
    sign = query.get(name, "")
    if len(sign) != 1 or sign in "\r\n":
        raise ProtocolError(f"{name} must be one character")
    return sign


def reader(query, raw):
    """A strict CSV reader over a file, by the parameters of the call."""
    page = CODE_PAGES.get(query.get("csvCodePage"))
    if page is None:
        raise ProtocolError("csvCodePage must be 65001 or 1251")
    if len(raw) > LARGEST:
        raise ProtocolError("The file is larger than 200 MB", 413)
    try:
        content = raw.decode(page)
    except UnicodeDecodeError:
        raise ProtocolError("The file is not in its code page") from None
    if content.startswith("\ufeff") or "\0" in content:
        raise ProtocolError("The file has a byte order mark or a zero character")
    return csv.reader(
        io.StringIO(content, newline=""),
        strict=True,
        doublequote=True,
        delimiter=single_sign(query, "csvColumnDelimiter"),
        quotechar=single_sign(query, "csvTextQualifier"),
    )
