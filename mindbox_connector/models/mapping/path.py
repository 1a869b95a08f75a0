# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A path from a record to a field, as people choose it."""

import re

# What no field may be called whose value leaves the house.
SECRET = re.compile(
    r"(^|_)(pass|passwd|password|pwd|secret|token|totp|otp|api_?key|private_key|"
    r"credential|signup|oauth|signature|hash)(_|$|s$)"
)
# Relations that are followed.
FOLLOWED = ("many2one", "many2many")


def expand(env, model, path):
    """Return the fields along a path, [] where it leads nowhere.

    A field that only shows another one stands for that one, a record for its name.

    :param str model: name of the model where the path begins
    """
    fields, names = [], (path or "").split(".")
    while names:
        field = env[model]._fields.get(names.pop(0)) if model in env else None
        if field is None:
            return []
        if field.related and not field.store:
            names = field.related.split(".") + names
            continue
        fields.append(field)
        if field.relational:
            model = field.comodel_name
            names = names or [env[model]._rec_name or "display_name"]
        elif names:
            return []
    return fields


def find_closed(env, fields):
    """Return the first of these fields that the user may not read, None for none."""
    for field in fields:
        records = env[field.model_name]
        may_read = records.has_access("read")
        if not (may_read and records._has_field_access(field, "read")):
            return field
    return None


def find_secret(fields):
    """Return the first of these fields that is a secret by its name, None for none."""
    return next((field for field in fields if SECRET.search(field.name)), None)


def read(record, fields):
    """Return the values at the end of a path: one, or one for each related record."""
    *hops, last = fields
    for hop in hops:
        record = record[hop.name]
    return [one[last.name] for one in record]
