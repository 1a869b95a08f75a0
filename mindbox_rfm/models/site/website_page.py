# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from odoo.addons.website.tools import text_from_html

from .conditions import MARK, cut


class WebsitePage(models.Model):
    _name = "website.page"
    _inherit = ["website.page"]

    def _search_render_results(self, fetch_fields, mapping, icon, limit):
        """Quote nothing in the search that is for some people only."""
        results = super()._search_render_results(fetch_fields, mapping, icon, limit)
        if "arch" in fetch_fields:
            for page, result in zip(self, results, strict=False):
                if MARK in (page.arch or ""):
                    text = cut(page.arch, lambda condition: False)
                    result["arch"] = text_from_html(text, True)
        return results
