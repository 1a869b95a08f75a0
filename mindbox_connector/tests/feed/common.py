# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A feed of a shop, built and read as it is served."""

import gzip
from pathlib import Path

from lxml import etree

from ..sources import SourceCase

SCHEMA = etree.XMLSchema(file=str(Path(__file__).parent / "yml.xsd"))


class FeedCase(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.product_tmpl_id.is_published = True
        cls.feed = cls.env["mindbox.feed"].create(
            {"endpoint_id": cls.endpoint.id, "website_id": cls.website.id}
        )

    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_files)

    def remove_files(self):
        for build in self.feed.exists().build_ids:
            build._get_path().unlink(missing_ok=True)

    def read_feed(self):
        """Return the root of the feed as it is served."""
        content = gzip.decompress(self.feed.current_build_id._get_path().read_bytes())
        root = etree.fromstring(content)
        SCHEMA.assertValid(root)
        return root

    def build_feed(self):
        self.feed.with_context(queue_job__no_delay=True)._build()
        return self.read_feed()

    def offers(self):
        return {offer.get("id"): offer for offer in self.build_feed().iter("offer")}
