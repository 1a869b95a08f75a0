# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of recording share."""

from contextlib import contextmanager

from ..common import RealCase


class Rollback(Exception):
    """What a business method raises when it does not like its input."""


class CaptureCase(RealCase):
    def setUp(self):
        super().setUp()
        self.partner = self.make_partner()
        with self.transaction() as env:
            env["mindbox.request"].search([]).unlink()
            env.cr.execute(
                "DELETE FROM queue_job WHERE model_name = 'mindbox.endpoint'"
            )

    @contextmanager
    def partner_of(self, **context):
        with self.transaction(**context) as env:
            yield env["res.partner"].browse(self.partner)

    def events(self):
        return [row["event"] for row in self.rows("event")]

    def assertSaved(self, name):
        with self.partner_of() as partner:
            self.assertEqual(partner.name, name)
