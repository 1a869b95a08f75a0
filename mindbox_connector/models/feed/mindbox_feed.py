# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import consteq

from ...notices import RELOAD, notify

PATH = "/mindbox/feed"


class MindboxFeed(models.Model):
    _name = "mindbox.feed"
    _description = "Mindbox Product Feed"
    _inherit = "mindbox.owned"
    _rec_name = "website_id"
    _order = "endpoint_id, website_id"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        ondelete="cascade",
        help="Its product reference, names and currency are those of the feed.",
    )
    website_id = fields.Many2one(
        "website",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["website"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    company_id = fields.Many2one(related="website_id.company_id", store=True)
    active = fields.Boolean(default=True, help="An archived feed is not served.")
    token = fields.Char(
        default=lambda self: self._make_token(),
        copy=False,
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    url = fields.Char(
        string="Address",
        compute="_compute_url",
        groups="mindbox_connector.group_mindbox_manager",
        help="For Mindbox only. Whoever knows it reads your catalogue with prices.",
    )
    product_ref = fields.Selection(related="endpoint_id.product_ref")
    interval = fields.Integer(
        string="Build Every (h)",
        default=4,
        required=True,
        help="Mindbox fetches the file as often as its own settings say.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Leave empty for the prices that a visitor sees who is not logged in.",
    )
    only_published = fields.Boolean(
        string="Only Published Products",
        help="Leave out products that can be sold but were never published, ordered "
        "or wished for. Orders of the back office may name one before Mindbox has "
        "heard of it.",
    )
    vendor_attribute_id = fields.Many2one(
        "product.attribute",
        string="Vendor",
        help="The attribute that names the brand: it goes out as vendor. Odoo itself "
        "has no such field.",
    )
    vendor_code = fields.Selection(
        [("default_code", "Internal reference"), ("barcode", "Barcode")],
        default="default_code",
        help="What goes out as vendorCode. Leave empty to send none.",
    )

    build_ids = fields.One2many("mindbox.feed.build", "feed_id")
    current_build_id = fields.Many2one(
        "mindbox.feed.build", compute="_compute_current_build"
    )
    built_at = fields.Datetime(string="Last Built", compute="_compute_current_build")
    offer_count = fields.Integer(compute="_compute_current_build", string="Offers")
    unavailable_count = fields.Integer(
        compute="_compute_current_build", string="Not Available"
    )
    problem_count = fields.Integer(compute="_compute_problem_count", string="Problems")
    health = fields.Char(compute="_compute_health")
    health_level = fields.Selection(
        [("good", "Good"), ("note", "Note"), ("bad", "Bad")], compute="_compute_health"
    )

    _website_uniq = models.UniqueIndex(
        "(endpoint_id, website_id)",
        "This integration point has a feed of this website already.",
    )
    _interval_check = models.Constraint(
        "CHECK(interval BETWEEN 1 AND 168)",
        "A feed is built every 1 to 168 hours.",
    )

    @api.constrains("endpoint_id", "website_id")
    def _check_website(self):
        for feed in self:
            endpoint, website = feed.endpoint_id, feed.website_id
            if website.company_id != endpoint.company_id:
                raise ValidationError(
                    self.env._(
                        "The website %(website)s belongs to another company.",
                        website=website.name,
                    )
                )
            if endpoint.website_id and endpoint.website_id != website:
                raise ValidationError(
                    self.env._(
                        "The integration point %(endpoint)s serves another website.",
                        endpoint=endpoint.name,
                    )
                )

    # === ADDRESS === #

    def _make_token(self):
        """Return a new secret of 256 bits."""
        return secrets.token_urlsafe(32)

    @api.depends("token", "website_id")
    def _compute_url(self):
        for feed in self:
            base = feed.website_id.get_base_url()
            feed.url = feed.token and f"{base}{PATH}/{feed.token}.xml"

    def action_rotate_token(self):
        """Give the feed a new address; nothing is served at the old one any more."""
        self.check_access("write")
        for feed in self.sudo():
            feed.token = self._make_token()

    @api.model
    def _find_by_token(self, token):
        """Return the feed with this token, in as much time whether there is one or not.

        :param str token: whatever stood in the address
        """
        given, found = token.encode(), self.browse()
        for feed in self.search([("token", "!=", False)]):
            if consteq(feed.token.encode(), given) and feed.endpoint_id.active:
                found = feed
        return found

    # === BUTTONS === #

    def action_build(self):
        """Have the feed built now, in the background."""
        self.check_access("write")
        self._queue_build()
        message = self.env._("The feed is being built in the background.")
        return notify(message, RELOAD)

    def action_open(self):
        """Open the feed."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_view_offers(self):
        """Open the products of the feed."""
        return self._action_view_offers({})

    def action_view_unavailable(self):
        """Open the products that are in the feed as not available."""
        return self._action_view_offers({"search_default_unavailable": 1})

    def action_view_problems(self):
        """Open the products that are left out, with what helps."""
        return self._action_view_offers({"search_default_problems": 1})

    def _action_view_offers(self, context):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_feed_offer_action"
        )
        domain = [("feed_id", "in", self.ids)]
        return action | {"domain": domain, "context": context}
