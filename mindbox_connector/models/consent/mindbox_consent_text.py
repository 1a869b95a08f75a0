# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Of a version that somebody has agreed to, these stay what they are.
AGREED = frozenset({"website_id", "place", "wording", "document", "policy_url"})


class MindboxConsentText(models.Model):
    """What visitors of a website read when they decide: the newest version counts."""

    _name = "mindbox.consent.text"
    _description = "Text of Consents"
    _inherit = "mindbox.owned"
    _order = "website_id, place, version desc"

    website_id = fields.Many2one(
        "website", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="website_id.company_id")
    place = fields.Selection(
        [("mail", "Sign-up and checkout"), ("portal", "My subscriptions")],
        required=True,
        default="mail",
        help="Sign-up and checkout: beside the box for news by e-mail. My "
        "subscriptions: above the channels.",
    )
    version = fields.Integer(readonly=True, copy=False, aggregator=False)
    wording = fields.Text(
        string="Text",
        required=True,
        translate=True,
        help="The words that visitors agree to, in each language.",
    )
    document = fields.Char(
        translate=True,
        help="What they agree to, with its date: “Privacy policy of 1 March 2026”. "
        "Empty: the document of the website's settings.",
    )
    policy_url = fields.Char(
        string="Link to the Policy",
        help="Shown beside the text, e.g. /privacy or https://shop.example/privacy.",
    )
    is_current = fields.Boolean(string="In Force", compute="_compute_is_current")
    consent_count = fields.Integer(string="Decisions", compute="_compute_consent_count")

    _version_uniq = models.UniqueIndex("(website_id, place, version)")

    @api.depends("place", "version", "website_id")
    def _compute_display_name(self):
        places = dict(self._fields["place"]._description_selection(self.env))
        for text in self:
            text.display_name = self.env._(
                "%(place)s, version %(version)s",
                place=places.get(text.place, ""),
                version=text.version,
            )

    def _compute_is_current(self):
        for text in self:
            text.is_current = text == self._find(text.website_id, text.place)

    def _compute_consent_count(self):
        decisions = self.env["mindbox.consent"].sudo()
        found = decisions._read_group(
            [("text_id", "in", self.ids)], ["text_id"], ["__count"]
        )
        counts = {text.id: count for text, count in found}
        for text in self:
            text.consent_count = counts.get(text.id, 0)

    @api.constrains("policy_url")
    def _check_policy_url(self):
        for text in self:
            url = (text.policy_url or "").strip()
            if url and not url.startswith(("https://", "http://", "/")):
                raise ValidationError(
                    self.env._(
                        "A link starts with https:// or with / for a page of the "
                        "website, not like this: %s",
                        url,
                    )
                )

    # === VERSIONS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create texts; the version is counted, nobody chooses it."""
        texts = super().create(vals_list)
        for text in texts:
            same = [("website_id", "=", text.website_id.id), ("place", "=", text.place)]
            counted = [*same, ("version", ">", 0)]
            # Also of a version that the user may not see: no number comes twice.
            newest = self.sudo().search(counted, order="version desc", limit=1)
            text.sudo().version = (newest.version or 0) + 1
        return texts

    def write(self, vals):
        """Correct a text, unless somebody has decided by it.

        :raise UserError: it is what customers have agreed to
        """
        self._check_not_agreed(vals)
        return super().write(vals)

    def update_field_translations(self, field_name, translations, source_lang=""):
        """Translate a text, unless somebody has decided by it.

        :raise UserError: it is what customers have agreed to
        """
        self._check_not_agreed([field_name])
        return super().update_field_translations(field_name, translations, source_lang)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        # A website that goes takes its texts along; decisions keep the words.
        self._check_not_agreed(AGREED)

    def _check_not_agreed(self, names):
        # Whoever may write a text need not see who has agreed to it.
        decisions = self.env["mindbox.consent"].sudo()
        agreed = decisions.search_count([("text_id", "in", self.ids)], limit=1)
        if agreed and not AGREED.isdisjoint(names):
            raise UserError(
                self.env._(
                    "Customers have agreed to this version. Make a new one: it is what "
                    "visitors read from then on."
                )
            )

    def action_new_version(self):
        """Open the form of a version that starts as this one is.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.ensure_one()
        twin = self.copy()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": twin.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === WHAT A VISITOR READS === #

    @api.model
    def _find(self, website, place):
        """Return the text that is in force, none where there is none."""
        domain = [("website_id", "=", website.id), ("place", "=", place)]
        return self.search(domain, order="version desc", limit=1)

    @api.model
    def _read_shown(self, website, place):
        """Return what is shown and kept of the text in force, in the reader's language.

        :return: dict of ``text_id``, ``wording``, ``document`` and ``policy_url``
        """
        # Visitors have no rights to the texts, but are shown them.
        text = self.sudo()._find(website, place)
        consents = self.env["mindbox.consent"]
        usual = {"mail": consents._get_wording, "portal": consents._get_portal_wording}
        return {
            "text_id": text.id,
            "wording": text.wording or usual[place](),
            "document": text.document or website.mindbox_consent_document,
            "policy_url": text.policy_url,
        }
