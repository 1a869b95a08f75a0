# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who wanted to be forgotten: nothing is kept, nothing is computed, nothing is told."""

from odoo.tests import tagged

from ...models.use.mindbox_catalogue import SEGMENT_SET
from ..common import RfmCase
from .common import know


@tagged("post_install", "-at_install")
class TestErasure(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "Cosmetics",
                "url": "http://localhost:1",
                "endpoint_code": "Cosmetics",
                "secret_key": "key",
            }
        )
        cls.endpoint.state = "running"
        cls.scheme = cls.make_custom(
            [("fresh", "orders >= 1"), ("rest", "")], include_prospects=False
        )
        cls.anna = cls.make_customer("Anna")
        cls.bella = cls.make_customer("Bella")
        cls.make_order(cls.anna, 5)
        cls.make_order(cls.bella, 5)
        know(cls.endpoint, cls.anna, cls.bella)
        cls.flush()

    @classmethod
    def flush(cls):
        """Write what was marked, as a commit does."""
        cls.env["mindbox.source"]._mindbox_flush()
        cls.env.cr.postcommit.clear()
        cls.env.invalidate_all()

    def moves(self, partner):
        return self.env["rfm.transition"].search([("partner_id", "=", partner.id)])

    def told(self):
        """Return the customers of the last import of segments, as it would leave."""
        return {int(line.split(";")[0]) for line in self.build()["payload"].split()[1:]}

    def build(self):
        """Build the last import of segments, as the delivery does."""
        request = self.requests()[-1]
        record = self.env[request.res_model].browse(request.res_id)
        return self.endpoint._build_values(
            self.endpoint._with_sender(record), SEGMENT_SET, request.occurred_at
        )

    def requests(self):
        self.flush()
        domain = [("event", "=", SEGMENT_SET), ("endpoint_id", "=", self.endpoint.id)]
        return self.env["mindbox.request"].search(domain, order="id")

    # === NOTHING IS KEPT === #

    def test_profile_moves_and_segment_are_gone_at_once(self):
        self.run_scheme(self.scheme)
        self.assertEqual(self.bella.rfm_segment_id.code, "fresh")
        self.bella.action_mindbox_erase()
        self.assertFalse(self.profile(self.bella))
        self.assertFalse(self.moves(self.bella))
        self.assertFalse(self.bella.rfm_segment_id)
        self.assertFalse(self.bella.rfm_card)

    def test_what_is_known_of_others_stays(self):
        self.run_scheme(self.scheme)
        self.bella.action_mindbox_erase()
        self.assertTrue(self.profile(self.anna))
        self.assertTrue(self.moves(self.anna))

    def test_an_import_that_was_sent_keeps_no_line_of_them(self):
        self.run_scheme(self.scheme)
        request = self.requests()
        request.write({"payload": self.build()["payload"], "state": "sent"})
        self.bella.action_mindbox_erase()
        self.assertFalse(request.payload)
        self.assertEqual(request.state, "sent")

    # === NOTHING IS COMPUTED === #

    def test_no_run_gives_them_a_segment_again(self):
        self.bella.action_mindbox_erase()
        self.run_scheme(self.scheme)
        self.assertFalse(self.profile(self.bella))
        self.assertTrue(self.profile(self.anna))

    def test_nor_one_to_their_addresses(self):
        self.scheme.partner_level = "contact"
        home = self.make_customer("Home", parent_id=self.bella.id, type="delivery")
        self.make_order(home, 3)
        self.bella.action_mindbox_erase()
        self.run_scheme(self.scheme)
        self.assertFalse(self.profile(home))

    def test_who_was_erased_during_a_run_is_forgotten_by_the_next(self):
        self.run_scheme(self.scheme)
        self.bella.mindbox_erased_at = "2025-01-01"
        self.run_scheme(self.scheme)
        self.assertFalse(self.moves(self.bella).filtered("from_segment_id"))

    def test_who_is_restored_is_scored_again(self):
        self.bella.action_mindbox_erase()
        self.run_scheme(self.scheme)
        self.bella.action_mindbox_restore()
        self.run_scheme(self.scheme)
        self.assertTrue(self.profile(self.bella))

    def test_nor_does_their_company_count_what_they_have_bought(self):
        company = self.make_customer("Firm", is_company=True)
        for name, amount in (("Carl", 100), ("Dora", 40)):
            contact = self.make_customer(name, parent_id=company.id)
            self.make_order(contact, 5, amount=amount)
        self.run_scheme(self.scheme)
        self.assertEqual(self.profile(company).amount, 140)
        company.child_ids.filtered(lambda c: c.name == "Carl").action_mindbox_erase()
        self.run_scheme(self.scheme)
        self.assertEqual(self.profile(company).amount, 40)
        self.assertEqual(self.profile(company).order_count, 1)

    # === NOTHING IS TOLD === #

    def test_a_run_tells_nothing_of_them(self):
        self.run_scheme(self.scheme)
        self.bella.action_mindbox_erase()
        self.assertEqual(self.told(), set(self.anna.ids))

    def test_nor_does_an_import_of_everybody(self):
        self.run_scheme(self.scheme)
        self.bella.action_mindbox_erase()
        self.scheme.action_send_all()
        self.assertEqual(self.requests()[-1].res_model, "rfm.scheme")
        self.assertEqual(self.told(), set(self.anna.ids))

    def test_an_import_that_waits_is_made_anew_without_them(self):
        self.run_scheme(self.scheme)
        frozen = self.requests()
        frozen.write({"payload": self.build()["payload"], "attempts": 1})
        self.assertEqual(self.told(), set((self.anna | self.bella).ids))
        self.bella.action_mindbox_erase()
        self.assertEqual((frozen.state, frozen.payload), ("cancelled", False))
        self.assertNotEqual(self.requests()[-1], frozen)
        self.assertEqual(self.told(), set(self.anna.ids))

    def test_an_import_of_history_has_no_line_of_them(self):
        self.run_scheme(self.scheme)
        self.bella.mindbox_erased_at = "2025-01-01"  # the profile is there still
        history = self.env["mindbox.import"].create(
            {"endpoint_id": self.endpoint.id, "kind": "segments"}
        )
        told = {row[0] for row in history._preview()["rows"]}
        self.assertEqual(told, {str(self.anna.id)})

    def test_an_import_that_was_frozen_beside_the_erasure_is_made_anew(self):
        self.run_scheme(self.scheme)
        frozen = self.requests()
        frozen.write({"payload": self.build()["payload"], "attempts": 1})
        self.bella.mindbox_erased_at = "2025-01-01"
        self.env.flush_all()
        _claimed, parcels = self.endpoint._claim(10, {}, [])
        self.assertNotIn(frozen.id, [parcel.id for parcel in parcels])
        self.assertEqual((frozen.state, frozen.payload), ("cancelled", False))
        self.assertEqual(self.told(), set(self.anna.ids))

    def test_a_file_of_history_keeps_no_line_of_them(self):
        self.run_scheme(self.scheme)
        history = self.env["mindbox.import"].create(
            {"endpoint_id": self.endpoint.id, "kind": "segments"}
        )
        history.write({"state": "running", "last_id": self.bella.id})
        chunk = history._next_chunk()
        chunk._freeze(history, lambda: False)
        self.assertEqual(chunk.rows, 2)
        self.bella.action_mindbox_erase()
        self.assertEqual(chunk.rows, 1)
        self.assertEqual([row["res_id"] for row in chunk._get_told()], self.anna.ids)

    def test_who_was_told_of_by_a_segment_only_must_be_deleted_there(self):
        self.run_scheme(self.scheme)
        self.requests().unlink()
        self.env["mindbox.request"].search([]).unlink()
        bella_id = self.bella.id
        self.bella.sale_order_ids._action_cancel()
        self.bella.sale_order_ids.unlink()
        self.bella.unlink()
        listed = self.env["mindbox.erasure"].search([])
        self.assertIn(str(bella_id), listed.mapped("customer_id_value"))
