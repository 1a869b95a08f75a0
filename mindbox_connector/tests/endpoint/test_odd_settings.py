# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odd settings are refused in words, or they work."""

from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...client import Call
from ..fuzz import EXAMPLES, WORDS, odd
from ..sources import SourceCase

NUMBERS = st.sampled_from([0, 1, -1, 60, 64, 65, 2**31 - 1, -(2**31)])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "url": WORDS
        | st.tuples(st.sampled_from(["https://", "http://", "https://a."]), WORDS).map(
            "".join
        ),
        **dict.fromkeys(("endpoint_code", "secret_key", "brand"), WORDS),
        **dict.fromkeys(("customer_id_name", "order_id_name"), WORDS),
        **dict.fromkeys(("product_id_name", "payment_type"), WORDS),
        **dict.fromkeys(("timeout", "concurrency", "rate_limit"), NUMBERS),
        "customer_domain": WORDS
        | st.sampled_from(
            [
                "[('name', '=', 'x')]",
                "[('nothing', '=', 1)]",
                "[('id', 'frob', 1)]",
                "[('create_date', '>', 'never')]",
                "[(1, '=', 1)]",
                "['|']",
                "[('user_ids.password', '=', 'x')]",
                "__import__('os')",
                "{}",
            ]
        ),
        "name_format": st.sampled_from(["first_last", "last_first", "full"]),
        "discount_style": st.sampled_from(["none", "promo_code", "all"]),
        "wrap_views": st.booleans(),
    },
)


@tagged("post_install", "-at_install")
class TestOddSettings(SourceCase):
    """A setting is refused in words when it is entered, or it works."""

    @odd(max(50, EXAMPLES // 10))
    @given(SETTINGS)
    def test_any_settings(self, values):
        with self.env.cr.savepoint(flush=False) as savepoint:
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.endpoint.write(values)
                    self.env.flush_all()
            except UserError as refusal:
                self.assertTrue(str(refusal).strip())
            except IntegrityError as refusal:
                words = str(self.endpoint._sql_error_to_message(refusal))
                self.assertNotIn("null value", words)
            else:
                self.check_it_works()
            savepoint.rollback()

    def check_it_works(self):
        self.customer.name = "Anna Petrova"
        row = self.recorded("customer_edit")
        if row:
            self.build(row)
            self.assertNotIn("cannot be built", row.error or "")
        client = self.endpoint._get_client()
        call = Call("sync", "Website.EditCustomer", "guid", "{}")
        self.assertTrue(client._pool.host)
        self.assertTrue(client._query(call).isascii())
        for value in client._call_headers(call).values():
            value.encode("latin-1")
            self.assertFalse({"\r", "\n"} & set(value))
