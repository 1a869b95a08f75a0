# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What customers agree to is kept in versions, and shown where they decide."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestConsentText(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.website = cls.env["website"].search([], order="id", limit=1)
        cls.texts = cls.env["mindbox.consent.text"]
        cls.texts.search([]).unlink()
        cls.text = cls.texts.create(
            {
                "website_id": cls.website.id,
                "wording": "Tell me about new shoes.",
                "document": "Policy of May",
                "policy_url": "/privacy",
            }
        )
        cls.customer = new_test_user(
            cls.env, "agrees", "base.group_portal", password="agrees_1"
        )
        cls.consents = cls.env["mindbox.consent"]

    def decide(self, source="signup"):
        return self.consents._decide(
            self.customer.partner_id,
            {("email", ""): True},
            source=source,
            website_id=self.website.id,
        )

    def decisions(self):
        """Return {channel and topic: agreed} as they count now."""
        return self.consents._get_state(self.customer.partner_id)

    def test_a_decision_keeps_the_version_that_was_read(self):
        decision = self.decide()
        newer = self.text.copy({"wording": "Tell me about all shoes."})
        self.assertEqual((self.text.version, newer.version), (1, 2))
        self.assertTrue(newer.is_current)
        self.assertFalse(self.text.is_current)
        self.assertEqual(decision.text_id, self.text)
        self.assertEqual(decision.wording, "Tell me about new shoes.")
        self.assertEqual(decision.document, "Policy of May")

    def test_what_somebody_has_agreed_to_stays_as_it_is(self):
        self.text.wording = "Tell me about my shoes."
        self.decide()
        for change in (
            lambda: self.text.write({"wording": "Send me everything."}),
            lambda: self.text.update_field_translations("wording", {"en_US": "All"}),
            self.text.unlink,
        ):
            with self.assertRaisesRegex(UserError, "Make a new one"):
                change()
        self.assertEqual(self.text.wording, "Tell me about my shoes.")

    def test_without_a_text_the_usual_words_are_read(self):
        decision = self.decide("portal")
        self.assertFalse(decision.text_id)
        self.assertIn("Choose how you want", decision.wording)

    def test_a_link_leads_to_a_page(self):
        with self.assertRaisesRegex(ValidationError, "https://"):
            self.text.policy_url = "javascript:alert(1)"

    def test_sign_up_shows_the_text_in_force_and_the_policy(self):
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.website.auth_signup_uninvited = "b2c"
        page = self.url_open("/web/signup").text
        self.assertIn("Tell me about new shoes.", page)
        self.assertIn('href="/privacy"', page)
        self.assertIn("Policy of May", page)

    # -- My subscriptions --

    def save(self, **form):
        self.authenticate("agrees", "agrees_1")
        page = self.url_open("/my/subscriptions").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open("/my/subscriptions", data={"csrf_token": token, **form})
        return page

    def test_the_page_offers_the_channels_that_the_shop_has_chosen(self):
        self.website.write({"mindbox_channel_sms": False})
        topics = self.env["mindbox.topic"]
        for channel in ("email", "sms"):
            topics.create(
                {"name": f"By {channel}", "code": channel, "portal_channel": channel}
            )
        page = self.save(email="on", sms="on", viber="on")
        self.assertIn("By email", page)
        self.assertNotIn('name="sms"', page)
        self.assertNotIn("By sms", page)
        self.assertEqual(self.decisions(), {("email", ""): True, ("viber", ""): True})

    def test_one_button_ends_it_all(self):
        self.env["mindbox.topic"].create({"name": "Shoes", "code": "shoes"})
        wanted = {("email", ""): True, ("sms", ""): True, ("email", "shoes"): True}
        self.consents._decide(self.customer.partner_id, wanted)
        self.website.mindbox_channel_sms = False
        self.save(email="on", all_off="1")
        state = self.decisions()
        self.assertLessEqual(wanted.keys(), state.keys())
        self.assertIn(("viber", ""), state, "what was offered is refused, too")
        self.assertFalse(any(state.values()))
