# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The product feeds of an integration point."""

from odoo import fields, models
from odoo.exceptions import UserError


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    feed_ids = fields.One2many("mindbox.feed", "endpoint_id")

    def action_set_up_feeds(self):
        """Make a product feed for each website, and have it built.

        :raise UserError: the company has no website
        """
        self.ensure_one()
        self.check_access("write")
        websites = self.website_id or self.env["website"].search(
            [("company_id", "=", self.company_id.id)]
        )
        if not websites:
            raise UserError(self.env._("The company has no website."))
        feeds = self.env["mindbox.feed"].create(
            [
                {"endpoint_id": self.id, "website_id": website.id}
                for website in websites - self.feed_ids.website_id
            ]
        )
        feeds._queue_build()
        return True

    def _get_feed(self, website):
        """Return the feed that says what a product is like, set up or not.

        :param website: the product's own one, or an empty recordset
        """
        # Bodies are built without a person.
        endpoint = self.sudo()
        feeds = endpoint.feed_ids
        if website:
            feeds = feeds.filtered(lambda feed: feed.website_id == website)
        if feeds:
            return feeds[0]
        domain = [("company_id", "=", endpoint.company_id.id)]
        website = website or endpoint.website_id or website.search(domain, limit=1)
        return feeds.new({"endpoint_id": endpoint.id, "website_id": website.id})
