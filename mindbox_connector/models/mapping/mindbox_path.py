# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...labels import get_labels
from .path import FOLLOWED, expand, find_closed, find_secret
from .values import VALUE_TYPES

# Steps along a path that people may choose.
MAX_STEPS = 2


class MindboxPath(models.AbstractModel):
    """Mixin of what tells Mindbox a field that people have chosen."""

    _name = "mindbox.path"
    _description = "Field Chosen to Be Told"

    path = fields.Char(
        string="Field in Odoo",
        help="A field of the record, or of one that it is linked to. Not fields that "
        "you may not read, and no secrets.",
    )
    value_type = fields.Selection(
        [
            ("text", "Text"),
            ("number", "Number"),
            ("date", "Date"),
            ("datetime", "Date and time"),
            ("flag", "Yes or no"),
            ("enumeration", "Enumeration"),
            ("list", "List of values"),
        ],
        string="Type",
        required=True,
        default="text",
        help="As the field was made in Mindbox. Texts have at most 1,000 characters, "
        "values of enumerations and lists at most 250 and must be known to Mindbox. "
        "Of a selection, an enumeration gets the technical value, a text what people "
        "read.",
    )

    def _get_path_model(self):
        """Return the name of the model where the path begins."""
        raise NotImplementedError

    def _expand(self):
        """Return the fields along the path, [] where it leads nowhere."""
        return expand(self.env, self._get_path_model(), self.path)

    def _find_problem(self):
        """Return why the user may not choose the field like this, None for nothing."""
        return self._find_gone() or self._find_forbidden()

    def _find_gone(self):
        """Return why the field cannot be told, to whomever; None where it can."""
        along = self._expand()
        if not along:
            return self.env._(
                "There is no field “%(path)s” of “%(model)s”.",
                path=self.path,
                model=self.env["ir.model"]._get(self._get_path_model()).name or "",
            )
        *hops, last = along
        several = [field for field in hops if field.type != "many2one"]
        is_list = self.value_type == "list"
        if any(field.type not in FOLLOWED or not is_list for field in several):
            return self.env._(
                "“%s” holds several records: only tags and the like can be told, as a "
                "list of values.",
                several[0].name,
            )
        if last.type not in VALUE_TYPES[self.value_type].takes:
            return self.env._(
                "“%(field)s” (%(type)s) cannot be told as “%(value_type)s”.",
                field=self.path,
                type=last.type,
                value_type=get_labels(self, "value_type")[self.value_type],
            )
        return None

    def _find_forbidden(self):
        """Return why the user may not have the field told, None where it is allowed."""
        along = self._expand()
        if self.path.count(".") >= MAX_STEPS:
            return self.env._(
                "“%s” goes too far: choose a field of the record itself, or of one "
                "that it is linked to.",
                self.path,
            )
        if secret := find_secret(along):
            return self.env._("“%s” is a secret: it must not leave Odoo.", secret.name)
        if closed := find_closed(self.env, along):
            return self.env._(
                "You may not read “%(field)s” of “%(model)s”: ask somebody who may to "
                "map it.",
                field=closed.name,
                model=self.env[closed.model_name]._description,
            )
        return None
