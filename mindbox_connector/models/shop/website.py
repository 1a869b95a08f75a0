# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from urllib.parse import urlsplit

from odoo import api, fields, models


class Website(models.Model):
    _inherit = "website"

    mindbox_tracker = fields.Boolean(
        help="Puts Mindbox's snippet into the head of each page: it gives visitors a "
        "device ID, and Mindbox shows its forms and recommendations.",
    )

    @api.depends("mindbox_tracker")
    def _compute_blocked_third_party_domains(self):
        """Where visitors have not agreed to cookies, Mindbox is a third party, too."""
        result = super()._compute_blocked_third_party_domains()
        for website in self.filtered("mindbox_tracker"):
            if tracker := website._mindbox_get_tracker():
                host = urlsplit(tracker["src"]).hostname
                website.blocked_third_party_domains += f"\n{host}"
        return result

    def _mindbox_get_endpoint(self):
        """Return the integration point of this website, or an empty recordset."""
        self.ensure_one()
        endpoint = self.env["mindbox.endpoint"].sudo()
        return endpoint.browse(endpoint._get_route(self.id, self.company_id.id) or [])

    def _mindbox_get_personalization(self, kind, record):
        """Return what the tracker is told about a page, as JSON; None where it is off.

        :param str kind: ``product``, ``category`` or ``cart``
        :param record: the variant, the category or the cart; may be empty
        """
        if not self._mindbox_get_tracker() or not record and kind != "cart":
            return None
        endpoint = self._mindbox_get_endpoint()
        record = endpoint._with_sender(record)
        return json.dumps(getattr(self, f"_mindbox_show_{kind}")(endpoint, record))

    def _mindbox_show_product(self, endpoint, product):
        ids = endpoint._get_product_ids(product)
        return {
            "call": "viewProduct",
            "data": {"viewProduct": {"product": {"ids": ids}}},
        }

    def _mindbox_show_category(self, endpoint, category):
        viewed = {"productCategory": {"ids": endpoint._get_category_ids(category)}}
        return {"call": "viewCategory", "data": {"viewProductCategory": viewed}}

    def _mindbox_show_cart(self, endpoint, cart):
        items = cart._mindbox_list_items(endpoint) if cart else []
        return {"call": "setCart", "data": {"productList": items}}

    def _mindbox_get_tracker(self):
        """Return what the snippet needs, None where it is off.

        It is for whoever is logged in and wants to be forgotten.

        :return: dict with the endpoint's code and the address of its tracker
        """
        visitor = self.env.user.sudo().partner_id._mindbox_contact()
        if visitor.mindbox_erased_at:
            return None
        endpoint = self._mindbox_get_endpoint() if self.mindbox_tracker else None
        if not endpoint or endpoint.state != "running" or not endpoint.endpoint_code:
            return None
        return {
            "endpoint_id": endpoint.endpoint_code,
            "src": f"{endpoint.url.rstrip('/')}/scripts/v1/tracker.js",
        }
