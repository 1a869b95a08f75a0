# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The health check: looks at everything, and says what is found."""

import logging

from odoo import api, models

from .checks import ENDPOINT_CHECKS, SERVER_CHECKS
from .server_words import BROKEN, FINE, LEVELS, Found

_logger = logging.getLogger(__name__)


class MindboxDoctor(models.AbstractModel):
    """The checks of this database: ours, and those of the add-ons installed in it.

    Another add-on's check is an entry::

        class MindboxDoctor(models.AbstractModel):
            _inherit = "mindbox.doctor"

            def _endpoint_checks(self):
                reviews = Check(_lt("Reviews"), _lt("How"), find_reviews, WORDS)
                return super()._endpoint_checks() | {"reviews": reviews}
    """

    _name = "mindbox.doctor"
    _description = "Mindbox Health Check"

    @api.model
    def _server_checks(self):
        """Return {code: :class:`~.checks.Check`} of the server; extend it."""
        return dict(SERVER_CHECKS)

    @api.model
    def _endpoint_checks(self):
        """Return {code: :class:`~.checks.Check`} of an integration point; extend it."""
        return dict(ENDPOINT_CHECKS)

    @api.model
    def _examine(self, endpoints):
        """Look at the server and at integration points.

        :return: dict of ``level`` (the worst of all), ``server`` (lines) and ``points``
            [{id, name, level, lines}]; a line is a dict of ``check``, ``code``,
            ``title``, ``how``, ``level``, ``text`` and ``helps``, in the reader's words
        """
        server = self._run(self._server_checks(), self.env)
        points = []
        for endpoint in endpoints:
            lines = self._run(self._endpoint_checks(), endpoint)
            level = get_worst(lines)
            point = {"id": endpoint.id, "name": endpoint.name, "level": level}
            points.append(point | {"lines": lines})
        worst = get_worst([*server, *points])
        return {"level": worst, "server": server, "points": points}

    def _run(self, checks, subject):
        return [
            self._say(code, check, found)
            for code, check in checks.items()
            for found in self._find(check, subject)
        ]

    def _find(self, check, subject):
        """Return what a check finds; one that is well is told only if nothing is not.

        A check that fails says so, and keeps no other one from being made.
        """
        try:
            with self.env.cr.savepoint():
                found = list(check.find(subject))
        except Exception as error:
            # Whatever it is, a health check that breaks off helps nobody.
            _logger.warning("A health check has failed", exc_info=True)
            return [Found("broken", {"kind": type(error).__name__})]
        levels = [self._get_words(check, one.code).level for one in found]
        if not {"warning", "error"}.isdisjoint(levels):
            pairs = zip(found, levels, strict=True)
            return [one for one, level in pairs if level != "ok"]
        return found or [Found(_get_fine(check))]

    def _get_words(self, check, code):
        return BROKEN if code == "broken" else check.words.get(code, FINE)

    def _say(self, name, check, found):
        """Return the line of something found, in the reader's language."""
        words = self._get_words(check, found.code)
        translate = self.env._
        return {
            "check": name,
            "code": found.code,
            "title": translate(check.title),
            "how": translate(check.how),
            "level": words.level,
            "text": translate(words.text) % found.values,
            "helps": words.helps and translate(words.helps) % found.values,
        }


def get_worst(lines):
    """Return the worst level of some lines."""
    return max((line["level"] for line in lines), key=LEVELS.index, default="ok")


def _get_fine(check):
    """Return the code of what is said where nothing is found."""
    codes = [code for code, words in check.words.items() if words.level == "ok"]
    return codes[0] if len(codes) == 1 else "fine"
