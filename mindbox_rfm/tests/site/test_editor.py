# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The condition of a block, chosen in the website editor, in a real browser."""

from odoo.tests import tagged

from .common import SiteCase

BLOCK = """
    <section class="s_text_block" data-snippet="s_text_block" data-name="Text">
        <div class="container"><p>block:chosen</p></div>
    </section>
"""


@tagged("post_install", "-at_install")
class TestEditor(SiteCase):
    def test_a_block_is_made_for_a_segment_in_the_editor(self):
        self.let_admin_in()
        page = self.make_page("/for-some", f'<div class="oe_structure">{BLOCK}</div>')
        url = self.env["website"].get_client_action_url(page.url, True)
        self.start_tour(url, "mindbox_rfm_block_tour", login="admin", timeout=120)
        expected = {
            None: False,
            "no orders, in test": False,
            "bought, in test": True,
            "bought, in control": False,
        }
        for kind, is_seen in expected.items():
            with self.subTest(kind=kind):
                text = self.open_page(kind, page.url)
                self.assertEqual("block:chosen" in text, is_seen)
