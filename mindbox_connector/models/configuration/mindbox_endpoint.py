# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .file import write_file


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    field_map_ids = fields.One2many("mindbox.field.map", "endpoint_id")

    def _check_configurable(self):
        """Only a Mindbox manager of the company takes a configuration out or in."""
        self.env["mindbox.request"]._check_manager()
        self.check_access("write")

    def _export_configuration(self):
        """Return the configuration as the bytes of a file, without any secret.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.ensure_one()
        self._check_configurable()
        parts = self.env["mindbox.configuration"].with_company(self.company_id)
        return write_file(parts._read_all(self))

    def action_export_configuration(self):
        """Download the configuration as a file.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.ensure_one()
        self._check_configurable()
        url = f"/mindbox/configuration/{self.id}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}
