# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ..sources import SourceCase


class FieldMapCase(SourceCase):
    """A shop some of whose fields are mapped."""

    @classmethod
    def map(cls, path, name, value_type="text", model="res.partner", **vals):
        """Map a field as the administrator."""
        values = {"endpoint_id": cls.endpoint.id, "model": model, "path": path}
        values |= {"name": name, "value_type": value_type}
        return cls.env["mindbox.field.map"].create(values | vals)

    def told(self, record):
        """Return what Mindbox is told of the mapped fields of a record."""
        return self.endpoint._get_custom_fields(self.endpoint._with_sender(record))
