# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A client, and a Mindbox on this machine that answers what a test says."""

from odoo.tests.common import BaseCase

from ...client import Call, MindboxClient
from ...exceptions import (
    MindboxError,
)
from ..common import KEY, LocalMindbox

CALL = Call("async", "Website.EditCustomer", "guid", '{"customer": {"name": "Ёж"}}')
SYNC = CALL._replace(mode="sync")


class ClientCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.mindbox = LocalMindbox()
        self.addCleanup(self.mindbox.close)

    def client(self, **options):
        values = {
            "url": self.mindbox.url,
            "endpoint_code": "Shop.Website",
            "secret_key": KEY,
            "auth_scheme": "secret_key",
            "timeout": 1,
        }
        return MindboxClient(**values | options)

    def send(self, reply, call=CALL):
        self.mindbox.answer = reply
        return self.client().send(call)

    def fail(self, reply, kind, call=CALL):
        """Send, expect exactly this class of error and return it."""
        with self.assertRaises(MindboxError) as caught:
            self.send(reply, call)
        self.assertIs(type(caught.exception), kind)
        return caught.exception
