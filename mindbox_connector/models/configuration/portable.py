# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What of a record can go into a file, and whether what is in a file can be taken."""

from odoo.models import MAGIC_COLUMNS
from odoo.tools import LazyTranslate

from ...labels import get_labels

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

TYPES = {
    "boolean": bool,
    "char": str,
    "text": str,
    "integer": int,
    "float": (int, float),
    "selection": str,
    "many2one": str,
}
# What the database or the parent record says of itself.
OF_THE_PLACE = frozenset({*MAGIC_COLUMNS, "company_id", "endpoint_id", "user_id"})
# Values of integer fields, at most: as many bits as PostgreSQL has for them.
MAX_INTEGER = 2**31 - 1


def get_portable(model):
    """Return the names of the fields that a file has: what somebody can set, no secret.

    A field that only some groups see is taken for a secret.
    """
    return sorted(
        name
        for name, field in model._fields.items()
        if field.type in TYPES
        and field.store
        and field.copy
        and not (field.readonly or field.related or field.groups)
        and name not in OF_THE_PLACE
    )


def find_problem(model, name, value):
    """Return what is wrong with a value, as a term with {what} and {value}, or None.

    Whether a record that it names is there is not looked at.
    """
    field = model._fields[name]
    if value is False or value == "":
        needed = field.required and field.type != "boolean"
        return _lt("%(what)s: it may not be empty") if needed else None
    if not is_of_type(field, value):
        return _lt("%(what)s: “%(value)s” is nothing that can stand there")
    if field.type == "selection" and value not in get_labels(model, name):
        return _lt("%(what)s: there is no “%(value)s” here")
    return None


def is_of_type(field, value):
    """Whether a value of a file is one of a field's type."""
    if isinstance(value, bool) and field.type != "boolean":
        return False
    if field.type == "integer" and isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    return isinstance(value, TYPES[field.type])


def say_value(model, name, value):
    """Return a value in the reader's words."""
    field, env = model._fields[name], model.env
    if field.type == "boolean":
        return env._("yes") if value else env._("no")
    if field.type == "selection" and value:
        return get_labels(model, name).get(value, value)
    if field.type == "many2one" and value:
        found = find_references(env[field.comodel_name], value)
        return found.display_name if len(found) == 1 else value
    return "–" if value is None or value is False or value == "" else str(value)


def say_field(model, name):
    """Return the label of a field."""
    return model._fields[name]._description_string(model.env)


def read_reference(record):
    """Return how a file names a record: by its XML ID, else by its name."""
    if not record:
        return False
    xml_ids = record._get_external_ids()[record.id]
    # What an export has made up is of this database only.
    lasting = [one for one in xml_ids if not one.startswith("__")]
    # As every form shows the name of what a record leads to, whoever reads it.
    return min(lasting) if lasting else record.sudo().display_name


def find_references(model, text):
    """Return the records that a file may mean: one, if all is well.

    Rules and companies of the user decide what is found.
    """
    model = model.with_context(active_test=False)
    if not model.has_access("read"):
        return model
    found = model.env.ref(text, raise_if_not_found=False) if "." in text else None
    if found is not None and found._name == model._name:
        return model.search([("id", "=", found.id)])
    domain = [(model._rec_name or "name", "=", text)]
    if "company_id" in model._fields:
        domain.append(("company_id", "in", [False, model.env.company.id]))
    return model.search(domain, limit=2)
