# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Name and e-mail of a person as Mindbox takes them."""

import re

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
    words = CONTROL.sub(" ", name or "").split()
    if not words:
        return {}
    if name_format == "full":
        return {"fullName": " ".join(words)[:MAX_NAME_PART]}
    keys = PARTS[name_format][min(len(words), 3) - 1]
    values = words[:2] + [" ".join(words[2:])] if len(words) > 2 else words
    if name_format == "first_last" and len(words) > 3:
        values = [words[0], " ".join(words[1:-1]), words[-1]]
    return {key: value[:MAX_NAME_PART] for key, value in zip(keys, values, strict=True)}


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
