# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may see and do what: users, managers, administrators, other companies."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.outbox import mindbox_retention
from ..models.outbox.scrub import scrub
from ..reasons import Reason
from .common import LocalMindbox, Reply

GROUPS = "mindbox_connector.group_mindbox_"
SECRETS = ("payload", "response", "device_uuid", "customer_ip")


@tagged("post_install", "-at_install")
class SecurityCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.user = new_test_user(cls.env, "mbx_user", GROUPS + "user")
        cls.manager = new_test_user(cls.env, "mbx_manager", GROUPS + "manager")
        cls.admin = new_test_user(cls.env, "mbx_admin", "base.group_system")
        cls.stranger = new_test_user(cls.env, "mbx_stranger", "base.group_user")
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {"name": "Shop", "endpoint_code": "Shop.Website", "secret_key": "key"}
        )
        cls.endpoint.action_start()
        cls.partner = cls.env["res.partner"].create({"name": "Anna"})
        # What was there before the test is not recorded in it.
        cls.env.cr.precommit.clear()
        cls.env.cr.postcommit.clear()
        cls.request = cls.make_request()

    @classmethod
    def make_request(cls, **values):
        return cls.env["mindbox.request"].create(
            {
                "endpoint_id": cls.endpoint.id,
                "event": "customer_authorize",
                "res_model": "res.partner",
                "res_id": cls.partner.id,
                "payload": '{"customer": {"email": "anna@example.com"}}',
                **values,
            }
        )


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
class TestResendAndCancel(SecurityCase):
    def test_users_neither_resend_nor_cancel(self):
        for name in ("action_resend", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(self.request.with_user(self.user), name)()

    def test_cancelling_ends_what_waits_only(self):
        sent = self.make_request(state="sent")
        (self.request | sent).with_user(self.manager).action_cancel()
        self.assertEqual((self.request.state, sent.state), ("cancelled", "sent"))
        self.assertIn(self.manager.name, self.request.error)

    def test_a_fact_goes_again_under_the_same_id(self):
        """Mindbox knows it: nothing is counted twice."""
        fact = self.make_request(state="sent", attempts=3)
        before = (fact.transaction_id, fact.payload)
        fact.with_user(self.manager).action_resend()
        self.assertEqual((fact.transaction_id, fact.payload), before)
        self.assertEqual((fact.state, fact.attempts), ("pending", 0))

    def test_a_refused_fact_gets_a_new_id(self):
        fact = self.make_request(state="rejected")
        before = fact.transaction_id
        fact.with_user(self.manager).action_resend()
        self.assertNotEqual(fact.transaction_id, before)
        self.assertTrue(fact.payload)

    def test_a_state_goes_again_in_its_newest_form(self):
        state = self.make_request(
            state="sent",
            event="customer_edit",
            merge_key=f"customer/res.partner/{self.partner.id}",
        )
        before = state.transaction_id
        state.with_user(self.manager).action_resend()
        self.assertFalse(state.payload)
        self.assertNotEqual(state.transaction_id, before)

    def test_what_waits_is_not_touched_by_resending(self):
        before = self.request.transaction_id
        self.request.with_user(self.manager).action_resend()
        self.assertEqual(self.request.transaction_id, before)
        self.assertTrue(self.request.payload)

    def test_without_a_body_a_fact_cannot_go_again(self):
        fact = self.make_request(state="sent", payload=False)
        with self.assertRaises(UserError):
            fact.with_user(self.manager).action_resend()

    def test_without_its_record_a_state_cannot_go_again(self):
        state = self.make_request(state="sent", merge_key="x", res_id=2**31 - 1)
        with self.assertRaises(UserError):
            state.with_user(self.manager).action_resend()


@tagged("post_install", "-at_install")
class TestRetention(SecurityCase):
    def aged(self, days, state, **values):
        moment = fields.Datetime.now() - timedelta(days=days)
        return self.make_request(
            state=state, next_attempt_at=moment, response="{}", **values
        )

    def clean(self):
        self.env.flush_all()
        result = self.env["mindbox.request"]._gc_requests()
        self.env.invalidate_all()
        return result

    def test_bodies_of_finished_rows_are_emptied_after_days(self):
        old, young = self.aged(5, "sent"), self.aged(1, "sent")
        self.clean()
        self.assertFalse(old.payload or old.response)
        self.assertTrue(young.payload and young.response)

    def test_rows_are_removed_after_weeks_rejected_ones_later(self):
        rows = {
            state: self.aged(40, state)
            for state in ("sent", "skipped", "cancelled", "rejected", "pending")
        }
        ancient = self.aged(400, "rejected")
        self.clean()
        left = {state for state, row in rows.items() if row.exists()}
        self.assertEqual(left, {"rejected", "pending"})
        self.assertTrue(rows["rejected"].payload, "to be mended and sent again")
        self.assertFalse(ancient.exists())

    def test_what_waits_is_never_removed(self):
        ancient = self.aged(4000, "pending")
        self.clean()
        self.assertTrue(ancient.exists() and ancient.payload)

    def test_history_sent_today_stays_for_the_full_time(self):
        moment = fields.Datetime.now() - timedelta(days=2000)
        row = self.aged(0, "sent", occurred_at=moment)
        self.clean()
        self.assertTrue(row.exists() and row.payload)

    def test_the_settings_decide(self):
        self.env["ir.config_parameter"].set_param("mindbox_connector.row_days", 50)
        row = self.aged(40, "sent")
        self.clean()
        self.assertTrue(row.exists())

    def test_more_is_left_for_the_next_round(self):
        for _number in range(5):
            self.aged(40, "sent")
        with patch.object(mindbox_retention, "GC_CHUNK", 2):
            done, more = self.clean()
        self.assertTrue(more)
        self.assertLessEqual(done, 4)


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
