# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MindboxSource(models.AbstractModel):
    """What the model of a kind may say of itself, by the methods its entry names."""

    _name = "mindbox.source"
    _inherit = ["mindbox.source"]

    def _mindbox_expected(self, endpoint):
        """Return the query of the records that Mindbox should know.

        :return: SQL of res_id, partner_id, date, amount, changed_at, created_at; and
            state, where the kind has one: NULL where it is not to be compared
        """
        raise NotImplementedError

    def _mindbox_send_again(self, endpoint, kind, missing):
        """Have Mindbox told what differs of these records, by the usual marks.

        :param Kind kind: the entry of the catalogue
        :param missing: those among them that Mindbox does not know at all
        """
        self._mindbox_mark(kind.first_event)
