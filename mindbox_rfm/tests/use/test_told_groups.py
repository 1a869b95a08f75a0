# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mindbox is told who is in which group; programs and pricelists leave some out."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...models.use.mindbox_catalogue import SEGMENTS
from ..common import TODAY
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestToldGroups(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_scheme(cls.scheme)
        values = {"name": "Offer", "share": 50, "seed": 1, "scheme_id": cls.scheme.id}
        cls.experiment = cls.env["rfm.experiment"].create(values)

    def start(self):
        self.experiment._start(TODAY)
        members = self.experiment.member_ids
        return {member.partner_id: member.arm for member in members}

    def told(self):
        rows = self.env["mindbox.ledger"].search(
            [("endpoint_id", "=", self.endpoint.id), ("kind", "=", SEGMENTS)]
        )
        return {row.partner_id: row.state for row in rows}

    def accept_new(self):
        done = self.requests().filtered(lambda request: request.state == "sent")
        new = self.requests() - done
        self.accept(new)
        return new

    def test_groups_are_told_in_a_segmentation_of_their_own(self):
        self.accept_new()
        arms = self.start()
        self.assertEqual(set(arms.values()), {"test", "control"})
        payload = self.accept_new().payload
        for partner, arm in arms.items():
            self.assertIn(f"{partner.id};experiment1;{arm}\n", payload)
            self.assertEqual(self.told()[partner]["segmentation/experiment1"], arm)
        self.assertNotIn(";RFM;", payload)

    def test_what_was_told_is_told_once(self):
        self.start()
        self.accept_new()
        self.run_scheme(self.scheme)
        self.assertFalse(self.requests().filtered(lambda r: r.state == "pending"))

    def test_at_the_end_everybody_leaves(self):
        arms = self.start()
        self.accept_new()
        self.experiment._measure(TODAY + timedelta(days=31))
        payload = self.accept_new().payload
        for partner in arms:
            self.assertIn(f"{partner.id};experiment1;\n", payload)
            self.assertEqual(self.told()[partner]["segmentation/experiment1"], "")

    def test_when_it_is_stopped_too(self):
        arms = self.start()
        self.accept_new()
        self.experiment.action_stop()
        self.accept_new()
        for partner in arms:
            self.assertEqual(self.told()[partner]["segmentation/experiment1"], "")

    def test_who_gets_known_later_is_told_later(self):
        carla = self.make_customer("Carla")
        self.make_order(carla, 5)
        self.run_scheme(self.scheme)
        arms = self.start()
        self.accept_new()
        self.assertNotIn(carla, self.told())
        self.know(carla)
        self.run_scheme(self.scheme)
        self.accept_new()
        self.assertEqual(self.told()[carla]["segmentation/experiment1"], arms[carla])

    def test_by_a_field_where_segments_are(self):
        self.scheme.mindbox_way = "field"
        self.operation().write({"mode": "async", "name": "Website.SetSegment"})
        arms = self.start()
        self.accept(self.run_with_jobs())
        for partner, arm in arms.items():
            self.assertEqual(self.told()[partner]["field/experiment1"], arm)
        self.assertFalse(self.experiment.mindbox_warning)

    def test_it_says_where_mindbox_is_not_told(self):
        self.assertFalse(self.experiment.mindbox_warning)
        self.scheme.mindbox_way = "none"
        self.assertIn("not told", self.experiment.mindbox_warning)
        self.start()
        self.assertFalse(self.told())

    def test_the_name_is_that_of_nothing_else_and_stays(self):
        with self.assertRaises(ValidationError):
            self.experiment.mindbox_segmentation = "RFM"
        self.start()
        with self.assertRaises(UserError):
            self.experiment.mindbox_segmentation = "other"

    # === LEFT OUT === #

    def split(self):
        """Return who is in the test and who is in the control group."""
        arms = {arm: partner for partner, arm in self.start().items()}
        return arms["test"], arms["control"]

    def test_a_program_is_withheld_while_it_runs(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Cashback",
                "program_type": "loyalty",
                "rfm_experiment_id": self.experiment.id,
            }
        )

        def gets(partner):
            order = self.make_order(partner, state="draft")
            return bool(program.filtered_domain(order._get_program_domain()))

        test, control = self.split()
        child = self.make_customer("Child", parent_id=control.id)
        stranger = self.make_customer("Stranger")
        people = (test, control, child, stranger)
        self.assertEqual([gets(one) for one in people], [True, False, False, True])
        self.experiment.action_stop()
        self.assertEqual([gets(one) for one in people], [True, True, True, True])

    def test_a_pricelist_is_withheld_while_it_runs(self):
        self.env.user.group_ids += self.env.ref("product.group_product_pricelist")
        group = self.env.ref("base.group_user")
        group.implied_ids += self.env.ref("product.group_product_pricelist")
        usual, special = self.env["product.pricelist"].create(
            [
                {"name": "Usual", "sequence": -99},
                {
                    "name": "Special",
                    "sequence": -100,
                    "rfm_experiment_id": self.experiment.id,
                    "rfm_segment_ids": [Command.set(self.scheme.segment_ids.ids)],
                },
            ]
        )

        def get(partner):
            pricelists = self.env["product.pricelist"]
            return pricelists._get_partner_pricelist_multi(partner.ids)[partner.id]

        test, control = self.split()
        self.assertEqual((get(test), get(control)), (special, usual))
        special.rfm_segment_ids = False
        self.assertEqual((get(test), get(control)), (special, usual))
        self.experiment.action_stop()
        self.assertEqual((get(test), get(control)), (special, special))
