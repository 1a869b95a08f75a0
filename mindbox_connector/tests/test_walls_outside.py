# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What gets out by other doors: keys of the API, stored files, colleagues' logins."""

import json
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from .security import GROUPS, SecurityCase


@tagged("post_install", "-at_install")
class TestKeys(SecurityCase, HttpCase):
    """A key of the JSON-2 API opens what its user may do, and nothing else."""

    def call(self, user, model, method, key=None, **arguments):
        keys = self.env["res.users.apikeys"].with_user(user)
        tomorrow = datetime.now() + timedelta(days=1)
        key = key or keys._generate("rpc", "test", tomorrow)
        self.env.flush_all()
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"bearer {key}",
                "Content-Type": "application/json",
            },
        )
        return answer.status_code, answer.json()

    def ask(self, user, *names):
        domain = [("id", "=", self.request.id)]
        return self.call(
            user, "mindbox.request", "search_read", domain=domain, fields=list(names)
        )

    def test_a_user_reads_requests_and_no_bodies(self):
        status, rows = self.ask(self.user, "state")
        self.assertEqual((status, rows[0]["state"]), (200, "pending"))
        for name in ("payload", "response", "left_contacts"):
            self.assertEqual(self.ask(self.user, name)[0], 403)

    def test_a_manager_reads_bodies(self):
        status, rows = self.ask(self.manager, "payload")
        self.assertEqual(status, 200)
        self.assertIn("anna@example.com", rows[0]["payload"])

    def test_who_has_nothing_to_do_with_it_reads_nothing(self):
        self.assertEqual(self.ask(self.stranger, "state")[0], 403)

    def test_a_key_of_nobody_opens_nothing(self):
        status, _answer = self.call(
            self.user, "mindbox.request", "search_read", key="nobodys", domain=[]
        )
        self.assertEqual(status, 401)

    def test_a_user_presses_no_button_of_a_manager(self):
        for method in ("action_pause", "action_check_contacts", "unlink"):
            ids = self.endpoint.ids
            status, _answer = self.call(self.user, "mindbox.endpoint", method, ids=ids)
            self.assertEqual(status, 403, method)
        self.assertEqual(self.endpoint.state, "running")

    def test_nobody_reads_the_key_or_calls_the_machinery(self):
        ids = self.endpoint.ids
        for user in (self.user, self.manager):
            read = {"ids": ids, "fields": ["secret_key"]}
            status, _answer = self.call(user, "mindbox.endpoint", "read", **read)
            self.assertEqual(status, 403)
            for method in ("_deliver", "_get_secret_key", "_kick"):
                status, _answer = self.call(user, "mindbox.endpoint", method, ids=ids)
                self.assertIn(status, (403, 404), method)

    def test_a_manager_of_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Theirs"})
        other = new_test_user(
            self.env,
            "mbx_theirs",
            GROUPS + "manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertEqual(self.ask(other, "payload"), (200, []))
        read = {"ids": self.request.ids, "fields": ["payload"]}
        status, _answer = self.call(other, "mindbox.request", "read", **read)
        self.assertEqual(status, 403)


@tagged("post_install", "-at_install")
class TestFiles(SecurityCase):
    """A stored file of an import is as open as the import's list of files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = cls.env["mindbox.import"].create({"endpoint_id": cls.endpoint.id})
        cls.chunk = cls.env["mindbox.import.chunk"].create({"import_id": run.id})
        cls.chunk.content_id = cls.chunk._store(b"anna@example.com", "customers.csv")
        cls.file = cls.chunk.content_id

    def found(self, user):
        domain = [("res_model", "=", "mindbox.import.chunk")]
        return self.env["ir.attachment"].with_user(user).search(domain)

    def test_managers_find_the_files_of_imports(self):
        self.assertIn(self.file, self.found(self.manager))
        self.assertEqual(self.file.with_user(self.manager).raw, b"anna@example.com")

    def test_nobody_else_finds_or_reads_them(self):
        company = self.env["res.company"].create({"name": "Theirs"})
        theirs = new_test_user(
            self.env,
            "mbx_theirs",
            GROUPS + "manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        portal = new_test_user(self.env, "mbx_portal", "base.group_portal")
        self.assertFalse(self.found(theirs))
        for user in (self.user, self.stranger, portal):
            with self.assertRaises(AccessError):
                self.found(user)
        for user in (self.user, self.stranger, theirs, portal):
            with self.assertRaises(AccessError):
                self.file.with_user(user).read(["raw"])
            with self.assertRaises(AccessError):
                self.file.with_user(user).write({"public": True})

    def test_they_have_no_token_and_are_not_public(self):
        self.assertFalse(self.file.public or self.file.access_token)


@tagged("post_install", "-at_install")
class TestColleagues(TransactionCase):
    """Who logs in for a company reads all its contacts, but nothing that is theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.boss = new_test_user(cls.env, "mbx_boss", "base.group_portal")
        cls.boss.partner_id.parent_id = company
        cls.colleague = cls.env["res.partner"].create(
            {
                "name": "Olga",
                "parent_id": company.id,
                "birthday": "1990-06-16",
                "sex": "female",
            }
        )
        cls.consent = cls.env["mindbox.consent"].create(
            {"partner_id": cls.colleague.id, "is_subscribed": False}
        )

    def test_a_colleague_is_read_without_birthday_and_sex(self):
        seen = self.colleague.with_user(self.boss)
        self.assertEqual(seen.name, "Olga", "they are colleagues")
        for name in ("birthday", "sex", "mindbox_consent_ids"):
            with self.assertRaises(AccessError):
                seen.read([name])
            with self.assertRaises(AccessError):
                seen.search([(name, "!=", False)])
        self.assertNotIn("birthday", seen.fields_get())

    def test_nobody_reads_what_colleagues_have_decided(self):
        with self.assertRaises(AccessError):
            self.consent.with_user(self.boss).read(["is_subscribed"])
