# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may do what, tried out and compared with a table.

``access.csv`` beside a module's tests has one line for each model, restricted field,
method that can be called from outside, route, job and cron of the module, and a column
for each role. What is new and not in the table fails the test, which prints the lines
as they are: read them, and put them in when they are right.

* ``model``: letters of what is allowed: read, write, create, delete
* ``field``: who sees a field that is for some groups only
* ``method``: who gets past the access rights when calling it; ``x`` or ``-``
* ``route``: who gets an answer; the record it is about belongs to the portal user
* ``job``, ``cron``: what runs without a person; nobody can call it
"""

import csv
import inspect
import io
import json
import threading
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.modules import get_module_path
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger

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


class AccessCase(HttpCase):
    """Subclasses name the ``module``, and give examples of records and arguments."""

    module = None
    # {"model.method": arguments} of methods that need some.
    arguments = {}
    # {route: function of the test that returns (path, JSON parameters or None)}
    requests = {}

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
        cls.env.flush_all()

    @classmethod
    def make_records(cls):
        """Return {model: a record} for every model that has methods."""
        return {}

    # === THE TABLE === #

    def read_table(self):
        path = Path(get_module_path(self.module)) / "tests" / "access.csv"
        with path.open(newline="") as stream:
            return {
                (row.pop("kind"), row.pop("name")): row
                for row in csv.DictReader(stream)
            }

    def check(self, kind, found):
        """Compare what was found, {name: {role: right}}, with the table."""
        table = {name: row for (k, name), row in self.read_table().items() if k == kind}
        found = {
            name: {role: row[role] or "-" for role in ROLES}
            for name, row in found.items()
        }
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

    def find_models(self):
        return [
            name
            for name, model in self.env.items()
            if model._original_module == self.module and not model._abstract
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

    def test_models(self):
        self.check(
            "model",
            {
                name: {
                    role: "".join(
                        letter
                        for operation, letter in OPERATIONS.items()
                        if model.has_access(operation)
                    )
                    for role, model in self.as_each(name)
                }
                for name in self.find_models()
            },
        )

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

    def try_method(self, model, name, user):
        self.assertIn(model, self.records, "make_records() needs an example")
        record = self.records[model].with_user(user).with_context(lang="en_US")
        method = getattr(type(record), name)
        args = list(self.arguments.get(f"{model}.{name}", ()))
        if getattr(method, "_api_model", False) is False:
            args.insert(0, record.ids)
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
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
