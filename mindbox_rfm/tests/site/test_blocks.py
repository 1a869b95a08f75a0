# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Blocks for some people only: six kinds of people, fresh and cached, two languages."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import SiteCase, make_block

# {kind of person: the blocks they see}
SEEN = {
    None: {"not-bought", "not-control", "all"},
    "bought, in test": {"bought", "not-control", "test", "bought-test", "all"},
    "bought, in control": {"bought", "control", "all"},
    "no orders, in test": {"rest", "not-bought", "not-control", "test", "all"},
    "employee": {"not-bought", "not-control", "all"},
}
EVERY = set().union(*SEEN.values()) | {"broken"}


@tagged("post_install", "-at_install")
class TestBlocks(SiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        bought, rest, experiment = cls.buying, cls.rest, cls.experiment
        cls.content = "".join(
            (
                make_block("block:all"),
                make_block("block:bought", segment=bought),
                make_block("block:rest", segment=rest),
                make_block("block:not-bought", segment=bought, segment_rule="hide"),
                make_block("block:not-control", experiment=experiment),
                make_block("block:test", experiment=experiment, experiment_rule="test"),
                make_block(
                    "block:control", experiment=experiment, experiment_rule="control"
                ),
                make_block(
                    "block:bought-test",
                    segment=bought,
                    experiment=experiment,
                    experiment_rule="test",
                ),
                make_block("block:broken", segment="[{}]"),
            )
        )
        cls.page = cls.make_page("/for-some", cls.content)

    def see(self, kind, url):
        """Open a page as somebody; return the names of the blocks, and the HTML."""
        text = self.open_page(kind, url)
        return {name for name in EVERY if f"block:{name}<" in text}, text

    def check_everybody(self, url):
        for kind, expected in SEEN.items():
            with self.subTest(kind=kind, url=url):
                names, text = self.see(kind, url)
                self.assertEqual(names, expected)
                self.assertNotIn("data-visibility-value-rfm", text)
        self.assertEqual(self.see("editor", url)[0], EVERY)

    def test_everybody_sees_what_is_for_them(self):
        # The second time guests are served from the cache, after others were here.
        for _time in ("fresh", "cached"):
            for url in ("/for-some", "/ru/for-some"):
                self.check_everybody(url)

    def test_the_page_of_guests_is_cached_and_has_only_what_is_for_guests(self):
        self.assertEqual(self.see(None, "/for-some")[0], SEEN[None])
        with patch.object(self.registry["website.page"], "_get_response_raw") as render:
            self.assertEqual(self.see(None, "/for-some")[0], SEEN[None])
        render.assert_not_called()

    def test_a_field_with_blocks(self):
        product = self.env["product.template"].create(
            {
                "name": "Cream",
                "is_published": True,
                "website_description": f"<p>before</p>{self.content}",
            }
        )
        url = self.env["ir.http"]._slug(product)
        self.check_everybody(f"/shop/{url}")

    def test_an_experiment_that_is_over_hides_nothing_and_singles_out_nobody(self):
        self.experiment.action_stop()
        names, _text = self.see("bought, in control", "/for-some")
        self.assertEqual(names, {"bought", "not-control", "all"})

    def test_who_moves_to_another_segment_sees_other_blocks_at_once(self):
        partner = self.find(self.rest, "test")
        self.assertEqual(
            self.see("no orders, in test", "/for-some")[0], SEEN["no orders, in test"]
        )
        self.insert([(partner, -1, 10)])
        self.run_scheme(self.scheme)
        self.assertEqual(
            self.see("no orders, in test", "/for-some")[0], SEEN["bought, in test"]
        )

    def test_the_search_quotes_no_block(self):
        self.page.arch = self.page.arch.replace("block:rest", "Magnificent secret")
        result = self.make_jsonrpc_request(
            "/website/snippet/autocomplete",
            {
                "search_type": "pages",
                "term": "Magnificent",
                "options": {"displayDescription": True},
            },
        )
        self.assertNotIn("secret", str(result))
        self.assertIn("Page", str(result))

    def test_who_edits_the_website_can_choose_segments_and_experiments(self):
        editor = self.env["res.users"].search([("login", "=", "editor")])
        env = self.env(user=editor)
        found = env["rfm.segment"].search([("scheme_state", "=", "active")])
        self.assertEqual(found, self.scheme.segment_ids)
        self.assertIn(self.experiment, env["rfm.experiment"].search([]))
