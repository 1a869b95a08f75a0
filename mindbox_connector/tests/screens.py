# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What holds for each screen of an add-on, for its tests to inherit."""

import ast
from pathlib import Path

from odoo import models
from odoo.modules import get_module_path
from odoo.tests import Form, TransactionCase


class ScreensCase(TransactionCase):
    def get_actions(self, module):
        """Return the windows that an add-on's menus and buttons open."""
        names = self.env["ir.model.data"].search(
            [("module", "=", module), ("model", "=", "ir.actions.act_window")]
        )
        return self.env["ir.actions.act_window"].browse(names.mapped("res_id"))

    def check_fields(self, module):
        """No field has the name of a method: the web client would call the value."""
        hidden = [
            f"{name}.{field.name}"
            for name, model in self.registry.items()
            for field in model._fields.values()
            if field._module == module
            and callable(getattr(models.BaseModel, field.name, None))
        ]
        self.assertFalse(hidden)

    def check_windows(self, module):
        """A window that a method opens names its views.

        A button adds them, but not a method that JavaScript calls: the client breaks.
        """
        viewless = [
            f"{path.name}:{node.lineno}"
            for path in Path(get_module_path(module)).rglob("*.py")
            if "tests" not in path.parts
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Dict) and is_viewless(node)
        ]
        self.assertFalse(viewless)

    def check_views(self, module):
        """All views of each window load; a wizard opens as in the browser."""
        actions = self.get_actions(module)
        self.assertTrue(actions)
        for action in actions:
            with self.subTest(action=action.name):
                model = self.env[action.res_model]
                views = [tuple(view) for view in action.views]
                self.assertTrue(model.get_views(views)["views"])
                if model._transient:
                    Form(model)


def is_viewless(node):
    """Whether a dict in a source file is a window without views."""
    entries = {
        key.value: getattr(value, "value", None)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
    }
    return entries.get("type") == "ir.actions.act_window" and "views" not in entries
