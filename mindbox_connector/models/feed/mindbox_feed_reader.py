# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the shop says of its products, as the feed and product updates tell it."""

from odoo import fields, models
from odoo.tools import SQL, html2plaintext, is_html_empty

from .yml import MAX_DESCRIPTION, MAX_NAME, MAX_PICTURES, clean, cut

# Where the pictures of a variant are kept: its own, its template's, further ones.
PICTURES = {
    "product.product": "image_variant_1920",
    "product.template": "image_1920",
    "product.image": "image_1920",
}


class MindboxFeed(models.Model):
    _name = "mindbox.feed"
    _inherit = ["mindbox.feed"]

    def _with_shop(self, records):
        """Return records as a visitor of the website in its own language sees them."""
        website = self.website_id
        return self.endpoint_id._with_sender(records).with_context(
            lang=website.default_lang_id.code,
            website_id=website.id,
            allowed_company_ids=website.company_id.ids,
        )

    def _read_offers(self, products):
        """Return what the shop says of products, in as many queries for one as for all.

        :param products: ``product.product`` records
        :return: {product ID: values as :func:`~..yml.offer` takes them}
        """
        self.ensure_one()
        products = self._with_shop(products)
        feed = self.with_env(products.env)
        base_url = feed.website_id.get_base_url()
        pictures = feed._find_pictures(products)
        prices = feed._read_prices(products)
        return {
            product.id: feed._prepare_offer(
                # Not through the variant: that would copy each field of the template.
                product,
                product.product_tmpl_id,
                base_url,
                *prices[product.id],
                pictures[product.id],
            )
            for product in products
        }

    def _prepare_offer(self, product, template, base_url, price, old_price, pictures):
        params = self._get_params(product, template)
        title = product.with_context(display_default_code=False).display_name
        return {
            "ref": self._get_ref(product),
            "group": self._get_group(template),
            "available": self._is_available(product, template, price),
            "name": cut(clean(title), MAX_NAME) or str(product.id),
            "url": base_url + clean(product.website_url),
            "price": f"{price:.2f}",
            "old_price": f"{old_price:.2f}" if old_price > price else None,
            "currency": self.endpoint_id.currency_id.name,
            "categories": self._get_category_refs(template),
            "pictures": [base_url + path for path in pictures],
            "vendor": params.pop(self.vendor_attribute_id, None),
            "vendor_code": self._get_vendor_code(product),
            "description": self._get_description(template),
            "params": self._name_params(params, product),
        }

    # === IDS === #

    def _get_ref(self, product):
        """Return the ID of a product as events and orders write it, or ""."""
        return "".join(self.endpoint_id._get_product_ids(product).values())

    def _get_group(self, template):
        """Return the ID that the variants of a product share; None with only one."""
        return str(template.id) if len(template.product_variant_ids) > 1 else None

    def _get_category_ref(self, category):
        """Return the ID of a category as views write it."""
        (ref,) = self.endpoint_id._get_category_ids(category).values()
        return ref

    def _get_category_refs(self, template):
        return [
            self._get_category_ref(category)
            for category in template.public_categ_ids
            if category.website_id.id in (False, self.website_id.id)
        ]

    def _read_categories(self):
        """Return the categories of the website: tuples of ID, parent's ID, name."""
        domain = [("website_id", "in", (False, self.website_id.id))]
        categories = self._with_shop(self.env["product.public.category"]).search(
            domain, order="parent_path"
        )
        known = set(categories.ids)
        return [
            (
                self._get_category_ref(category),
                self._get_category_ref(category.parent_id)
                if category.parent_id.id in known
                else "",
                category.name,
            )
            for category in categories
        ]

    # === TEXTS === #

    def _get_description(self, template):
        """Return what the page of the product says, or else the line in quotations."""
        text = template.description_ecommerce
        if is_html_empty(text):
            text = template.description_sale or template.website_meta_description
        else:
            text = html2plaintext(text, include_references=False)
        return cut(clean(text), MAX_DESCRIPTION) or None

    def _get_vendor_code(self, product):
        code = self.vendor_code and product[self.vendor_code]
        return cut(clean(code), MAX_NAME) or None

    # === PICTURES === #

    def _find_pictures(self, products):
        """Return {product ID: paths of its pictures}, without reading any."""
        templates = products.product_tmpl_id
        extra = (
            products.product_variant_image_ids | templates.product_template_image_ids
        )
        have = self._find_images(products) | self._find_images(templates)
        shown = self._find_images(extra)
        found = {}
        for product in products:
            template = product.product_tmpl_id
            records = [product] if product in have or template in have else []
            for images in (
                product.product_variant_image_ids,
                template.product_template_image_ids,
            ):
                records += [image for image in images if image in shown]
            found[product.id] = [
                self.website_id.image_url(record, "image_1920")
                for record in records[:MAX_PICTURES]
            ]
        return found

    def _find_images(self, records):
        """Return those of the records that have a picture of their own, as a set."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT res_id FROM ir_attachment
                 WHERE res_model = %s AND res_field = %s AND res_id = ANY(%s)
                """,
                records._name,
                PICTURES[records._name],
                records.ids,
            )
        )
        return set(records.browse([res_id for (res_id,) in rows]))

    # === PRICES === #

    def _get_pricelist(self):
        """Return the pricelist of visitors; empty where there are no pricelists."""
        pricelists = self.env["product.pricelist"]
        if not self.env["res.groups"]._is_feature_enabled(
            "product.group_product_pricelist"
        ):
            return pricelists
        if self.pricelist_id:
            return self.pricelist_id
        # As the shop chooses for somebody who is not logged in.
        visitor = self.website_id.user_id.sudo(False)
        website = self.website_id.with_user(visitor)
        available = website.get_pricelist_available().with_env(self.env)
        own = visitor.sudo().with_env(self.env).partner_id.property_product_pricelist
        return own if own in available else available[:1] or own

    def _read_prices(self, products):
        """Return {product ID: (price, price before or 0)} as the shop shows them."""
        pricelist = self._get_pricelist()
        company = self.website_id.company_id
        currency = pricelist.currency_id or company.currency_id
        convert = self.endpoint_id._convert
        taxed = self._get_tax_calculator(currency)
        rules = pricelist._compute_price_rule(products, 1.0, currency=currency)
        prices = {}
        for product in products:
            price, rule_id = rules[product.id]
            before = self._get_price_before(product, rule_id, price, currency)
            prices[product.id] = (
                convert(taxed(product, price), currency, company),
                convert(taxed(product, before), currency, company)
                if before
                else self._get_compared_price(product.product_tmpl_id),
            )
        return prices

    def _get_price_before(self, product, rule_id, price, currency):
        """Return the price before a discount that the shop shows, or 0."""
        rule = self.env["product.pricelist.item"].browse(rule_id)
        if not rule or not rule._show_discount_on_shop():
            return 0
        before = rule._compute_price_before_discount(
            product=product,
            quantity=1.0,
            date=fields.Date.context_today(product),
            uom=product.uom_id,
            currency=currency,
        )
        return before if currency.compare_amounts(before, price) == 1 else 0

    def _get_compared_price(self, template):
        """Return the price to compare with, shown without taxes, or 0."""
        amount = template.compare_list_price
        if not amount or not self.env["res.groups"]._is_feature_enabled(
            "website_sale.group_product_price_comparison"
        ):
            return 0
        company = self.website_id.company_id
        return self.endpoint_id._convert(amount, template.currency_id, company)

    def _get_tax_calculator(self, currency):
        """Return a function of product and price: the price that the shop shows."""
        website = self.website_id
        visitor = website.user_id.partner_id
        position = self.env["account.fiscal.position"]._get_fiscal_position(visitor)
        applied, known = {}, {}

        def apply(all_taxes):
            taxes = all_taxes._filter_taxes_by_company(website.company_id)
            kinds = taxes.flatten_taxes_hierarchy().mapped("amount_type")
            return taxes, position.map_tax(taxes), "code" in kinds

        def compute(product, price):
            template = product.product_tmpl_id
            ids = template.taxes_id._ids
            if not ids or not price:
                return price
            if ids not in applied:
                applied[ids] = apply(template.taxes_id)
            taxes, mapped, by_formula = applied[ids]
            # A tax by formula may look at the product, the others at the price alone.
            key = (price, ids, by_formula and product.id)
            if key not in known:
                known[key] = taxes and template._apply_taxes_to_price(
                    price, currency, taxes, mapped, product, website
                )
            return known[key] if taxes else price

        return compute

    # === AVAILABILITY === #

    def _is_available(self, product, template, price):
        """Whether a visitor of the website can buy a product now."""
        website = self.website_id
        return bool(
            product.active
            and template.is_published
            and template.sale_ok
            and template.service_tracking in template._get_saleable_tracking_types()
            and template.website_id.id in (False, website.id)
            and template.company_id.id in (False, *website.company_id.parent_ids.ids)
            and (price or not website.prevent_zero_price_sale)
            and self._is_in_stock(product, template)
        )

    def _is_in_stock(self, product, template):
        if not template.is_storable or template.allow_out_of_stock_order:
            return True
        return self.website_id._get_product_available_qty(product) > 0
