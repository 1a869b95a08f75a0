# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A configuration, read from an integration point and compared with another one."""

from typing import NamedTuple

from odoo import api, models
from odoo.tools import LazyTranslate

from .portable import get_portable, read_reference, say_field, say_value

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SETTINGS = _lt("Integration point")
# Each database has its own: of an integration point that is there they stay.
OWN = ("name", "url", "endpoint_code", "auth_scheme", "website_id")
# By these Mindbox knows records: other ones would make all of them anew there.
IDENTITY = (
    "customer_id_name",
    "order_id_name",
    "order_ref",
    "product_id_name",
    "product_ref",
    "category_id_name",
)
LEFT_OUT = frozenset({"active", "sequence"})
OPERATION_KEY, STATUS_KEY = ("event", "for_guests"), ("milestone",)
MAP_KEY = ("model", "name")


class Listing(NamedTuple):
    """A part that is a list of records.

    * ``field``: of the integration point
    * ``key``: the fields by which a record is the same in two databases
    * ``name``: the field that stands for the record
    """

    label: str
    field: str
    key: tuple
    name: str


class Change(NamedTuple):
    """What a file would do: ``add``, ``change``, ``remove``, or ``keep`` what is."""

    part: str
    kind: str
    label: str
    old: str = ""
    new: str = ""


LISTINGS = {
    "operations": Listing(_lt("Operations"), "operation_ids", OPERATION_KEY, "name"),
    "statuses": Listing(_lt("Statuses"), "status_ids", STATUS_KEY, "status"),
    "field_maps": Listing(_lt("Mapped fields"), "field_map_ids", MAP_KEY, "path"),
}


class MindboxConfiguration(models.AbstractModel):
    """The parts of a configuration: ours, and those of the add-ons installed here.

    Another add-on extends ``_read_all``, ``_find_misfits``, ``_tell_changes`` and
    ``_write_all`` by a part of its own; see :mod:`odoo.addons.mindbox_rfm`. They work
    for the company of the environment, with the rights of whoever asks.
    """

    _name = "mindbox.configuration"
    _description = "Mindbox Configuration"

    @api.model
    def _get_listings(self):
        """Return {part: :class:`Listing`}; extend it with ``super()``."""
        return dict(LISTINGS)

    @api.model
    def _get_setting_names(self):
        names = get_portable(self.env["mindbox.endpoint"])
        return [name for name in names if name not in LEFT_OUT]

    # === READ === #

    @api.model
    def _read_all(self, endpoint):
        """Return the configuration of an integration point, as JSON."""
        settings = self._read_record(endpoint, self._get_setting_names())
        return {"settings": settings} | {
            part: self._read_listing(endpoint, listing)
            for part, listing in self._get_listings().items()
        }

    def _read_listing(self, endpoint, listing):
        records = endpoint.with_context(active_test=False)[listing.field]
        names, rows = get_portable(records), {}
        # Of several for the same, the one that is at work.
        for record in records.sorted(lambda r: "active" in r and not r.active):
            row = self._read_record(record, names)
            rows.setdefault(get_key(listing, row), row)
        return [rows[key] for key in sorted(rows, key=str)]

    def _read_record(self, record, names):
        return {
            name: self._read_reference(record[name])
            if record._fields[name].type == "many2one"
            else record[name]
            for name in names
        }

    def _read_reference(self, record):
        """Return how a file names a record; extend it for models of an add-on."""
        return read_reference(record)

    # === COMPARE === #

    @api.model
    def _tell_changes(self, endpoint, new, with_removals):
        """Yield a :class:`Change` for each difference, in the reader's language.

        :param endpoint: or an empty recordset, for a new one
        :param dict new: a configuration that fits, see :meth:`_find_misfits`
        :param bool with_removals: what the file does not have goes
        """
        old = self._read_all(endpoint) if endpoint else {}
        yield from self._tell_settings(endpoint, old.get("settings"), new)
        for part, listing in self._get_listings().items():
            if part in new:
                rows = [index(listing, side.get(part, ())) for side in (old, new)]
                yield from self._tell_listing(listing, *rows, with_removals)

    def _tell_settings(self, endpoint, old, new):
        part = self.env._(SETTINGS)
        for name, value in new.get("settings", {}).items():
            words = say_value(endpoint, name, value)
            label = say_field(endpoint, name)
            if old is None:
                if value not in (False, ""):
                    yield Change(part, "add", label, new=words)
            elif not is_same(old[name], value):
                kind = "keep" if name in OWN else "change"
                before = say_value(endpoint, name, old[name])
                yield Change(part, kind, label, before, words)

    def _tell_listing(self, listing, old, new, with_removals):
        part, model = self.env._(listing.label), self._get_model(listing)
        for key, row in new.items():
            label = self._say_row(listing, row)
            if key not in old:
                yield Change(part, "add", label, new=str(row.get(listing.name) or ""))
                continue
            for name, value in row.items():
                if not is_same(old[key][name], value):
                    pair = [say_value(model, name, v) for v in (old[key][name], value)]
                    words = f"{label}, {say_field(model, name)}"
                    yield Change(part, "change", words, *pair)
        for key in old.keys() - new.keys():
            kind = "remove" if with_removals else "keep"
            row = old[key]
            name = str(row[listing.name])
            yield Change(part, kind, self._say_row(listing, row), name)

    def _get_model(self, listing):
        return self.env["mindbox.endpoint"][listing.field]

    def _say_row(self, listing, row):
        """Return what a record of a list is about: its event, for guests."""
        model = self._get_model(listing)
        words = [
            say_field(model, name) if value is True else say_value(model, name, value)
            for name, value in zip(listing.key, get_key(listing, row), strict=True)
            if value
        ]
        return ", ".join(words)


def get_key(listing, row):
    """Return by what a record of a list is the same in two databases."""
    return tuple(row.get(name) or False for name in listing.key)


def index(listing, rows):
    """Return {key: row} of a list."""
    return {get_key(listing, row): row for row in rows}


def is_same(one, other):
    """Whether two values of a field are the same: empty is empty."""
    return (one or False) == (other or False)
