# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wrong settings are refused at once, in words that say what to do."""

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestBadInput(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.endpoint = cls.make()

    @classmethod
    def make(cls, **values):
        return cls.env["mindbox.endpoint"].create(
            {
                "name": "Shop",
                "endpoint_code": "Shop.Website",
                "secret_key": "key",
                **values,
            }
        )

    def refuse(self, record, **values):
        """Write, expect a refusal and return its words as the person sees them."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                record.write(values)
                record.env.flush_all()
        except IntegrityError as error:
            return str(record._sql_error_to_message(error))
        except UserError as error:
            return str(error)
        self.fail(f"accepted: {values}")

    def test_addresses(self):
        for url, word in (
            ("ftp://api.mindbox.ru", "https://"),
            ("api.mindbox.ru", "https://"),
            ("", "https://"),
            ("https://", "https://"),
            ("javascript:alert(1)", "https://"),
            ("https://api.mindbox.ru/v3/operations", "path"),
            ("https://api.mindbox.ru?x=1", "path"),
            ("https://api.mindbox.ru#x", "path"),
            ("https://api mindbox.ru", "spaces"),
            (" https://api.mindbox.ru", "spaces"),
            ("https://api.mindbox.ru\n", "spaces"),
            ("https://user:secret@api.mindbox.ru", "password"),
            ("https://api.mindbox.ru:99999", "not a URL"),
            ("https://[::1", "not a URL"),
            ("http://api.mindbox.ru", "unencrypted"),
            ("http://93.184.215.14", "unencrypted"),
            ("http://10.0.0.1", "inner network"),
            ("https://192.168.0.7", "inner network"),
            ("https://169.254.169.254", "inner network"),
            ("http://169.254.169.254:80", "inner network"),
            ("https://[fe80::1]", "inner network"),
            ("https://[fd00:ec2::254]", "inner network"),
            ("https://[::ffff:169.254.169.254]", "inner network"),
            ("https://2852039166", "inner network"),
            ("http://2130706433", "inner network"),
            ("https://0xa9.0xfe.0xa9.0xfe", "inner network"),
            ("http://127.1", "inner network"),
            ("https://0.0.0.0", "inner network"),
            ("https://224.0.0.1", "inner network"),
        ):
            with self.subTest(url=url):
                self.assertIn(word, self.refuse(self.endpoint, url=url))

    def test_good_addresses(self):
        for url in (
            "https://api.mindbox.ru",
            "https://api.mindbox.cloud/",
            "http://localhost:8170",
            "http://127.0.0.1:8170",
            "http://[::1]:8170",
            "http://sandbox:8170",
        ):
            self.endpoint.url = url

    def test_credentials(self):
        for values, word in (
            ({"secret_key": "a b"}, "spaces"),
            ({"secret_key": "ключ"}, "Latin"),
            ({"secret_key": 'a"b'}, "quotes"),
            ({"secret_key": "a\r\nX: 1"}, "spaces"),
            ({"endpoint_code": "Shop Website"}, "endpoint ID"),
            ({"endpoint_code": "магазин"}, "endpoint ID"),
        ):
            with self.subTest(values=values):
                self.assertIn(word, self.refuse(self.endpoint, **values))

    def test_starting_without_key_or_endpoint(self):
        for values, word in (
            ({"secret_key": False}, "secret key"),
            ({"endpoint_code": False}, "endpoint ID"),
        ):
            endpoint = self.make(**values)
            with self.assertRaises(ValidationError) as caught:
                endpoint.action_start()
            self.assertIn(word, str(caught.exception))

    def test_emptying_the_key_of_a_running_one(self):
        self.endpoint.action_start()
        self.assertIn("secret key", self.refuse(self.endpoint, secret_key=False))

    def test_numbers(self):
        for values, word in (
            ({"rate_limit": 0}, "Calls per minute"),
            ({"rate_limit": -1}, "Calls per minute"),
            ({"concurrency": 0}, "Connections"),
            ({"concurrency": -4}, "Connections"),
            ({"concurrency": 65}, "Connections"),
            ({"timeout": 0}, "timeout"),
            ({"timeout": 3600}, "timeout"),
        ):
            with self.subTest(values=values):
                self.assertIn(word, self.refuse(self.endpoint, **values))

    def test_operation_names(self):
        operation = self.endpoint.operation_ids[0]
        for name in ("Website Edit", "Операция", "a/b", "a&b=c", "a\n"):
            with self.subTest(name=name):
                self.assertIn("Operation: “", self.refuse(operation, name=name))

    def test_bulk_is_for_imports(self):
        operation = self.endpoint.operation_ids[0]
        self.assertIn("Asynchronous", self.refuse(operation, mode="bulk"))

    def test_two_operations_for_one_event(self):
        one, other = self.endpoint.operation_ids.filtered(
            lambda operation: not operation.for_guests
        )[:2]
        self.assertIn("already", self.refuse(other, event=one.event))

    def test_a_status_mapped_twice(self):
        one, other = self.endpoint.status_ids[:2]
        words = self.refuse(other, milestone=one.milestone)
        self.assertIn("mapped once", words)

    def test_an_empty_status(self):
        self.assertIn("empty", self.refuse(self.endpoint.status_ids[0], status="  "))

    def test_two_running_for_one_website_or_company(self):
        self.endpoint.action_start()
        other = self.make()
        self.assertIn("Another integration point", self.refuse(other, state="running"))
        website = self.env["website"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        (self.endpoint | other).state = "draft"
        (self.endpoint | other).website_id = website
        self.endpoint.action_start()
        self.assertIn("Another integration point", self.refuse(other, state="running"))

    def test_a_website_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        website = self.env["website"].create({"name": "O", "company_id": company.id})
        words = self.refuse(self.endpoint, website_id=website.id)
        self.assertIn("another company", words)

    def test_id_names_and_filter_of_customers(self):
        for values, word in (
            ({"customer_id_name": "website id"}, "system name"),
            ({"order_id_name": "заказ"}, "system name"),
            ({"customer_domain": "[('nonsense', '=', 1)]"}, "filter"),
            ({"customer_domain": "[('name', '=', "}, "filter"),
            ({"customer_domain": "__import__('os')"}, "filter"),
            ({"customer_domain": "5"}, "filter"),
        ):
            with self.subTest(values=values):
                self.assertIn(word, self.refuse(self.endpoint, **values))

    def test_deleting_a_running_one(self):
        self.endpoint.action_start()
        with self.assertRaises(UserError):
            self.endpoint.unlink()
