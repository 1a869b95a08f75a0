# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Name and e-mail of a person as Mindbox takes them."""

import re

from ...reasons import Reason
from ..outbox.json_text import quote

# Letters of the alphabets a project may take, as parts of a regular expression.
ALPHABETS = {
    "russian": "А-Яа-яЁё",
    "russian_latin": "А-Яа-яЁёA-Za-zÀ-ÖØ-öø-ɏ",
}
# What names hold besides letters.
BETWEEN_LETTERS = " '-"
# Characters that Mindbox takes of a name, and of an address.
MAX_NAME_PART = 100
MAX_EMAIL = 254
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
PARTS = {
    "first_last": (
        ("firstName",),
        ("firstName", "lastName"),
        ("firstName", "middleName", "lastName"),
    ),
    "last_first": (
        ("firstName",),
        ("lastName", "firstName"),
        ("lastName", "firstName", "middleName"),
    ),
}


def split_name(name, name_format):
    """Return the name fields of a customer.

    :param str name: as written in Odoo
    :param str name_format: ``first_last``, ``last_first`` or ``full``
    :return: dict of Mindbox fields, each at most 100 characters; {} for no name
    """
    parts = _divide_name(name, name_format)
    return {key: value[:MAX_NAME_PART] for key, value in parts.items()}


def _divide_name(name, name_format):
    words = quote(CONTROL.sub(" ", name or "")).split()
    if not words:
        return {}
    if name_format == "full":
        return {"fullName": " ".join(words)}
    keys = PARTS[name_format][min(len(words), 3) - 1]
    values = words[:2] + [" ".join(words[2:])] if len(words) > 2 else words
    if name_format == "first_last" and len(words) > 3:
        values = [words[0], " ".join(words[1:-1]), words[-1]]
    return dict(zip(keys, values, strict=True))


def find_name_problem(name, name_format, alphabet):
    """Return what of a name gets lost on the way, as a :class:`Reason`, or None.

    Mindbox empties a field with a letter that is not of the project's alphabet, and
    says so in its operation log only. It is told to whoever looks at the customer or
    prepares an import, and never withheld: Mindbox decides, and a shop whose customers
    all have Latin names must not find each of them among the refused.

    :param str alphabet: a key of :data:`ALPHABETS`, or ``any``
    """
    parts = _divide_name(name, name_format)
    if any(len(part) > MAX_NAME_PART for part in parts.values()):
        return Reason("name_too_long")
    if strange := find_strange_letters(" ".join(parts.values()), alphabet):
        return Reason("name_letters", {"letters": " ".join(strange)})
    return None


def find_strange_letters(text, alphabet):
    """Return the characters of a name that the alphabet does not have, sorted."""
    letters = ALPHABETS.get(alphabet)
    if not letters:
        return []
    return sorted(set(re.sub(f"[{letters}{BETWEEN_LETTERS}]", "", text)))


def personal_data(name, is_company, birthday, sex, tz, name_format):
    """Return what is known of a person, as Mindbox's fields.

    Names, birth date and sex are one bundle in Mindbox: if one of them changes and the
    others are missing, they are wiped. So they always go together.

    :param str name: as written in Odoo
    :param birthday: date or nothing
    :param str name_format: how the integration point writes names
    """
    known = split_name(name, "full" if is_company else name_format)
    if birthday:
        known["birthDate"] = birthday.isoformat()
    if sex:
        known["sex"] = sex
    if tz:
        known["timeZone"] = tz
    return known


def usable_email(email):
    """Return a normalised address where Mindbox can take it, else ""."""
    return email if email and len(email) <= MAX_EMAIL else ""
