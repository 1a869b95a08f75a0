# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from .steps import STEPS


class MindboxGuide(models.AbstractModel):
    """The steps of this database: ours, and those of the add-ons installed in it.

    Another add-on's step is an entry, at a place of its own::

        class MindboxGuide(models.AbstractModel):
            _inherit = "mindbox.guide"

            def _steps(self):
                return super()._steps() | {"reviews": Step(_lt("Reviews"), judge)}
    """

    _name = "mindbox.guide"
    _description = "Mindbox Set-Up"

    @api.model
    def _steps(self):
        """Return {code: :class:`~.steps.Step`} in their order; extend it."""
        return dict(STEPS)

    @api.model
    def _judge(self, endpoint):
        """Return the steps of an integration point, in the reader's language.

        :param endpoint: or an empty recordset, where there is none yet
        """
        # What is new has the defaults, and nothing of the world.
        endpoint = endpoint or endpoint.new({"user_id": False})
        return [
            {
                "code": code,
                "title": self.env._(step.title),
                "is_needed": step.is_needed,
                **self._say(step.judge(endpoint)),
            }
            for code, step in self._steps().items()
        ]

    def _say(self, standing):
        return {
            "state": standing.state,
            "text": self._translate(standing.text) % standing.values
            if standing.values
            else self._translate(standing.text),
            "button": standing.button and self._translate(standing.button),
            "method": standing.method,
        }

    def _translate(self, text):
        """Return words in the reader's language; a plain text is in it already."""
        return text if isinstance(text, str) else self.env._(text)
