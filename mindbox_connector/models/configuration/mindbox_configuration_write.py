# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a configuration fits into this database, and how it is written there."""

from odoo import Command, api, models

from .mindbox_configuration import (
    IDENTITY,
    OWN,
    SETTINGS,
    get_key,
    index,
    is_same,
)
from .portable import find_problem, find_references, get_portable, say_field


class MindboxConfiguration(models.AbstractModel):
    _name = "mindbox.configuration"
    _inherit = ["mindbox.configuration"]

    # === DOES IT FIT? === #

    @api.model
    def _find_misfits(self, endpoint, new):
        """Yield what of a file cannot be taken over, in the reader's language.

        :param endpoint: or an empty recordset, for a new one
        :param dict new: what the file says
        """
        listings = self._get_listings()
        known = {"settings", *listings}
        for part in new.keys() - known - self._get_more_parts():
            yield self.env._(
                "The file has a part “%s” that is unknown here. Is an add-on missing?",
                part,
            )
        settings = new.get("settings", {})
        if not isinstance(settings, dict):
            yield self._say_damaged(self.env._(SETTINGS))
            return
        yield from self._find_row_misfits(
            self.env["mindbox.endpoint"],
            self._get_setting_names(),
            settings,
            self.env._(SETTINGS),
            new,
            self._get_written(endpoint, settings),
        )
        for part, listing in listings.items():
            yield from self._find_listing_misfits(listing, new.get(part, []), new)
        yield from self._find_moved(endpoint, settings)

    @api.model
    def _get_more_parts(self):
        """Return the parts that are no lists; extend it with ``super()``."""
        return set()

    def _say_damaged(self, part):
        return self.env._(
            "%s: this part of the file is damaged. Export it again, and change nothing "
            "in it by hand.",
            part,
        )

    def _find_listing_misfits(self, listing, rows, new):
        part, model = self.env._(listing.label), self._get_model(listing)
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            yield self._say_damaged(part)
            return
        names, misfits = get_portable(model), []
        for row in rows:
            misfits += self._find_row_misfits(model, names, row, part, new)
            lacks = [n for n in (*listing.key[:1], listing.name) if not row.get(n)]
            misfits += [self._say_damaged(part)] * bool(lacks and not misfits)
        yield from dict.fromkeys(misfits)
        if not misfits and len(index(listing, rows)) < len(rows):
            yield self.env._("%s: something stands there twice.", part)

    def _find_row_misfits(self, model, names, row, part, new, written=None):
        """Yield what is wrong with the values of one record.

        :param written: of these values what they name must be there, else of all
        """
        written = row if written is None else written
        for name, value in row.items():
            if name not in names:
                yield self.env._(
                    "%(part)s: there is no field “%(field)s” here. Is an add-on "
                    "missing, or is it of another version?",
                    part=part,
                    field=name,
                )
                continue
            what = f"{part}, {say_field(model, name)}"
            if problem := find_problem(model, name, value):
                words = self.env._(problem)
                yield words % {"what": what, "value": value}
            elif value and model._fields[name].type == "many2one" and name in written:
                comodel = self.env[model._fields[name].comodel_name]
                yield from self._find_reference_misfits(comodel, what, value, new)

    def _find_reference_misfits(self, comodel, what, value, new):
        """Yield whether what a file names is not there, or not clear.

        :param dict new: the file: what it brings along is there in time
        """
        found = self._find_references(comodel, value)
        words = {"what": what, "name": value}
        if not found:
            yield self.env._(
                "%(what)s: “%(name)s” is not found here, or is closed to you. Create "
                "it first, or rename what is meant.",
                **words,
            )
        elif len(found) > 1:
            yield self.env._(
                "%(what)s: several are called “%(name)s”. Rename all but one.", **words
            )

    def _find_references(self, comodel, text):
        """Return the records that a file may mean; extend it for an add-on's models."""
        return find_references(comodel, text)

    def _find_moved(self, endpoint, settings):
        """What is running must keep the names by which Mindbox knows its records."""
        if not endpoint or endpoint.state != "running":
            return
        now = self._read_record(endpoint, IDENTITY)
        for name in IDENTITY:
            if name in settings and not is_same(now[name], settings[name]):
                yield self.env._(
                    "“%s” would change, by which Mindbox knows what it was told. Pause "
                    "the integration point first if that is what you want.",
                    say_field(endpoint, name),
                )

    # === WRITE === #

    @api.model
    def _write_all(self, endpoint, new, with_removals):
        """Make an integration point what a file says, or a new one.

        :param endpoint: or an empty recordset, for a new one
        :param dict new: a configuration that fits, see :meth:`_find_misfits`
        :param bool with_removals: what the file does not have goes
        :return: the integration point
        """
        settings = self._get_written(endpoint, new.get("settings", {}))
        values = self._get_values(self.env["mindbox.endpoint"], settings)
        for part, listing in self._get_listings().items():
            if part in new:
                args = endpoint, listing, new[part], with_removals
                values[listing.field] = self._get_commands(*args)
        if not endpoint:
            return endpoint.create(values | {"company_id": self.env.company.id})
        endpoint.write(values)
        return endpoint

    def _get_written(self, endpoint, settings):
        """Return the settings that change an integration point: all of a new one's.

        Those that stay need not be found here, and may be closed to the user.
        """
        now = endpoint and self._read_record(endpoint, self._get_setting_names())
        return {
            name: value
            for name, value in settings.items()
            if not now
            or name not in now
            or not (name in OWN or is_same(now[name], value))
        }

    def _get_values(self, model, row):
        """Return what is written for a record of a file."""
        values = dict(row)
        for name, value in row.items():
            field = model._fields[name]
            if field.type == "many2one" and value:
                found = self._find_references(self.env[field.comodel_name], value)
                values[name] = found.id
        return values

    def _get_commands(self, endpoint, listing, rows, with_removals):
        """Return the commands that make a list what it is in a file."""
        model = self._get_model(listing)
        names, known = get_portable(model), {}
        records = endpoint.with_context(active_test=False)[listing.field]
        for record in records.sorted(lambda r: "active" in r and not r.active):
            known.setdefault(get_key(listing, self._read_record(record, names)), record)
        commands = []
        for key, row in index(listing, rows).items():
            values, record = self._get_values(model, row), known.pop(key, None)
            commands.append(
                Command.update(record.id, values) if record else Command.create(values)
            )
        gone = known.values() if with_removals else ()
        return [Command.delete(record.id) for record in gone] + commands
