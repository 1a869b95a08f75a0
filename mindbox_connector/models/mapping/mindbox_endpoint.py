# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from typing import NamedTuple

from odoo import models
from odoo.tools import ormcache

from ...labels import get_labels
from ..outbox.json_text import CLEAR
from .path import expand, read
from .values import as_cell, express

# What stands before the name of an additional field, as the name of a column.
COLUMNS = {
    "res.partner": "CustomField",
    "sale.order": "OrderCustomField",
    "sale.order.line": "OrderLineCustomField",
}


class FieldMap(NamedTuple):
    """A mapped field without the ORM."""

    name: str
    model: str
    path: str
    value_type: str
    when_empty: str


class MindboxFieldMap(models.Model):
    _name = "mindbox.field.map"
    _inherit = ["mindbox.field.map"]

    def _get_values(self):
        return FieldMap(
            self.name, self.model, self.path, self.value_type, self.when_empty
        )


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    @ormcache("self.id", "model")
    def _get_field_maps(self, model):
        """Return the mapped fields of a model, without those that are gone."""
        mine = [("endpoint_id", "=", self.id), ("model", "=", model)]
        maps = self.env["mindbox.field.map"].sudo().search(mine)
        return tuple(one._get_values() for one in maps if not one.problem)

    def _get_custom_fields(self, record):
        """Return {name: value} of the additional fields that a record fills.

        :param record: as the sender sees it
        """
        told = {}
        for field_map in self._get_field_maps(record._name):
            told |= self._tell_field(record, field_map)
        return told

    def _get_custom_part(self, record):
        """Return the same as the part of a body, {} where there is nothing to tell."""
        told = self._get_custom_fields(record)
        return {"customFields": told} if told else {}

    def _tell_field(self, record, field_map):
        """Return {name: value} of one mapped field, {} where nothing is told."""
        along = expand(record.env, field_map.model, field_map.path)
        values = read(record, along)
        last = along[-1]
        if last.type == "selection" and field_map.value_type in ("text", "list"):
            labels = get_labels(record.env[last.model_name], last.name)
            values = [labels.get(value, value) for value in values]
        told = express(field_map.value_type, last.type, values)
        if told is None:
            return {field_map.name: CLEAR} if field_map.when_empty == "clear" else {}
        if field_map.value_type == "datetime":
            told = self._format_moment(told)
        return {field_map.name: told}

    # === FILES === #

    def _get_custom_columns(self, model):
        """Return {column of a file: name} of the additional fields."""
        names = [field_map.name for field_map in self._get_field_maps(model)]
        return {COLUMNS[model] + name: name for name in names}

    def _read_custom_fields(self, records):
        """Return {ID: {name: value}} of many records, {} where nothing is mapped."""
        if not self._get_field_maps(records._name):
            return {}
        records = self._with_sender(records)
        return {record.id: self._get_custom_fields(record) for record in records}

    def _read_custom_cells(self, records):
        """Return {ID: cells of the columns} of many records, in the same way."""
        names = self._get_custom_columns(records._name).values()
        return {
            record_id: [as_cell(told.get(name)) for name in names]
            for record_id, told in self._read_custom_fields(records).items()
        }

    def _get_taken_names(self, model):
        """Return the additional fields that are filled without a map.

        Another add-on that fills some of a customer adds them.
        """
        if model == "sale.order":
            return {"isFavorite", "favoriteName", self.delivery_type_field}
        return set()
