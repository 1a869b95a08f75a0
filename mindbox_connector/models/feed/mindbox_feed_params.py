# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The parameters of an offer: attributes of the variant, and mapped fields."""

from odoo import models

from ..mapping.values import as_cell
from .yml import clean, join


class MindboxFeed(models.Model):
    _name = "mindbox.feed"
    _inherit = ["mindbox.feed"]

    def _get_params(self, product, template):
        """Return {attribute: values joined} of a variant.

        An attribute that makes no variants has all the values one can choose.
        """
        params = {}
        for line in template.attribute_line_ids.filtered("active"):
            own = product.product_template_attribute_value_ids
            values = own.filtered(
                lambda value, line=line: value.attribute_line_id == line
            )
            values = values or line.product_template_value_ids.filtered("ptav_active")
            if text := join(values.mapped("name")):
                params[line.attribute_id] = text
        return params

    def _name_params(self, params, product):
        """Return [(name, value)]; a mapped field comes before an attribute of its name.

        :param dict params: {attribute: value}
        """
        mapped = self.endpoint_id._get_custom_fields(product)
        attributes = [(clean(one.name), text) for one, text in params.items()]
        own = [(name, text) for name, text in attributes if name not in mapped]
        return own + [(name, clean(as_cell(told))) for name, told in mapped.items()]
