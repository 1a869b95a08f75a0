# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words for the values of a selection field."""


def get_labels(model, name):
    """Return {value: label} of a selection field, in the reader's language.

    :param model: any recordset of the model
    :param str name: of the field
    """
    return dict(model._fields[name]._description_selection(model.env))
