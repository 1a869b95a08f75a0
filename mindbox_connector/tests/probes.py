# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever a role asks by RPC, no answer holds a word of another company's records.

Every text of the other company's examples is a canary. Each role then asks for it in
each way that the web client has, and by naming the records where it may name its own.
"""

import json

from odoo.service.model import call_kw
from odoo.tools import SQL, mute_logger

from .rights import ROLES, Undo

CANARY = "kanarienvogel"
TEXTS = ("char", "text", "html", "json")
LINKS = ("many2one", "one2many", "many2many")
# Of no company, for administrators only: what no integration point could take, and
# what server actions tell.
SHARED = ("mindbox.unrecorded", "mindbox.action.field")


class Probes:
    """The part of the access tests that asks: see :mod:`.access`."""

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def test_no_answer_tells_of_another_company(self):
        self.env.flush_all()
        names = [name for name in self.find_models() if name not in SHARED]
        for name in names:
            if texts := self.sing(self.theirs.get(name)):
                args = [self.theirs.get(name).ids, texts]
                self.assertTrue(self.tells(self.env[name], "read", args, {}), name)
        told = []
        for role in ROLES:
            for name in names:
                model = self.env[name].with_user(self.users[role])
                model = model.with_context(allowed_company_ids=model.env.company.ids)
                for what, args, kwargs in self.get_questions(model):
                    if self.tells(model, what, args, kwargs):
                        told.append(f"{role}: {name}.{what}{args}{kwargs}"[:300])
        self.assertFalse(told, "\n".join(told))

    def sing(self, record):
        """Put a canary in each text of a record, past all that checks it.

        :return: the names of these texts
        """
        texts = []
        for field in record._fields.values():
            if not field.store or field.related or field.type not in TEXTS:
                continue
            if not field.column_type or field.name == record._rec_name:
                continue
            texts.append(field.name)
            canary = CANARY
            if field.column_type[0] == "jsonb":
                canary = json.dumps({"en_US": CANARY})
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(field.name),
                    canary,
                    record.id,
                )
            )
        return texts

    def get_questions(self, model):
        """Yield (method, arguments, named ones) that a stranger would try."""
        fields = [
            field
            for field in model._fields.values()
            if model._has_field_access(field, "read")
        ]
        spec = self.get_spec(model, fields)
        theirs = self.theirs.get(model._name).ids
        everything = {"context": {"active_test": False}}
        stored = [field.name for field in fields if field.store]
        yield "search_read", [[], stored], everything
        yield "web_search_read", [[], spec], everything
        yield "name_search", [""], everything
        yield "web_read", [theirs, spec], {}
        yield "copy", [theirs], {}
        yield "onchange", [theirs, {}, [], spec], {}
        yield "export_data", [theirs, [field.name for field in fields]], {}
        if not model.has_access("read"):
            return
        for field in fields:
            yield "read", [theirs, [field.name]], {}
            if field.store and field.type in TEXTS:
                groups = [[], [field.name], ["__count"]]
                yield "formatted_read_group", groups, everything
            if field.type == "many2one" and field.comodel_name in self.theirs.made:
                named = {field.name: self.theirs.get(field.comodel_name).id}
                yield "onchange", [[], named, [field.name], spec], {}
                context = {f"default_{key}": value for key, value in named.items()}
                yield "onchange", [[], {}, [], spec], {"context": context}
                yield "web_save", [[], self.get_needed(model) | named, spec], {}
                mine = self.mine.get(model._name).ids
                yield "web_save", [mine, named, spec], {}

    def get_spec(self, model, fields):
        """Return what to read: all fields, and all of the records that they name."""
        return {
            field.name: {"fields": self.get_texts(model.env[field.comodel_name])}
            if field.type in LINKS
            else {}
            for field in fields
        }

    def get_texts(self, model):
        return {
            field.name: {}
            for field in model._fields.values()
            if field.type in TEXTS
            and field.name != "display_name"
            and model._has_field_access(field, "read")
        }

    def get_needed(self, model):
        """Return values of one's own for what a new record must have."""
        return {
            name: self.mine.get_value(field)
            for name, field in model._fields.items()
            if self.mine.is_needed(model._name, field)
        }

    def tells(self, model, what, args, kwargs):
        """Whether the answer holds the canary; what it changes is taken back."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                answer = call_kw(model, what, list(args), dict(kwargs))
                if isinstance(answer, type(model)):
                    answer = answer.read()
                raise Undo(CANARY in json.dumps(answer, default=str))
        except Undo as undo:
            return undo.args[0]
        except Exception:
            # Whatever is wrong with the question, it was not answered.
            return False
        finally:
            self.env.cr.precommit.clear()
            self.env.cr.postcommit.clear()
