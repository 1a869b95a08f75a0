# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an integration point writes what bodies are made of: IDs, moments, amounts."""

from odoo import SUPERUSER_ID, fields, models

from ...exceptions import MindboxRejected


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _with_sender(self, records):
        """Return records as the sender sees them, whoever made the event.

        Language, company and time zone come from the integration point, so that a
        body does not depend on who the user was.
        """
        self.ensure_one()
        company = self.company_id
        env = self.env(
            user=SUPERUSER_ID,
            su=True,
            context={
                "lang": company.partner_id.lang or "en_US",
                "tz": "UTC",
                "allowed_company_ids": company.ids,
                "active_test": False,
            },
        )
        return records.with_env(env)

    def _format_moment(self, moment):
        """Write a naive UTC datetime as Mindbox reads it, to the millisecond."""
        millisecond = moment.microsecond // 1000
        return f"{moment.strftime(self.date_format)}.{millisecond:03d}"

    def _get_product_ids(self, product):
        """Return the ``ids`` of a product variant, {} where the reference is empty."""
        value = product[self.product_ref]
        return {self.product_id_name: str(value)} if value else {}

    def _check_product_ids(self, product):
        """Check that a product has an ID by the chosen reference.

        :raise MindboxRejected: it has none, and somebody must fill it in
        """
        if not self._get_product_ids(product):
            raise MindboxRejected(
                "product_without_id",
                product=product.name,
                reference=self.product_ref,
            )

    def _get_category_ids(self, category):
        """Return the ``ids`` of a category of the shop."""
        return {self.category_id_name: str(category.id)}

    def _wrap_view(self, wrapper, entity, ids):
        """Return what was viewed; projects differ in whether it is wrapped."""
        viewed = {entity: {"ids": ids}}
        return {wrapper: viewed} if self.wrap_views else viewed

    def _convert(self, amount, currency, company):
        """Return an amount in the endpoint's currency, rounded to the cent."""
        today = fields.Date.today()
        return round(currency._convert(amount, self.currency_id, company, today), 2)

    def _get_order_ids(self, order):
        """Return the ``ids`` of an order."""
        return {self.order_id_name: str(order[self.order_ref])}
