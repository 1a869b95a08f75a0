# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MindboxSetting(models.AbstractModel):
    """Mixin of what capture and delivery look up in a cache, at every change."""

    _name = "mindbox.setting"
    _description = "Cached Setting of Mindbox"
    # The fields that are looked up; None stands for all of them.
    _mindbox_cached_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        cached = self._mindbox_cached_fields
        if cached is None or not cached.isdisjoint(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
