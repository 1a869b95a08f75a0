# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from types import MappingProxyType

from odoo import api, models
from odoo.tools import ormcache

from ...catalogue import EVENTS, KINDS

# The system parameter with the codes of events whose operations were made already.
KNOWN_EVENTS = "mindbox_connector.known_events"


class MindboxCatalogue(models.AbstractModel):
    """The events of this database: ours, and those of the add-ons installed in it.

    Another add-on's event is an entry and a body, both in one file of it::

        class MindboxCatalogue(models.AbstractModel):
            _inherit = "mindbox.catalogue"

            def _events(self):
                review = Event("Review written", "rating.rating", "Website.WriteReview")
                return super()._events() | {"review_write": review}


        class RatingRating(models.Model):
            _name = "rating.rating"
            _inherit = ["rating.rating", "mindbox.source"]

            def _mindbox_review_write_body(self, endpoint):
                return {...}
    """

    _name = "mindbox.catalogue"
    _description = "Catalogue of Mindbox Events"

    @api.model
    def _events(self):
        """Return {code: :class:`~..catalogue.Event`}; extend it with ``super()``.

        One transaction's rows are made in the order of the entries.
        """
        return dict(EVENTS)

    @api.model
    @ormcache()
    def _get_events(self):
        """Return the same, read-only and cached until settings change."""
        return MappingProxyType(self._events())

    @api.model
    @ormcache()
    def _get_ranks(self):
        """Return {code: place in the catalogue}."""
        return {code: rank for rank, code in enumerate(self._events())}

    @api.model
    @ormcache()
    def _get_makers(self):
        """Return {code: codes of the events that make what it needs}."""
        events = self._events()
        return {
            code: frozenset(
                maker for maker, made in events.items() if made.makes in event.needs
            )
            for code, event in events.items()
            if event.needs
        }

    @api.model
    def _get_all_makers(self):
        """Return the codes of all events that make what others need."""
        return frozenset().union(*self._get_makers().values())

    @api.model
    def _kinds(self):
        """Return {code: :class:`~..catalogue.Kind`}; extend it with ``super()``.

        What Mindbox should know of it, and how it is sent again, its model says by
        ``_mindbox_expected`` and ``_mindbox_send_again``, or by what the entry names.
        """
        return dict(KINDS)

    @api.model
    @ormcache()
    def _get_kinds(self):
        """Return the same, read-only and cached until settings change."""
        return MappingProxyType(self._kinds())

    @api.model
    @ormcache()
    def _get_kind_events(self):
        """Return {kind: codes of the events that tell Mindbox how such a record is}."""
        told = {kind: [] for kind in self._get_kinds()}
        for code, event in self._get_events().items():
            if event.kind:
                told[event.kind].append(code)
        return MappingProxyType({kind: tuple(codes) for kind, codes in told.items()})

    @api.model
    def _get_kind_selection(self):
        """Return [(code, label)] of the kinds, in the reader's language."""
        return self._label(self._get_kinds())

    @api.model
    def _get_selection(self):
        """Return [(code, label)] of all events, in the reader's language."""
        return self._label(self._get_events())

    @api.model
    def _get_operable_selection(self):
        """Return the same of those that an operation can be chosen for."""
        events = self._get_events()
        return self._label({c: e for c, e in events.items() if e.operation})

    def _label(self, entries):
        """Return pairs of code and label; a plain text needs no translation."""
        labels = {code: entry.label for code, entry in entries.items()}
        return [
            (code, label if isinstance(label, str) else self.env._(label))
            for code, label in labels.items()
        ]

    # === ADD-ONS COME AND GO === #

    def _register_hook(self):
        """Give integration points the operations of events that came with an update."""
        super()._register_hook()
        if self.env.registry.updated_modules:
            self._add_operations()

    @api.model
    def _add_operations(self):
        """Make the operations of events that no integration point has seen before.

        One that was deleted by hand is not made again.
        """
        known = self._get_known_events()
        new = self._get_events().keys() - known
        if new:
            everywhere = [("active", "in", (True, False))]
            endpoints = self.env["mindbox.endpoint"].sudo().search(everywhere)
            endpoints._add_operations(new)
            self._set_known_events(known | new)

    @api.model
    def _get_known_events(self):
        """Return the codes for which the operations have been made already."""
        parameters = self.env["ir.config_parameter"].sudo()
        return set((parameters.get_param(KNOWN_EVENTS) or "").split())

    @api.model
    def _set_known_events(self, codes):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(KNOWN_EVENTS, " ".join(sorted(codes)))

    @api.model
    def _get_events_of(self, modules):
        """Return the codes of the events that some add-ons have brought along.

        :param modules: technical names of add-ons
        """
        owner = {}
        for cls in reversed(type(self).mro()):
            if "_events" in vars(cls):
                for code in cls._events(self):
                    owner.setdefault(code, cls._module)
        return [code for code, module in owner.items() if module in modules]

    @api.model
    def _forget_events(self, codes):
        """Remove what there is of events whose add-on leaves: here the operations."""
        operations = self.env["mindbox.operation"].sudo()
        domain = [("event", "in", codes)]
        operations.with_context(active_test=False).search(domain).unlink()
        self._set_known_events(self._get_known_events().difference(codes))


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def module_uninstall(self):
        """An add-on that leaves takes its events along."""
        modules = self.mapped("name")
        if "mindbox_connector" not in modules:
            catalogue = self.env["mindbox.catalogue"]
            catalogue._forget_events(catalogue._get_events_of(modules))
        return super().module_uninstall()
