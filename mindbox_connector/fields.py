# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import fields
from odoo.exceptions import ValidationError

SYSTEM_NAME = re.compile(r"[A-Za-z0-9_.\-]+")


class SystemName(fields.Char):
    """The system name of something in a Mindbox project.

    Whatever else is written to it is refused at once, by whatever way it comes.

    :raise ValidationError: when it is written and Mindbox cannot have such a name
    """

    def write(self, records, value):
        """Check what is changed."""
        self._check(records.env, value)
        return super().write(records, value)

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        """Check what is created."""
        if validate:
            self._check(record.env, value)
        return super().convert_to_column_insert(value, record, values, validate)

    def _check(self, env, value):
        if value and not SYSTEM_NAME.fullmatch(value):
            raise ValidationError(
                env._(
                    "%(field)s: “%(value)s” cannot be a system name in Mindbox: Latin "
                    "letters, digits, dots, hyphens and underscores only.",
                    field=self._description_string(env),
                    value=value,
                )
            )
