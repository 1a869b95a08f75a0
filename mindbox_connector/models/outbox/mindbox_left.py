# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which bodies may have left: each of those is the one of its key, for ever.

It is written down before the first byte leaves. No attempt tells it: that is written
down afterwards, and not at all by a delivery that was killed in between.
"""

from odoo import fields, models
from odoo.tools import SQL


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    may_have_left = fields.Boolean(
        readonly=True,
        help="Mindbox may know this body by its transaction ID, whether it has "
        "answered or not: the body never changes any more.",
    )


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _let_leave(self, ids):
        """Write down that these bodies may leave from now on."""
        if ids:
            self.env["mindbox.request"]._execute(
                SQL(
                    """
                    UPDATE mindbox_request SET may_have_left = TRUE
                     WHERE id = ANY(%s) RETURNING id
                    """,
                    list(ids),
                )
            )

    def _give_back(self, ids):
        """Take back that bodies may leave; a newer state can take the place of one.

        :param ids: of rows that this run was the first to let leave, and has not sent
        """
        if ids:
            self.env["mindbox.request"]._execute(
                SQL(
                    """
                    UPDATE mindbox_request
                       SET may_have_left = FALSE,
                           payload = CASE WHEN merge_key IS NULL THEN payload END
                     WHERE id = ANY(%s) AND may_have_left RETURNING id
                    """,
                    list(ids),
                )
            )
