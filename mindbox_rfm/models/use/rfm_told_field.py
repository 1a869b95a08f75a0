# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, fields, models

from odoo.addons.mindbox_connector.fields import SystemName


class RfmToldField(models.Model):
    """What Mindbox is told beside the segment, for scenarios to use."""

    _name = "rfm.told.field"
    _description = "Field Told with the RFM Segment"
    _inherit = ["rfm.versioned", "mindbox.owned"]
    _order = "scheme_id, id"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    value = fields.Selection(
        [
            ("previous", "Previous segment"),
            ("since", "In the segment since"),
            ("score", "Scores, e.g. 545"),
            ("orders", "Number of orders"),
            ("amount", "Amount"),
            ("last_order", "Date of the last order"),
        ],
        string="Told With It",
        required=True,
    )
    name = SystemName(
        string="Field in Mindbox",
        required=True,
        help="System name of the customer's additional field in Mindbox.",
    )

    _value_uniq = models.UniqueIndex(
        "(scheme_id, value)", "Each value is told in one field."
    )
    _name_uniq = models.UniqueIndex(
        "(scheme_id, name)", "Each field of Mindbox takes one value."
    )


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _get_settings(self):
        told = (
            "mindbox_way",
            "mindbox_segmentation",
            "mindbox_field",
            "mindbox_recipients",
        )
        return super()._get_settings() + told

    def _get_content(self):
        """Add {value: field} of what is told with the segment."""
        told = {field.value: field.name for field in self.told_field_ids}
        return super()._get_content() | {"told": told}

    def _put_back(self, content):
        commands = [Command.delete(field.id) for field in self.told_field_ids]
        commands += [
            Command.create({"value": value, "name": name})
            for value, name in content.get("told", {}).items()
        ]
        self.told_field_ids = commands
        return super()._put_back(content)
