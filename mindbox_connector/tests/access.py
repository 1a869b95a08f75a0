# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may do what, tried out and compared with a table.

``access.csv`` beside a module's tests has one line for each model, restricted field,
method that can be called from outside, route, job and cron of the module, and a column
for each role. What is new and not in the table fails the test, which prints the lines
as they are: read them, and put them in when they are right. To have the tables written
anew, and to read what has changed in the difference::

    MINDBOX_ACCESS=write make unit

* ``model``: letters of what is allowed with a record of the own company, or with a
  dialog of one's own: read, write, create, delete
* ``other``: the same of a record of another company, or of somebody else's dialog
* ``owner``: who may hand a record over to another company, where both are the user's;
  nobody may where the other one is closed to the user
* ``field``: who sees a field that is for some groups only
* ``method``: who gets past the access rights when calling it; ``x`` or ``-``
* ``route``: who gets an answer; the record it is about belongs to the portal user
* ``job``, ``cron``: what runs without a person; nobody can call it
"""

import csv
import inspect
import io
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.modules import get_module_path
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

from .examples import Examples
from .probes import Probes
from .rights import ROLES, Rights, Undo

KINDS = "model other owner field method route job cron".split()


class AccessCase(Rights, Probes, HttpCase):
    """Subclasses name the ``module``, and give examples of records and arguments."""

    module = None
    # {"model.method": arguments} of methods that need some.
    arguments = {}
    # {route: function of the test that returns (path, JSON parameters or None)}
    requests = {}
    # {model: function of the examples} of records that take more than what is required.
    makers = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).write({"state": "draft"})
        cls.users = {
            role: new_test_user(
                cls.env, f"access_{role}", group, password=f"pw_{role}_1"
            )
            for role, group in ROLES.items()
            if group
        }
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.records = cls.make_records()
        other = cls.env["res.company"].create({"name": "Another"})
        cls.mine = Examples(cls.env, cls.env.company, cls.makers)
        cls.theirs = Examples(cls.env, other, cls.makers)
        for model in cls.find_models():
            cls.mine.get(model)
            cls.theirs.get(model)
        cls.env.flush_all()

    @classmethod
    def make_records(cls):
        """Return {model: a record} for every model that has methods."""
        return {}

    # === THE TABLE === #

    @property
    def path(self):
        return Path(get_module_path(self.module)) / "tests" / "access.csv"

    def read_table(self):
        with self.path.open(newline="") as stream:
            return {
                (row.pop("kind"), row.pop("name")): row
                for row in csv.DictReader(stream)
            }

    def write_table(self, kind, found):
        """Put in the table what was found of a kind, in place of what stands there."""
        table = [[*key, *row.values()] for key, row in self.read_table().items()]
        table = [row for row in table if row[0] != kind]
        table += [[kind, name, *row.values()] for name, row in found.items()]
        with self.path.open("w", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([["kind", "name", *ROLES], *sorted(table, key=_get_place)])

    def check(self, kind, found):
        """Compare what was found, {name: {role: right}}, with the table."""
        table = {name: row for (k, name), row in self.read_table().items() if k == kind}
        found = {
            name: {role: row[role] or "-" for role in ROLES}
            for name, row in found.items()
        }
        if os.environ.get("MINDBOX_ACCESS") == "write":
            return self.write_table(kind, found)
        wrong = [name for name in found if found[name] != table.get(name)]
        gone = sorted(table.keys() - found.keys())
        lines = io.StringIO()
        writer = csv.writer(lines)
        for name in sorted(wrong):
            writer.writerow([kind, name, *found[name].values()])
        self.assertFalse(
            wrong, f"{self.module}/tests/access.csv differs from\n{lines.getvalue()}"
        )
        self.assertFalse(gone, f"{self.module}/tests/access.csv knows what is gone")

    def as_each(self, model):
        for role, user in self.users.items():
            yield role, self.env[model].with_user(user)

    # === WHAT THERE IS === #

    @classmethod
    def find_models(cls):
        return [
            name
            for name, model in cls.env.items()
            if model._original_module == cls.module and not model._abstract
        ]

    def find_fields(self):
        for name, model in self.env.items():
            for field in model._fields.values():
                own = self.is_owner(model, field._modules or ())
                if own and field.groups and not field.inherited and not model._abstract:
                    yield name, field

    def find_methods(self):
        """Yield (model, name) of what only this project defines and RPC can call."""
        for model in self.env.values():
            if model._abstract:
                continue
            definers = {}
            for cls in type(model).__mro__[1:]:
                module = cls.__module__.removeprefix("odoo.addons.").partition(".")[0]
                for name in vars(cls):
                    definers.setdefault(name, []).append(module)
            for name, modules in definers.items():
                if self.is_owner(model, modules) and self.is_callable(model, name):
                    yield model._name, name

    def is_owner(self, model, modules):
        """Whether something of a model, defined by modules, is for this table.

        What a model of this project inherits goes where the model is from.
        """
        if not modules or not all(name.startswith("mindbox_") for name in modules):
            return False
        if model._original_module.startswith("mindbox_"):
            return model._original_module == self.module
        return modules[-1] == self.module

    def is_callable(self, model, name):
        if hasattr(BaseModel, name) or not callable(getattr(model, name)):
            return False
        with suppress(AccessError, AttributeError):
            return bool(get_public_method(model, name))
        return False

    def find_routes(self):
        prefix = f"odoo.addons.{self.module}."
        thread = threading.current_thread()
        with patch.object(thread, "dbname", self.env.cr.dbname, create=True):
            routing = self.env["ir.http"].routing_map()
        for rule in routing.iter_rules():
            function = inspect.unwrap(rule.endpoint.func)
            if getattr(function, "__module__", "").startswith(prefix):
                yield rule.rule

    # === TRIED OUT === #

    def test_fields(self):
        self.check(
            "field",
            {
                f"{name}.{field.name}": {
                    role: "r" if model._has_field_access(field, "read") else "-"
                    for role, model in self.as_each(name)
                }
                for name, field in self.find_fields()
            },
        )

    def test_what_the_server_writes_is_written_by_nobody_else(self):
        """Who may write a record may not write its states, results and tokens."""
        written = [
            f"{role} {name}.{field.name}"
            for name, model in self.env.items()
            if not model._abstract
            for field in model._fields.values()
            if self.is_written_by_server(model, field)
            for role, mine in self.as_each(name)
            if mine.has_access("write") or mine.has_access("create")
            if mine._has_field_access(field, "write")
        ]
        self.assertFalse(written)

    def is_written_by_server(self, model, field):
        """Whether nobody can edit a field of this module, and it is kept."""
        kept = field.store and field.readonly and field.name not in MAGIC_COLUMNS
        return kept and self.is_owner(model, field._modules or ())

    def test_methods(self):
        with mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db"):
            self.check(
                "method",
                {
                    f"{model}.{name}": {
                        role: self.try_method(model, name, self.users[role])
                        for role in ROLES
                    }
                    for model, name in self.find_methods()
                },
            )

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_methods_do_nothing_with_records_of_another_company(self):
        done = [
            f"{role} {model}.{name}"
            for model, name in self.find_methods()
            if model in self.theirs.made and self.takes_records(model, name)
            for role, user in self.users.items()
            if self.try_method(model, name, user, self.theirs.get(model)) == "x"
        ]
        self.assertFalse(done)

    def takes_records(self, model, name):
        return not getattr(getattr(type(self.env[model]), name), "_api_model", False)

    def try_method(self, model, name, user, record=None):
        if record is None:
            self.assertIn(model, self.records, "make_records() needs an example")
            record = self.records[model]
        record = record.with_user(user).with_context(lang="en_US")
        method = getattr(type(record), name)
        args = list(self.arguments.get(f"{model}.{name}", ()))
        if getattr(method, "_api_model", False) is False:
            args.insert(0, record.ids)
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                is_own = record.sudo() == self.records.get(model)
                if record._transient and model in self.mine.made and is_own:
                    # A dialog is its own user's only.
                    args[:1] = [record.sudo().copy().ids]
                call_kw(record.browse(), name, args, {})
                raise Undo
        except AccessError:
            return "-"
        except TypeError as error:
            self.fail(f"{model}.{name} needs arguments: {error}")
        except Exception:
            # Whatever else it is, the user came as far as that.
            return "x"
        finally:
            self.env.cr.precommit.clear()
            self.env.cr.postcommit.clear()

    def test_routes(self):
        found = {}
        for route in self.find_routes():
            self.assertIn(route, self.requests, "needs an example in `requests`")
            path, params = self.requests[route](self)
            found[route] = {role: self.try_route(role, path, params) for role in ROLES}
        self.check("route", found)

    @mute_logger("odoo.http")
    def try_route(self, role, path, params):
        login = f"access_{role}" if role != "public" else None
        self.authenticate(login, login and f"pw_{role}_1")
        if params is None:
            answer = self.url_open(path, allow_redirects=False)
            return "x" if answer.status_code == 200 else "-"
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        headers = {"Content-Type": "application/json"}
        answer = self.url_open(path, data=body, headers=headers, allow_redirects=False)
        answered = answer.status_code == 200 and "error" not in answer.json()
        return "x" if answered else "-"

    def test_jobs_and_crons(self):
        jobs = self.env["queue.job.function"].search([]).filtered(self.is_ours)
        crons = self.env["ir.cron"].search([("active", "in", (True, False))])
        crons = crons.filtered(self.is_ours)
        found = {
            "job": {f"{job.model_id.model}.{job.method}" for job in jobs},
            "cron": {
                f"{cron.model_id.model}.{cron.code.split('.')[1].partition('(')[0]}"
                for cron in crons
            },
        }
        for kind, names in found.items():
            self.check(kind, {name: self.try_private(name) for name in names})

    def is_ours(self, record):
        return record.get_external_id()[record.id].startswith(f"{self.module}.")

    def try_private(self, name):
        """Nobody calls from outside what runs without a person."""
        model, _dot, method = name.rpartition(".")
        with suppress(AccessError):
            get_public_method(self.env[model], method)
            return dict.fromkeys(ROLES, "x")
        return dict.fromkeys(ROLES, "-")


def _get_place(row):
    """Return by what the lines of a table are sorted."""
    return KINDS.index(row[0]), row[1]
