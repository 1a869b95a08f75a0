# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may see and do what: users, managers, administrators, other companies."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.outbox.scrub import scrub
from ..reasons import Reason
from .common import LocalMindbox, Reply
from .security import GROUPS, SecurityCase

SECRETS = ("payload", "response", "device_uuid", "customer_ip")


@tagged("post_install", "-at_install")
class TestRights(SecurityCase):
    def test_users_see_requests_without_their_bodies(self):
        request = self.request.with_user(self.user)
        self.assertEqual(request.read(["state"])[0]["state"], "pending")
        for name in SECRETS:
            with self.assertRaises(AccessError):
                request.read([name])
            with self.assertRaises(AccessError):
                request.search([(name, "ilike", "anna")])
        self.assertFalse(set(SECRETS) & set(request.fields_get()))

    def test_managers_see_bodies(self):
        request = self.request.with_user(self.manager)
        self.assertIn("anna@example.com", request.payload)
        self.assertIn("\n", request.payload_pretty)

    def test_others_see_nothing(self):
        with self.assertRaises(AccessError):
            self.request.with_user(self.stranger).read(["state"])
        with self.assertRaises(AccessError):
            self.endpoint.with_user(self.stranger).read(["name"])

    def test_nobody_writes_requests_directly(self):
        for user in (self.user, self.manager, self.admin):
            request = self.request.with_user(user)
            for values in ({"payload": "{}"}, {"state": "sent"}, {"attempts": 0}):
                with self.assertRaises(AccessError):
                    request.write(values)
            with self.assertRaises(AccessError):
                request.create({"endpoint_id": self.endpoint.id, "event": "cart_set"})
            with self.assertRaises(AccessError):
                request.unlink()

    def test_nobody_calls_the_machinery_from_outside(self):
        for model, names in (
            ("mindbox.endpoint", ("_deliver", "_kick", "_get_client")),
            ("mindbox.request", ("_insert", "_update", "_merge")),
            ("mindbox.endpoint", ("_get_secret_key", "_kick_on_fresh_cursor")),
        ):
            for name in names:
                with self.assertRaises(AccessError):
                    get_public_method(self.env[model], name)

    def test_the_key_is_for_system_administrators(self):
        for user in (self.user, self.manager):
            endpoint = self.endpoint.with_user(user)
            for name in ("secret_key", "secret_key_source"):
                with self.assertRaises(AccessError):
                    endpoint.read([name])
            with self.assertRaises(AccessError):
                endpoint.search([("secret_key", "like", "k")])
            with self.assertRaises(UserError):
                endpoint.export_data(["secret_key"])
        self.assertEqual(self.endpoint.with_user(self.admin).secret_key, "key")
        self.assertFalse(self.endpoint.copy().secret_key)

    def test_a_manager_cannot_send_the_key_elsewhere(self):
        endpoint = self.endpoint.with_user(self.manager)
        for values in (
            {"url": "http://127.0.0.1:9"},
            {"secret_key": "x"},
            {"endpoint_code": "Other"},
        ):
            with self.assertRaises(AccessError):
                endpoint.write(values)
        endpoint.write({"url": endpoint.url, "concurrency": 8})
        self.endpoint.with_user(self.admin).url = "http://127.0.0.1:9"

    def test_managers_start_and_pause_users_do_not(self):
        self.endpoint.with_user(self.manager).action_pause()
        self.endpoint.with_user(self.manager).action_start()
        with self.assertRaises(AccessError):
            self.endpoint.with_user(self.user).action_pause()
        with self.assertRaises(AccessError):
            self.endpoint.with_user(self.user).action_start()

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = new_test_user(
            self.env,
            "mbx_foreign",
            GROUPS + "manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for record in (
            self.endpoint,
            self.request,
            self.endpoint.operation_ids[0],
            self.endpoint.status_ids[0],
        ):
            found = record.with_user(foreign).search([("id", "=", record.id)])
            self.assertFalse(found)
            with self.assertRaises(AccessError):
                record.with_user(foreign).read(["display_name"])
        with self.assertRaises(AccessError):
            self.request.with_user(foreign).action_cancel()


@tagged("post_install", "-at_install")
class TestInnerServices(SecurityCase):
    """An integration point is no window into the network of the server."""

    INSIDE = "inside-of-the-network"

    def setUp(self):
        super().setUp()
        self.service = LocalMindbox()
        self.addCleanup(self.service.close)
        self.endpoint.url = self.service.url

    def told(self, reply):
        """Return all that the connection test shows of an answer."""
        self.service.answer = reply
        action = self.endpoint.with_user(self.manager).action_test_connection()
        test = self.env["mindbox.connection.test"].browse(action["res_id"])
        self.assertTrue(test.line_ids)
        return str([test.verdict, *test.line_ids.mapped("message")])

    def test_the_connection_test_shows_nothing_of_what_is_not_mindbox(self):
        page = f"<html>{self.INSIDE}</html>".encode()
        document = {"status": "ok", "errorMessage": self.INSIDE, "x": self.INSIDE}
        for status in (200, 201, 400, 401, 403, 404, 405, 500):
            self.assertNotIn(self.INSIDE, self.told(Reply(status, page)))
        for status in (200, 401, 403, 404, 500):
            self.assertNotIn(self.INSIDE, self.told(Reply(status, document)))

    def test_a_redirect_into_the_network_is_not_followed(self):
        inner = LocalMindbox()
        self.addCleanup(inner.close)
        for status in (301, 302, 303, 307, 308):
            headers = {"Location": f"{inner.url}/latest/{self.INSIDE}"}
            told = self.told(Reply(status, b"", headers))
            self.assertNotIn(self.INSIDE, told)
        self.assertFalse(inner.calls)


@tagged("post_install", "-at_install")
class TestReasons(TransactionCase):
    """A reason is read by everybody: it holds no personal data."""

    def scrub(self, messages, body):
        reason = scrub(Reason("validation_error", {"messages": messages}), body)
        return reason.details["messages"]

    def test_values_of_the_body_are_taken_out(self):
        body = (
            '{"customer": {"firstName": "Анна", "lastName": "Li", '
            '"email": "Anna@Example.com", "discountCard": {"ids": {"number": "4711"}}}}'
        )
        for reason in (
            "Анна is no name",
            "LI is no name",
            "anna@example.com exists",
            "card 4711 is blocked",
        ):
            scrubbed = self.scrub(reason, body)
            for secret in ("Анна", "LI", "anna", "4711"):
                self.assertNotIn(secret, scrubbed)

    def test_contacts_are_taken_out_wherever_they_come_from(self):
        for contact in ("a.b+c@mail.example.org", "+7 (999) 123-45-67", "79991234567"):
            self.assertNotIn(contact, self.scrub(f"{contact} is known", "{}"))

    def test_what_is_no_json_does_not_disturb(self):
        for body in ("", "Id;Email", "[1, 2", "null", '"x"'):
            self.assertEqual(self.scrub("Wrong column", body), "Wrong column")
