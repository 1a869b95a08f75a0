# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each role may do with records of the own company, and with those of others."""

from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..models.endpoint.mindbox_owned import OWNERS

ROLES = {
    "public": None,
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "user": "mindbox_connector.group_mindbox_user",
    "manager": "mindbox_connector.group_mindbox_manager",
    "sales": "sales_team.group_sale_salesman",
    "system": "base.group_system",
}
OPERATIONS = {"read": "r", "write": "w", "create": "c", "unlink": "d"}


class Undo(Exception):
    """Ends a savepoint whose changes are not wanted."""


class Rights:
    """The part of the access tests that is about records: see :mod:`.access`."""

    def test_models(self):
        self.check("model", self.find_rights(self.mine))

    def test_records_of_another_company(self):
        self.check("other", self.find_rights(self.theirs))

    def find_rights(self, examples):
        """Return {model: {role: letters}} of the examples of a company."""
        return {
            name: {role: self.find_letters(examples, name, role) for role in ROLES}
            for name in self.find_models()
        }

    def find_letters(self, examples, name, role):
        user = self.users[role]
        record = examples.get(name)
        if record._transient and examples is self.mine:
            record = record.with_user(user).sudo().copy()
        companies = user.company_ids.ids
        record = record.with_user(user).with_context(allowed_company_ids=companies)
        return "".join(
            letter
            for operation, letter in OPERATIONS.items()
            if record.has_access(operation)
        )

    def test_owners(self):
        """Nobody hands a record over to a company that is closed to the user."""
        found = {
            f"{name}.{owner}": {
                role: self.try_to_hand_over(name, owner, role) for role in ROLES
            }
            for name in self.find_models()
            for owner in sorted(OWNERS & self.env[name]._fields.keys())
            if self.env[name]._fields[owner].store
        }
        self.assertFalse([name for name, row in found.items() if any(row.values())])
        both = self.mine.company | self.theirs.company
        for user in self.users.values():
            user.company_ids = both
        self.check(
            "owner",
            {
                f"{name}.{owner}": {
                    role: self.try_to_hand_over(name, owner, role) for role in ROLES
                }
                for name, owner in (key.rsplit(".", 1) for key in found)
            },
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def try_to_hand_over(self, name, owner, role):
        user = self.users[role]
        record = self.mine.get(name)
        to = self.theirs.get(record._fields[owner].comodel_name)
        self.env.flush_all()
        self.env.invalidate_all()
        companies = user.company_ids.ids
        record = record.with_user(user).with_context(allowed_company_ids=companies)
        try:
            with self.env.cr.savepoint():
                # What is the same there may be there but once.
                with suppress(UserError), self.env.cr.savepoint():
                    self.theirs.get(name).unlink()
                record.write({owner: to.id})
                self.env.flush_all()
                raise Undo
        except (AccessError, UserError):
            return ""
        except Undo:
            return "x"
