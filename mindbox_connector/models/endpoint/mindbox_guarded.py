# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.models import MAGIC_COLUMNS


class MindboxGuarded(models.AbstractModel):
    """Mixin of records with fields that the server alone writes.

    Those are the stored fields of this project that nobody can edit: states, results,
    tokens, what proves something. To Odoo ``readonly=True`` is a hint for screens, and
    whoever may write the record could write them by RPC. Methods that do what a button
    is for judge who asks, and then write with ``sudo()``.
    """

    _name = "mindbox.guarded"
    _description = "Record That the Server Writes in Part"

    @api.model_create_multi
    def create(self, vals_list):
        """Create records; what the context states as a default is not the server's."""
        if self.env.su:
            return super().create(vals_list)
        vals_list = [self._leave_own_defaults(vals) for vals in vals_list]
        stated = {f"default_{name}" for name in self._get_guarded()}
        if stated.isdisjoint(self.env.context):
            return super().create(vals_list)
        context = {k: v for k, v in self.env.context.items() if k not in stated}
        # pylint: disable-next=context-overridden
        return super(MindboxGuarded, self.with_context(context)).create(vals_list)

    def onchange(self, values, field_names, fields_spec):
        """Compute a form; what is related to the records it names is read as anybody.

        :raise AccessError: a record of this project that it names is closed to the user
        """
        defaults = {
            name.removeprefix("default_"): value
            for name, value in self.env.context.items()
            if name.startswith("default_")
        }
        self._check_named(defaults | values)
        return super().onchange(values, field_names, fields_spec)

    def _check_named(self, values):
        """Judge the records of this project that somebody names."""
        for name, value in values.items():
            field = self._fields.get(name)
            if field and field.type == "many2one" and isinstance(value, int) and value:
                named = self.env[field.comodel_name].browse(value)
                if named._original_module.startswith("mindbox_"):
                    named.check_access("read")

    def _leave_own_defaults(self, vals):
        """Return values without the guarded ones that are what the server would write.

        A model that inherits this one (``_inherits``, as users do contacts) hands over
        the defaults of all fields as if its user had stated them.
        """
        stated = self._get_guarded().intersection(vals)
        defaults = self.sudo().default_get(list(stated)) if stated else {}
        own = {name for name, value in defaults.items() if vals[name] == value}
        return {name: value for name, value in vals.items() if name not in own}

    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and is_guarded(field):
            return False
        return super()._has_field_access(field, operation)

    def _get_guarded(self):
        """Return the names of the fields that the server alone writes."""
        return {name for name, field in self._fields.items() if is_guarded(field)}


def is_guarded(field):
    """Whether a field is written by the server alone."""
    ours = field._modules and all(m.startswith("mindbox_") for m in field._modules)
    return bool(
        ours and field.store and field.readonly and field.name not in MAGIC_COLUMNS
    )
