# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...fields import SystemName
from ..capture.visitor import get_visitor

# Mindbox's names of the channels, and what it needs to reach a customer there.
CHANNELS = {
    "email": "Email",
    "sms": "Sms",
    "viber": "Viber",
    "webpush": "Webpush",
    "mobilepush": "Mobilepush",
}
# Where it is the customer who decides, at the own browser.
BY_VISITOR = ("signup", "checkout", "portal")


class MindboxConsent(models.Model):
    """A decision of a customer, kept for ever: the newest one of a channel counts."""

    _name = "mindbox.consent"
    _description = "Consent to Marketing"
    _inherit = "mindbox.source"
    _order = "decided_at desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("sms", "SMS"),
            ("viber", "Viber"),
            ("webpush", "Web push"),
            ("mobilepush", "Mobile push"),
        ],
        required=True,
        default="email",
    )
    topic_id = fields.Many2one(
        "mindbox.topic",
        string="Topic",
        ondelete="restrict",
        help="Empty: the whole channel.",
    )
    # What is told and compared: as it is called in Mindbox.
    topic = SystemName(
        string="System Name of the Topic", related="topic_id.code", store=True
    )
    is_subscribed = fields.Boolean(
        string="Agreed", help="Off: the customer does not want to hear from us there."
    )
    decided_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now, readonly=True
    )
    source = fields.Selection(
        [
            ("signup", "Sign-up"),
            ("checkout", "Checkout"),
            ("portal", "My subscriptions"),
            ("backoffice", "Back office"),
            ("blacklist", "Blacklist"),
            ("mindbox", "Mindbox"),
            ("shared", "Another customer with the same contact"),
        ],
        string="Where",
        required=True,
        default="backoffice",
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="set null",
    )
    website_id = fields.Many2one("website", readonly=True, ondelete="set null")
    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Told By",
        readonly=True,
        ondelete="set null",
        help="The integration point whose Mindbox has told of it.",
    )
    wording = fields.Text(
        readonly=True, help="The words the customer has read and agreed to."
    )
    text_id = fields.Many2one(
        "mindbox.consent.text",
        string="Version of the Text",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The version that was in force at that website.",
    )
    document = fields.Char(
        readonly=True, help="What the customer has agreed to, with its version."
    )
    ip_address = fields.Char(
        string="IP Address",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
        help="From where the customer has decided. Forgotten with the customer.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Record decisions; when, where and by whom is not the caller's to say.

        :raise AccessError: somebody but the server states what proves a decision
        """
        decisions = super().create(
            [self._get_circumstances(vals) | vals for vals in vals_list]
        )
        made_here = self.browse(
            decision.id
            for decision, vals in zip(decisions, vals_list, strict=True)
            if "decided_at" not in vals
        )
        made_here._follow_earlier_ones()
        for decision in decisions:
            # Who is unknown there has no consent to give or to withdraw.
            decision.partner_id._mindbox_introduce()
            decision._mindbox_mark("customer_subscription", website=decision.website_id)
        return decisions

    def _get_circumstances(self, vals):
        """Return from where a visitor decides, and on which document."""
        if vals.get("source") not in BY_VISITOR:
            return {}
        website = self.env["website"].browse(vals.get("website_id"))
        place = "portal" if vals["source"] == "portal" else "mail"
        read = self.env["mindbox.consent.text"]._read_shown(website, place)
        kept = {name: read[name] for name in ("text_id", "wording", "document")}
        return kept | {"ip_address": get_visitor()["customer_ip"]}

    def write(self, vals):
        """A decision is a document: a new one is made instead."""
        if vals:
            raise UserError(
                self.env._("A decision is not changed afterwards: record a new one.")
            )
        return super().write(vals)

    # === WHAT WAS TOLD === #

    def _filter_untold(self, endpoint):
        """Return those of these decisions that Mindbox was not told."""
        untold = self.env["mindbox.ledger"]._get_untold(
            endpoint,
            "consents",
            {decision.id: decision._get_told_state(endpoint) for decision in self},
        )
        return self.filtered(lambda decision: decision.id in untold)

    def _get_told_state(self, endpoint):
        """Return the decision as the ledger keeps it."""
        return {get_place(self.channel, self.topic, endpoint): self.is_subscribed}

    @api.model
    def _get_wording(self):
        """Return the words that a customer agrees to, in the customer's language."""
        return self.env._("I want to receive news and offers by e-mail.")

    @api.model
    def _get_portal_wording(self):
        """Return the words above the channels of My subscriptions."""
        return self.env._(
            "Choose how you want to hear from us about news and offers. Messages about "
            "your orders come in any case."
        )

    @api.model
    def _decide(self, partner, wanted, **vals):
        """Record what a customer has decided; what stays as it was is no decision.

        :param partner: the customer
        :param dict wanted: {(channel, topic): agreed}
        :param vals: source, wording, website_id of the decision
        :return: the new decisions
        """
        state = self._get_state(partner)
        topics, company = self.env["mindbox.topic"].sudo(), self.env.company
        return self.create(
            [
                {
                    "partner_id": partner.id,
                    "channel": channel,
                    "topic_id": topic and topics._find(topic, company).id,
                    "is_subscribed": agreed,
                    **vals,
                }
                for (channel, topic), agreed in wanted.items()
                if state.get((channel, topic or "")) != agreed
            ]
        )

    @api.model
    def _decide_for_contact(self, field, values, channels, agreed):
        """Record an opt-out, or its end, of all who share an address or number.

        :param str field: of res.partner, e.g. ``email_normalized``
        :param values: the addresses or numbers
        """
        domain = Domain(field, "in", list(values)) & Domain("partner_share", "=", True)
        for partner in self.env["res.partner"].sudo().search(domain):
            if partner._mindbox_customer() == partner:
                wanted = {(channel, ""): agreed for channel in channels}
                self.sudo()._decide(partner, wanted, source="blacklist")

    @api.model
    def _repeat_opt_outs(self, partner):
        """Tell again what a customer does not want: a merge in Mindbox forgets it.

        Unless somebody else has agreed since whom Mindbox knows as the same customer.
        """
        persons = self.env["mindbox.person"].sudo()
        for endpoint in partner._mindbox_endpoints(False):
            person = persons._find(endpoint, partner)
            newest = self._get_newest(endpoint, person or partner)
            refused = newest.filtered(lambda decision: not decision.is_subscribed)
            refused._mindbox_mark("customer_subscription")

    # === SOURCE === #

    def _mindbox_customer(self):
        return self.partner_id._mindbox_customer()

    def _mindbox_shop(self):
        return self.website_id, self.partner_id.company_id

    def _mindbox_endpoints(self, website_id):
        """Whoever knows the customer must hear of the decision."""
        return self.partner_id._mindbox_endpoints(website_id or self.website_id.id)

    def _mindbox_moment(self, event, moment):
        """As exact as a mark is: the last of two decisions in a second must win.

        What Mindbox was told otherwise, or has forgotten, is told anew as of now.
        """
        now = moment - self.decided_at < timedelta(seconds=1)
        return moment if now or self._is_told_again() else self.decided_at

    def _is_told_again(self):
        """Whether Mindbox was told of the decision, or is about to be.

        What waits says when it was made more exactly than the decision itself.
        """
        waiting = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("state", "=", "pending"),
        ]
        return self.env["mindbox.scope"]._knows("consents", self) or bool(
            self.env["mindbox.request"].sudo().search_count(waiting, limit=1)
        )

    def _mindbox_subject(self, event):
        return self.partner_id._mindbox_subject(event)

    def _mindbox_operation(self, event, endpoint):
        """A step that subscribes cannot unsubscribe: that takes an edit."""
        by_edit = endpoint.withdraw_by_edit and not self.is_subscribed
        event = "customer_edit" if by_edit else event
        return super()._mindbox_operation(event, endpoint)

    def _mindbox_customer_subscription_body(self, endpoint):
        subscription = {
            "pointOfContact": CHANNELS[self.channel],
            "isSubscribed": self.is_subscribed,
        }
        if self.topic:
            subscription["topic"] = self.topic
        if endpoint.brand:
            subscription["brand"] = endpoint.brand
        customer = self._mindbox_customer()._mindbox_identity(endpoint)
        return {"customer": customer | {"subscriptions": [subscription]}}


def get_place(channel, topic, endpoint):
    """Return what a decision is about as the ledger names it."""
    return f"{CHANNELS[channel]}/{topic or ''}/{endpoint.brand or ''}"
