# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mapped field that changes makes an event, by whatever path it changes."""

import logging
from collections import defaultdict

from odoo import models
from odoo.exceptions import MissingError

from ..capture.mindbox_source import SKIP_KEY

_logger = logging.getLogger(__name__)

# Records that one change of a related record makes events of, at most.
MAX_RELATED = 10_000


class Base(models.AbstractModel):
    """Each model of Odoo may hold a field that is told of a record linked to it."""

    _name = "base"
    _inherit = ["base"]

    def write(self, vals):
        names = self._mindbox_watched(vals)
        if not names:
            return super().write(vals)
        before = self._mindbox_remember(names)
        result = super().write(vals)
        self._mindbox_mark_differences(before)
        return result

    def _compute_field_value(self, field):
        """What is computed and stored never passes through write()."""
        names = field.store and self._mindbox_watched(
            one.name for one in self.pool.field_computed[field]
        )
        if not names:
            return super()._compute_field_value(field)
        before = self._mindbox_remember(names)
        result = super()._compute_field_value(field)
        self._mindbox_mark_differences(before)
        return result

    def _mindbox_watched(self, names):
        """Return those of some fields that are mapped by an integration point."""
        watched = self.env["mindbox.field.map"]._get_watched().get(self._name)
        if not watched or self.env.context.get(SKIP_KEY):
            return ()
        return watched.keys() & set(names)

    def _mindbox_remember(self, names):
        """Return {record: {field: value}}."""
        # Whoever writes a record may not read all of it.
        records = self.sudo().filtered("id")
        try:
            return {one: {name: one[name] for name in names} for one in records}
        except MissingError:
            return {}

    def _mindbox_mark_differences(self, before):
        """Mark the records that tell a field which has another value now."""
        watched = self.env["mindbox.field.map"]._get_watched()[self._name]
        ways = defaultdict(set)
        for record, values in before.items():
            for name, value in values.items():
                if record[name] != value:
                    for way in watched[name]:
                        ways[way].add(record.id)
        for (model, path), ids in ways.items():
            self.env[model].sudo()._mindbox_mark_linked(path, ids)

    def _mindbox_mark_linked(self, path, ids):
        """Mark records by what they are linked to, or themselves.

        :param str path: from the records to those that have changed; "" for themselves
        :param ids: of those
        """
        records = self.browse(ids)
        if path:
            linked = self.with_context(active_test=False)
            records = linked.search([(path, "in", list(ids))], limit=MAX_RELATED + 1)
        if len(records) > MAX_RELATED:
            # An import of the past tells them all, without stopping whoever changes it.
            _logger.warning("Too many %s have a mapped field changed", self._name)
            return
        records.with_env(self.env)._mindbox_mark_mapped()
