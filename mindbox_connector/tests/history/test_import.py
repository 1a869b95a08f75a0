# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import csv
import gzip
import io
import random
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests.common import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ...models.history import mindbox_import_orders_problems
from ...models.history.csv_file import BYTE_ORDER_MARK, CsvFile, read_plain, to_csv
from ...models.history.mindbox_import_answer import REFUSALS_TO_PAUSE
from ...models.history.mindbox_import_customers import get_profile
from ..common import KEY, LocalMindbox, Reply

TEXT = st.text(max_size=30)


def read_csv(content):
    """Read a file as strictly as Mindbox: a broken quotation is an error."""
    text = io.StringIO(content.decode("utf-8"), newline="")
    return list(csv.reader(text, delimiter=";", quotechar='"', strict=True))


class ImportCase(TransactionCase):
    """An integration point and a Mindbox; jobs are run by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mindbox = LocalMindbox()
        cls.addClassCleanup(cls.mindbox.close)
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "History",
                "url": cls.mindbox.url,
                "endpoint_code": "history.Website",
                "secret_key": KEY,
                "state": "running",
                "timeout": 5,
            }
        )
        cls.since = fields.Datetime.now()
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = create_date - interval '9 days'"
        )
        cls.today = fields.Date.today()

    def setUp(self):
        super().setUp()
        self.mindbox.answer = Reply()
        self.mindbox.calls.clear()
        # Everything happens in the one transaction of the test.
        imports = type(self.env["mindbox.import"])
        self.patch(imports, "_commit", lambda run: None)
        self.patch(imports, "_committed", lambda run, work: work())

    def make_customers(self, *names):
        return self.env["res.partner"].create(
            [
                {"name": name, "email": f"history{number}@example.com"}
                for number, name in enumerate(names)
            ]
        )

    def make_import(self, kind="customers", **values):
        defaults = {"endpoint_id": self.endpoint.id, "kind": kind}
        if kind == "customers":
            defaults["date_from"] = self.today - timedelta(days=1)
        return self.env["mindbox.import"].create(defaults | values)

    def work(self, run):
        """Run the job once; return the seconds it wants to wait for, or None."""
        try:
            run._work()
        except RetryableJobError as again:
            return again.seconds
        finally:
            self.env.invalidate_all()
        return None

    def start(self, kind="customers", **values):
        run = self.make_import(kind, **values)
        run.action_start()
        return run

    def files(self):
        """Return (operation, transaction ID, rows without the header) of each call."""
        return [
            (
                call["query"]["operation"],
                call["query"]["transactionId"],
                read_csv(gzip.decompress(call["body"]))[1:],
            )
            for call in self.mindbox.calls
        ]

    def counts(self, run):
        return run.done, run.rejected, run.skipped, run.total


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def test_customers_go_as_one_file_with_the_columns_of_the_contract(self):
        customers = self.make_customers('O"Hara; Mary', "Two\nLines")
        run = self.start()
        self.assertIsNone(self.work(run))
        self.assertEqual(run.state, "done")
        self.assertEqual(self.counts(run), (2, 0, 0, 2))
        [(operation, _transaction, rows)] = self.files()
        self.assertEqual(operation, "DirectCrm.Customers.Import")
        self.assertEqual([row[0] for row in rows], [str(c.id) for c in customers])
        [call] = self.mindbox.calls
        self.assertEqual(call["headers"]["Content-Encoding"], "gzip")
        self.assertEqual(call["query"]["csvColumnDelimiter"], ";")
        header = read_csv(gzip.decompress(call["body"]))[0]
        self.assertEqual(
            header[:3], ["ExternalIdentitywebsiteID", "Email", "MobilePhone"]
        )

    def test_a_file_shows_among_the_requests_without_its_content(self):
        self.make_customers("Anna Secret")
        self.work(self.start())
        request = self.env["mindbox.request"].search([("event", "=", "import_file")])
        self.assertEqual(request.state, "sent")
        self.assertEqual(request.mode, "bulk")
        self.assertEqual(request.transaction_id, self.files()[0][1])
        self.assertNotIn("Secret", request.payload)

    def test_a_file_is_gone_once_mindbox_has_accepted_it(self):
        self.make_customers("Anna")
        run = self.start()
        self.work(run)
        self.assertFalse(run.chunk_ids.content_id)
        stored = [("res_model", "=", "mindbox.import.chunk")]
        self.assertFalse(self.env["ir.attachment"].search(stored))

    def test_who_has_no_contact_is_skipped_with_the_reason(self):
        self.make_customers("Anna")
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        run = self.start()
        self.work(run)
        self.assertEqual(self.counts(run), (1, 0, 1, 2))
        self.assertEqual(run.line_ids.res_id, nobody.id)
        self.assertIn("No contact", run.line_ids.reason)

    def test_archived_customers_go_only_where_that_is_wanted(self):
        self.make_customers("Anna").active = False
        run = self.start()
        self.work(run)
        self.assertEqual(self.counts(run), (0, 0, 1, 1))
        run = self.start(include_archived=True)
        self.work(run)
        self.assertEqual(self.counts(run), (1, 0, 0, 1))

    def test_a_retry_sends_the_same_bytes_with_the_same_key(self):
        customer = self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(503)
        self.assertTrue(self.work(run))
        customer.name = "Berta"
        self.mindbox.answer = Reply()
        self.endpoint.held_until = False
        self.assertIsNone(self.work(run))
        first, second = self.mindbox.calls
        self.assertEqual(first["body"], second["body"])
        self.assertEqual(
            first["query"]["transactionId"], second["query"]["transactionId"]
        )
        self.assertEqual(run.done, 1)

    def test_what_changed_while_a_file_was_on_its_way_is_told_again(self):
        customer = self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(503)
        self.work(run)
        customer.name = "Berta"
        self.env["mindbox.source"]._mindbox_flush()
        self.env["mindbox.request"].search([("event", "=", "customer_edit")]).write(
            {"state": "sent"}
        )
        # As if that had been a transaction of its own.
        self.env.cr.postcommit.clear()
        self.mindbox.answer = Reply()
        self.endpoint.held_until = False
        self.work(run)
        self.env["mindbox.source"]._mindbox_flush()
        again = self.env["mindbox.request"].search(
            [("res_id", "=", customer.id), ("state", "=", "pending")]
        )
        self.assertEqual(again.event, "customer_edit")

    def test_an_outage_holds_the_integration_point_and_the_import_goes_on_after(self):
        self.make_customers("Anna")
        run = self.start()
        # The hold of an outage that has just begun may be over before it is looked at.
        self.endpoint.failures = 3
        self.mindbox.answer = Reply(503)
        wait = self.work(run)
        self.assertTrue(wait)
        self.assertTrue(self.endpoint.held_until)
        self.assertEqual(run.state, "running")
        self.assertIn("Waits", run.status)

    def test_a_limit_of_files_holds_the_import_and_not_the_shop(self):
        self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(429)
        self.assertGreater(self.work(run), 100)
        self.assertFalse(self.endpoint.held_until)
        self.assertTrue(run.held_until)

    def test_refused_credentials_pause_with_an_activity_and_nothing_is_lost(self):
        self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(401)
        self.work(run)
        self.assertEqual(self.endpoint.state, "paused")
        self.assertTrue(self.endpoint.activity_ids)
        self.assertEqual(run.state, "running")
        self.mindbox.answer = Reply()
        self.endpoint.action_start()
        self.assertIsNone(self.work(run))
        self.assertEqual(run.done, 1)

    def test_never_more_files_than_sixty_an_hour(self):
        self.endpoint.files_per_hour = 2
        self.make_customers("Anna", "Berta", "Clara")
        run = self.start(chunk_rows=1)
        self.assertTrue(self.work(run))
        self.assertEqual(len(self.mindbox.calls), 2)
        self.assertIn("Waits", run.status)

    def test_a_record_for_which_files_are_refused_is_found_and_the_rest_goes(self):
        customers = self.make_customers("A", "B", "Poison", "D", "E", "F", "G")

        def answer(call):
            bad = b"Poison" in gzip.decompress(call["body"])
            return Reply(400, {"status": "ProtocolError"}) if bad else Reply()

        self.mindbox.answer = answer
        run = self.start()
        self.assertIsNone(self.work(run))
        self.assertEqual(self.counts(run), (6, 1, 0, 7))
        self.assertEqual(run.line_ids.res_id, customers[2].id)
        accepted = [
            row[0]
            for call, (_operation, _key, rows) in zip(
                self.mindbox.calls, self.files(), strict=True
            )
            if b"Poison" not in gzip.decompress(call["body"])
            for row in rows
        ]
        expected = [str(c.id) for c in customers - customers[2]]
        self.assertEqual(sorted(accepted), sorted(expected))
        keys = [key for _operation, key, _rows in self.files()]
        self.assertEqual(len(keys), len(set(keys)), "a new file needs a new key")

    def test_an_import_of_which_every_file_is_refused_stops_and_tells(self):
        self.make_customers(*map(str, range(40)))
        self.mindbox.answer = Reply(400, {"status": "ProtocolError"})
        run = self.start(chunk_rows=1)
        self.work(run)
        self.assertEqual(run.state, "paused")
        self.assertIn("refuses one file after another", run.pause_reason)
        self.assertTrue(run.activity_ids)
        self.assertEqual(len(self.mindbox.calls), REFUSALS_TO_PAUSE)

    @mute_logger("odoo.addons.mindbox_connector.models.history.mindbox_import_reader")
    def test_a_record_that_cannot_be_read_is_rejected_and_the_rest_goes(self):
        customers = self.make_customers("A", "B", "C")
        reader = type(self.env["mindbox.import.customers"])
        check = reader._check

        def fail(self, run, row):
            if row["id"] == customers[1].id:
                raise ZeroDivisionError
            return check(self, run, row)

        self.patch(reader, "_check", fail)
        run = self.start()
        self.work(run)
        self.assertEqual(self.counts(run), (2, 1, 0, 3))
        self.assertIn("cannot be built", run.line_ids.reason)

    def test_pause_keeps_the_place_and_cancel_forgets_the_files(self):
        self.make_customers("A", "B", "C")
        self.endpoint.files_per_hour = 1
        run = self.start(chunk_rows=1)
        self.work(run)
        run.action_pause()
        self.assertIsNone(self.work(run))
        self.assertEqual((run.state, run.done), ("paused", 1))
        self.endpoint.files_per_hour = 60
        run.action_start()
        self.assertIsNone(self.work(run))
        self.assertEqual((run.state, run.done), ("done", 3))
        run = self.start(chunk_rows=1, way="files")
        run.action_cancel()
        self.assertIsNone(self.work(run))
        self.assertEqual(run.state, "cancelled")

    def test_what_is_made_after_the_start_goes_its_usual_way(self):
        self.make_customers("A")
        run = self.start()
        self.env["res.partner"].create({"name": "Late", "email": "l@example.com"})
        self.work(run)
        self.assertEqual(self.counts(run), (1, 0, 0, 1))

    def test_files_are_kept_for_the_upload_by_hand_and_none_is_sent(self):
        self.make_customers("Анна")
        run = self.start(way="files")
        self.assertIsNone(self.work(run))
        self.assertEqual((run.state, run.done), ("done", 1))
        self.assertFalse(self.mindbox.calls)
        stored = io.BytesIO(run.chunk_ids.content_id.raw)
        content = b"".join(read_plain(stored))
        self.assertTrue(content.startswith(BYTE_ORDER_MARK))
        self.assertIn("Анна", content.decode("utf-8-sig"))

    def test_one_by_one_leaves_behind_the_events_of_the_shop(self):
        customer = self.make_customers("A")
        run = self.start(way="records")
        self.work(run)
        request = self.env["mindbox.request"].search([("import_chunk_id", "!=", False)])
        self.assertEqual(request.res_id, customer.id)
        self.assertEqual(request.event, "customer_edit")
        self.assertGreater(request.priority, 100)
        self.endpoint._claim(10, {}, [])
        self.assertIn('"firstName":"A"', request.payload)
        request.write({"state": "sent"})
        self.assertIsNone(self.work(run))
        self.assertEqual(self.counts(run), (1, 0, 0, 1))

    # === BAD INPUT === #

    def test_an_end_before_the_start_is_told(self):
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            self.make_import(date_from=self.today, date_to=self.today - timedelta(1))

    def test_a_second_import_of_the_same_kind_is_told(self):
        self.start()
        with self.assertRaisesRegex(UserError, "running already"):
            self.start()

    def test_the_database_has_one_import_of_a_kind_whoever_starts_it(self):
        self.start()
        second = self.make_import()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            second.state = "running"
            second.flush_recordset()

    def test_a_paused_integration_point_is_told(self):
        self.endpoint.action_pause()
        with self.assertRaisesRegex(UserError, "is paused"):
            self.start()

    def test_products_without_an_id_or_with_the_same_are_told_by_name(self):
        self.patch(mindbox_import_orders_problems, "SHOWN_PRODUCTS", 1000)
        nameless, first, second = self.env["product.product"].create(
            [
                {"name": "Nameless"},
                {"name": "First", "default_code": "SAME"},
                {"name": "Second", "default_code": "SAME"},
            ]
        )
        self.place(nameless)
        self.place(first)
        self.place(second)
        self.endpoint.product_ref = "default_code"
        with self.assertRaisesRegex(UserError, "(?s)without.*Nameless.*same.*First"):
            self.start("orders")
        run = self.start("orders", accept_problems=True)
        self.work(run)
        self.assertIn("Nameless", " ".join(run.line_ids.mapped("reason")))

    def test_the_wizard_shows_what_would_go_and_sends_nothing(self):
        self.make_customers("Anna")
        self.env["res.partner"].create({"name": "Nobody"})
        wizard = self.env["mindbox.import.wizard"].create(
            {"endpoint_id": self.endpoint.id, "date_from": self.today - timedelta(1)}
        )
        self.assertEqual((wizard.total, wizard.fits), (2, 1))
        self.assertEqual(list(wizard.reasons.values()), [1])
        self.assertIn("Anna", wizard.preview_html)
        self.assertFalse(self.env["mindbox.import"].search_count([]))
        action = wizard.action_start()
        run = self.env["mindbox.import"].browse(action["res_id"])
        self.assertEqual((run.state, run.total), ("running", 2))

    def test_the_wizard_tells_in_the_language_of_who_looks(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["res.partner"].create({"name": "Nobody"})
        wizard = self.env["mindbox.import.wizard"].with_context(lang="ru_RU")
        wizard = wizard.create(
            {"endpoint_id": self.endpoint.id, "date_from": self.today - timedelta(1)}
        )
        [reason] = wizard.reasons
        self.assertIn("Нет контакта", reason)
        run = self.env["mindbox.import"].browse(wizard.action_start()["res_id"])
        self.work(run)
        line = run.line_ids.with_context(lang="ru_RU")
        self.assertEqual(line.explanation, reason)

    def test_the_wizard_tells_what_keeps_the_import_from_starting(self):
        self.start()
        wizard = self.env["mindbox.import.wizard"].create(
            {"endpoint_id": self.endpoint.id}
        )
        self.assertIn("running already", wizard.problems)
        with self.assertRaises(UserError):
            wizard.action_start()

    # === WHO MAY === #

    def test_users_look_and_managers_act(self):
        user = new_test_user(
            self.env, "history-user", "mindbox_connector.group_mindbox_user"
        )
        run = self.start()
        self.assertEqual(run.with_user(user).state, "running")
        for method in ("action_start", "action_pause", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(run.with_user(user), method)()
        manager = new_test_user(
            self.env, "history-manager", "mindbox_connector.group_mindbox_manager"
        )
        run.with_user(manager).action_pause()
        self.assertEqual(run.state, "paused")

    def test_only_managers_read_what_is_in_a_file(self):
        self.make_customers("Anna Secret")
        user = new_test_user(
            self.env, "history-reader", "mindbox_connector.group_mindbox_user"
        )
        run = self.start(way="files")
        self.work(run)
        self.assertEqual(run.with_user(user).done, 1)
        with self.assertRaises(AccessError):
            run.chunk_ids.content_id.with_user(user).read(["raw"])
        with self.assertRaises(AccessError):
            run.chunk_ids.with_user(user).read(["file"])

    def test_imports_of_other_companies_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "history-stranger",
            "mindbox_connector.group_mindbox_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        run = self.start()
        self.work(run)
        found = self.env["mindbox.import"].with_user(stranger).search([])
        self.assertNotIn(run, found)

    # === ORDERS === #

    def place(self, product, quantity=1, **values):
        values = {
            "partner_id": self.make_customers("Buyer").id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": 3.33,
                        "tax_ids": False,
                    }
                )
            ],
            **values,
        }
        order = self.env["sale.order"].create(values)
        order.action_confirm()
        return order

    def import_orders(self):
        run = self.start("orders", date_from=self.today - timedelta(1))
        self.work(run)
        header, rows = [], {}
        for call in self.mindbox.calls:
            header, *found = read_csv(gzip.decompress(call["body"]))
            for row in found:
                cells = dict(zip(header, row, strict=True))
                rows.setdefault(cells["OrderIdswebsiteID"], []).append(cells)
        return run, rows

    def test_an_order_goes_as_its_live_event_has_it(self):
        product = self.env["product.product"].create({"name": "Goods"})
        order = self.place(product, 3)
        _run, rows = self.import_orders()
        [cells] = rows[order.name]
        body = order._mindbox_order_update_body(self.endpoint)["order"]
        [line] = body["lines"]
        self.assertEqual(float(cells["OrderTotalPrice"]), body["totalPrice"])
        self.assertEqual(
            float(cells["OrderLinePriceOfLine"]), line["discountedPricePerLine"]
        )
        self.assertEqual(cells["OrderLineQuantity"], "3")
        self.assertEqual(cells["OrderLineId"], line["lineId"])
        self.assertEqual(cells["OrderLineStatus"], "Confirmed")

    def test_cancelled_orders_have_that_status_and_quotations_do_not_go(self):
        goods = self.env["product.product"].create({"name": "G", "type": "consu"})
        cancelled, quotation = self.place(goods), self.place(goods).copy()
        cancelled._action_cancel()
        _run, rows = self.import_orders()
        self.assertEqual(rows[cancelled.name][0]["OrderLineStatus"], "Cancelled")
        self.assertNotIn(quotation.name, rows)

    def test_what_came_back_is_a_row_of_its_own_and_adds_up_to_the_cent(self):
        goods = self.env["product.product"].create(
            {"name": "G", "type": "consu", "is_storable": True}
        )
        order = self.place(goods, 3)
        self.deliver(order.picking_ids)
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.deliver(back)
        _run, rows = self.import_orders()
        kept, returned = rows[order.name]
        self.assertEqual(kept["OrderLineStatus"], "Delivered")
        self.assertEqual(returned["OrderLineStatus"], "Returned")
        self.assertEqual(kept["OrderLineQuantity"], "2")
        cents = [
            round(float(c["OrderLinePriceOfLine"]) * 100) for c in rows[order.name]
        ]
        self.assertEqual(sum(cents), 999)

    def deliver(self, pickings):
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings._action_done()

    def make_any_orders(self, number):
        """Confirm orders whose sums have been rounded in every way."""
        chance = random.Random(number)
        goods = self.env["product.product"].create(
            [{"name": f"Goods {n}", "type": "consu"} for n in range(3)]
        )
        tax_ids = self.make_taxes().ids
        values = [
            {
                "partner_id": self.make_customers("Buyer").id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": chance.choice(goods).id,
                            "product_uom_qty": chance.choice([1, 2, 3, 0.333, 12]),
                            "price_unit": round(chance.uniform(0, 999), 2),
                            "discount": chance.choice([0] * 8 + [5, 33.33, 100]),
                            "tax_ids": chance.sample(tax_ids, chance.randrange(3)),
                        }
                    )
                    for _line in range(chance.randint(1, 4))
                ],
            }
            for _order in range(number)
        ]
        self.env["sale.order"].create(values).action_confirm()

    def make_taxes(self):
        return self.env["account.tax"].create(
            [
                {"name": way, "amount": amount, "price_include_override": way}
                for way, amount in (("tax_included", 7), ("tax_excluded", 20))
            ]
        )

    def test_every_order_has_the_cents_of_its_live_event(self):
        self.make_any_orders(30)
        reader, run = self.get_reader("orders")
        ids = reader._find_ids(run, 0, reader._count(run)[1], 500)
        rows, lines = reader._get_orders(run, ids), reader._get_lines(run, ids)
        others = reader._get_others(run, rows, lines)
        self.assertTrue(others)
        self.assertGreater(len(rows), 2 * len(others), "most are read in SQL alone")
        for row in rows:
            order = self.endpoint._with_sender(self.env["sale.order"]).browse(row["id"])
            mine = reader._get_order(run, row, lines[row["id"]], others)
            body = order._mindbox_order_update_body(self.endpoint)["order"]
            for key in ("totalPrice", "deliveryCost", "lines"):
                self.assertEqual(mine[key], body[key], order.name)

    def make_any_customers(self, number):
        """Make customers of whom this and that is known; return how many."""
        chance = random.Random(number)
        countries = self.env["res.country"].search([("code", "in", ("RU", "BE"))])
        values = {
            "name": ["Anna", "Анна Мария О'Нил", "  Two\nLines ", "A. B. C"],
            "email": ["any@example.com", "Any <ANY@Example.com>"],
            "phone": [False, "8 999 123-45-67", "+32 470 12 34 56", "none"],
            "country_id": [False, *countries.ids],
            "city": [False, "Moscow", "Москва"],
            "street": [False, "Arbat 1"],
            "zip": [False, "119019"],
            "lang": [False, "en_US", "ru_RU"],
            "tz": [False, "Europe/Moscow", "Asia/Vladivostok"],
            "active": [True, True, False],
        }
        made = [
            {name: chance.choice(choices) for name, choices in values.items()}
            for _customer in range(number)
        ]
        return len(self.env["res.partner"].create(made))

    def test_every_customer_has_the_profile_of_a_live_event(self):
        made = self.make_any_customers(40)
        reader, run = self.get_reader("customers", date_from=False)
        partners = self.endpoint._with_sender(self.env["res.partner"])
        countries = {c.id: c for c in partners.env["res.country"].search([])}
        countries[None] = partners.env["res.country"]
        ids = reader._find_ids(run, 0, reader._count(run)[1], 500)
        compared = 0
        for row in reader._get_rows(run, ids):
            partner = partners.browse(row["id"])
            if partner._mindbox_email() or partner._mindbox_phone(self.endpoint):
                body = partner._mindbox_customer_edit_body(self.endpoint)
                profile = get_profile(self.endpoint, partners, countries, row)
                self.assertEqual(profile, body["customer"])
                compared += 1
        self.assertGreaterEqual(compared, made)

    def test_the_customers_are_those_of_live_events(self):
        reader, run = self.get_reader("customers", date_from=False)
        found = set(reader._find_ids(run, 0, reader._count(run)[1], 100_000))
        partners = self.env["res.partner"].with_context(active_test=False).search([])
        customers = partners.filtered(
            lambda partner: partner._mindbox_customer() == partner
            and self.endpoint in partner._mindbox_endpoints(False)
        )
        self.assertEqual(found, set(customers.ids))

    def get_reader(self, kind, **values):
        self.env.flush_all()
        run = self.make_import(kind, **values)
        return run._get_reader(), run

    # === CARDS === #

    def test_cards_their_owners_and_what_is_on_them_go_in_this_order(self):
        card = self.make_card(12.5)
        run = self.start("cards")
        self.assertIsNone(self.work(run))
        operations = [operation for operation, _key, _rows in self.files()]
        self.assertEqual(
            operations,
            [
                "DirectCrm.Customers.ImportCards",
                "DirectCrm.Customers.Edit",
                "DirectCrm.CreateCustomerBalanceChangeOperation",
            ],
        )
        by_code = [
            next(row for row in rows if card.code in row)
            for _operation, _key, rows in self.files()
        ]
        self.assertEqual(by_code[1], [str(card.partner_id.id), card.code])
        self.assertEqual(by_code[2][:2], [card.code, "12.5"])
        self.assertEqual(run.done + run.skipped, run.total)
        first = self.mindbox.calls[0]["query"]
        self.assertEqual(first["newCardCreationAllowed"], "true")

    def test_points_that_mindbox_hears_of_anyway_are_not_told_twice(self):
        card = self.make_card(10)
        self.env["mindbox.source"]._mindbox_flush()
        run = self.start("cards")
        self.work(run)
        _operation, _key, rows = self.files()[-1]
        self.assertNotIn(card.code, [row[0] for row in rows])

    def make_card(self, points):
        program = self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "company_id": self.endpoint.company_id.id,
            }
        )
        card = self.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "partner_id": self.make_customers("Owner").id,
                "points": points,
            }
        )
        if points == 12.5:
            # As if it had been made before the connector was there.
            self.env["mindbox.source"]._mindbox_unmark()
            card._mindbox_unmark()
        return card


@tagged("post_install", "-at_install")
class TestCsvFile(TransactionCase):
    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=20))
    def test_a_strict_reader_gets_back_what_was_written(self, rows):
        csv_file = CsvFile(["A", "B"])
        csv_file.add(rows)
        content = gzip.decompress(csv_file.close())
        expected = [[_clean(cell) for cell in row] for row in rows]
        self.assertEqual(read_csv(content), [["A", "B"], *expected])

    def test_half_of_an_emoji_and_zeros_do_not_break_a_file(self):
        self.assertEqual(read_csv(to_csv([["a\0b", "\ud83d"]])), [["ab", "?"]])

    def test_empty_cells_stay_empty(self):
        self.assertEqual(to_csv([[None, "", "x"]]), b";;x\r\n")


def _clean(cell):
    return cell.replace("\0", "").encode("utf-8", "replace").decode()
