# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class MindboxCustomerFilter(models.AbstractModel):
    """Mixin of what is for some customers only."""

    _name = "mindbox.customer.filter"
    _description = "Filter of Customers"

    customer_domain = fields.Char(string="Customers", default="[]")

    @api.constrains("customer_domain")
    def _check_customer_domain(self):
        # Constraints run with all rights; by a filter its maker could find out what a
        # field holds that only others may read.
        partners = self.env["res.partner"].sudo(False)
        for record in self:
            try:
                partners.search(record._get_customer_domain(), limit=1)
            except AccessError as error:
                raise ValidationError(
                    self.env._("The filter of customers uses a field you may not read.")
                ) from error
            except (ValueError, SyntaxError, TypeError, KeyError, UserError) as error:
                raise ValidationError(
                    self.env._("The filter of customers is not valid.")
                ) from error

    def _get_customer_domain(self):
        return literal_eval((self.customer_domain or "").strip() or "[]")
