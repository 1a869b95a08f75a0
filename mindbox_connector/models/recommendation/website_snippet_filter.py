# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own product block, with products of recommendations."""

from lxml import html

from odoo import models

# Of a product on a page: its variant, and where it comes from.
PRODUCT = "data-mindbox-product"
SOURCE = "data-mindbox-source"
NOTICE = "data-mindbox-notice"


class Shown:
    """What a block shows: (variant, source) of each template, and of its places."""

    def __init__(self):
        self.sources, self.places = {}, []


class WebsiteSnippetFilter(models.Model):
    _name = "website.snippet.filter"
    _inherit = ["website.snippet.filter"]

    def _get_products_mindbox(
        self, website, limit, domain, product_template_id=None, **kwargs
    ):
        """Return variants for the current visitor; see ``_get_products``."""
        is_id = str(product_template_id or "").isdigit()
        template = self.env["product.template"].browse(
            int(product_template_id) if is_id else []
        )
        # Where variants are hidden, the other limit is that of what to choose from.
        limit = self.env.context.get("product_limit") or limit
        found = self.env["mindbox.recommendation"]._find(
            website, template.exists(), limit, domain
        )
        if shown := self.env.context.get("mindbox_shown"):
            shown.sources = {
                product.product_tmpl_id: (product.id, source)
                for product, source in found.items()
            }
        return self.env["product.product"].concat(*found)

    def _filter_records_to_values(self, records, **options):
        """Note which product is at which place of the block."""
        values = super()._filter_records_to_values(records, **options)
        shown = self.env.context.get("mindbox_shown")
        if shown and shown.sources and not options.get("is_sample"):
            records = (value["_record"] for value in values)
            shown.places = [
                shown.sources.get(
                    record
                    if record._name == "product.template"
                    else record.product_tmpl_id
                )
                for record in records
            ]
        return values

    def _render(self, template_key, limit, **kwargs):
        """Say of each product which source it comes from, and what the law asks for."""
        shown = Shown()
        fragments = super(
            WebsiteSnippetFilter, self.with_context(mindbox_shown=shown)
        )._render(template_key, limit, **kwargs)
        if len(shown.places) != len(fragments):
            return fragments
        return [
            self._mark_source(fragment, *place) if place else fragment
            for fragment, place in zip(fragments, shown.places, strict=True)
        ]

    def _mark_source(self, fragment, product_id, source):
        element = html.fragment_fromstring(fragment)
        element.set(PRODUCT, str(product_id))
        element.set(SOURCE, source)
        element.set(NOTICE, self.env._("Recommendation technologies are used here"))
        return html.tostring(element, encoding="unicode")
