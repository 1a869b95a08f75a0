# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MindboxSetting(models.AbstractModel):
    """Mixin of what capture and delivery look up in a cache, at every change.

    The cache is emptied before a change, and again when it is made: what the change
    itself looks up may be from before.
    """

    _name = "mindbox.setting"
    _description = "Cached Setting of Mindbox"
    # The fields that are looked up; None stands for all of them.
    _mindbox_cached_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        cached = self._mindbox_cached_fields
        if cached is not None and cached.isdisjoint(vals):
            return super().write(vals)
        self.env.registry.clear_cache()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
