# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.exceptions import UserError

OWNERS = frozenset(
    "company_id website_id endpoint_id feed_id scheme_id rule_id".split()
)


class MindboxOwned(models.AbstractModel):
    """Mixin of what belongs to a company, a website or a record of theirs.

    Odoo judges by its record rules before a write. Who may write a record could hand it
    over to a company that is closed to that user, whose customers would then leave by
    the key of the writer's own: the new owner is judged, too.
    """

    _name = "mindbox.owned"
    _description = "Record of One Company"
    _inherit = "mindbox.guarded"

    def write(self, vals):
        """Write, and judge the new owner by the same rules as the old one.

        :raise AccessError: the new owner is closed to the user
        :raise UserError: the record is at work for its owner
        """
        if self.env.su or OWNERS.isdisjoint(vals):
            return super().write(vals)
        owners = self._get_owners()
        result = super().write(vals)
        moved = self.filtered(lambda r: r._get_owners()[r.id] != owners[r.id])
        moved.check_access("write")
        if at_work := moved.filtered(lambda record: record._is_at_work()):
            raise UserError(
                self.env._(
                    "“%s” is at work for its owner. Stop it before it goes to another "
                    "company or website.",
                    at_work[0].sudo().display_name,
                )
            )
        return result

    def _get_owners(self):
        """Return {ID: the owners' IDs}, as far as the model has such fields."""
        names = sorted(OWNERS & self._fields.keys())
        return {r.id: [r[name].id for name in names] for r in self.sudo()}

    def _is_at_work(self):
        """Whether the record works for its owner, so that it may not change hands."""
        return False
