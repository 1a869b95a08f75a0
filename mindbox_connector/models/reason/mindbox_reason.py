# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from functools import partial
from types import MappingProxyType

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ...labels import get_labels
from ...reasons import ACTORS, REASONS, Entry

GAP = "…"
# What is shown of a code whose add-on has gone: the code itself.
UNKNOWN = Entry("", "nobody", "")


class MindboxReason(models.AbstractModel):
    """The reasons of this database: ours, and those of the add-ons installed in it.

    Another add-on's reason is an entry, and whatever raises it::

        class MindboxReason(models.AbstractModel):
            _inherit = "mindbox.reason"

            def _reasons(self):
                spam = Entry(_lt("Spam: %(words)s."), *NOTHING)
                return super()._reasons() | {"review_spam": spam}


        raise MindboxSkipped("review_spam", words="casino")
    """

    _name = "mindbox.reason"
    _description = "Catalogue of Mindbox Reasons"

    @api.model
    def _reasons(self):
        """Return {code: :class:`~..reasons.Entry`}; extend it with ``super()``."""
        return dict(REASONS)

    @api.model
    @ormcache()
    def _get_reasons(self):
        """Return the same, read-only and cached until settings change."""
        return MappingProxyType(self._reasons())

    @api.model
    def _get_selection(self):
        """Return [(code, label)] of all reasons, in the reader's language."""
        return [
            (code, self._label(entry)) for code, entry in self._get_reasons().items()
        ]

    def _label(self, entry):
        """Return a heading: the sentence with gaps, where there is no shorter one."""
        return self._translate(entry.label or entry.meaning) % _Details()

    @api.model
    def _get_actor_selection(self):
        """Return [(code, label)] of who can be asked to act."""
        return [(code, self.env._(label)) for code, label in ACTORS.items()]

    @api.model
    def _say(self, code, details=None):
        """Return a reason in words, in the reader's language; "" where there is none.

        :param str code: a key of the catalogue
        :param dict details: what the sentence names; one of them may be a reason
            itself, as a pair of code and details
        """
        entry = self._get_reasons().get(code, UNKNOWN)
        if not entry.meaning:
            return code or ""
        shown = {
            name: self._say_detail(value, entry.choices.get(name))
            for name, value in (details or {}).items()
        }
        return self._translate(entry.meaning) % _Details(shown)

    def _say_detail(self, value, choice):
        if isinstance(value, list | tuple):
            return self._say(*value)
        if choice:
            model, name = choice
            return get_labels(self.env[model], name).get(value, value)
        return value

    @api.model
    def _advise(self, code):
        """Return what to do about a reason, in the reader's language."""
        return self._translate(self._get_reasons().get(code, UNKNOWN).advice)

    @api.model
    def _get_actor(self, code):
        """Return who must act about a reason, False where there is none."""
        return bool(code) and self._get_reasons().get(code, UNKNOWN).actor

    def _translate(self, text):
        """Return words in the reader's language; a plain text needs no translation."""
        return text if isinstance(text, str) else self.env._(text)

    @api.model
    def _get_codes(self, actors):
        """Return the codes about which one of some actors must act."""
        reasons = self._get_reasons().items()
        return [code for code, entry in reasons if entry.actor in actors]

    # === SEARCH BY WORDS === #

    @api.model
    def _search_words(self, prefix, operator, value):
        """Return the domain of records whose reason contains a text, or that have one.

        Looked for is in the sentences, in the reader's language, and in the details.

        :param str prefix: of the columns of the reason
        """
        if operator == "in" and not any(value):
            return Domain(f"{prefix}reason_code", "=", False)
        if operator not in ("ilike", "like"):
            return NotImplemented
        fold = str.casefold if operator == "ilike" else str
        codes = [c for c, label in self._get_selection() if fold(value) in fold(label)]
        details = Domain.custom(
            to_sql=partial(_get_details_sql, prefix, operator, value)
        )
        return Domain(f"{prefix}reason_code", "in", codes) | details


def _get_details_sql(prefix, operator, value, model, alias, query):
    """Return the condition that a detail contains a text."""
    return SQL(
        """
        EXISTS (SELECT FROM jsonb_each_text(%(details)s) AS detail
                 WHERE detail.value %(operator)s %(pattern)s)
        """,
        details=model._field_to_sql(alias, f"{prefix}reason_details", query),
        operator=SQL("ILIKE" if operator == "ilike" else "LIKE"),
        pattern=f"%{value}%",
    )


class _Details(dict):
    """The details of a sentence; a gap for each that is not known."""

    def __missing__(self, _name):
        return GAP
