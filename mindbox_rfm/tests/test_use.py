# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Loyalty programs and pricelists for some segments only."""

from odoo import Command
from odoo.tests import tagged

from .common import RfmCase


@tagged("post_install", "-at_install")
class TestUse(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("buyers", "orders >= 1"), ("rest", "")])
        cls.buyer = cls.make_customer("Buyer")
        cls.other = cls.make_customer("Other")
        cls.make_order(cls.buyer, 3, 100)
        cls.run_scheme(cls.scheme)
        cls.segment = cls.scheme.segment_ids[0]

    def test_program_of_a_segment(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Higher cashback",
                "program_type": "loyalty",
                "rfm_segment_ids": [Command.set(self.segment.ids)],
            }
        )
        for partner, expected in ((self.buyer, True), (self.other, False)):
            order = self.make_order(partner, state="draft")
            found = program.filtered_domain(order._get_program_domain())
            self.assertEqual(bool(found), expected)
        child = self.make_customer("Child", parent_id=self.buyer.id)
        order = self.make_order(child, state="draft")
        self.assertTrue(program.filtered_domain(order._get_program_domain()))

    def test_pricelist_of_a_segment(self):
        self.env.user.group_ids += self.env.ref("product.group_product_pricelist")
        group = self.env.ref("base.group_user")
        group.implied_ids += self.env.ref("product.group_product_pricelist")
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "For buyers",
                "sequence": -100,
                "rfm_segment_ids": [Command.set(self.segment.ids)],
            }
        )
        found = self.env["product.pricelist"]._get_partner_pricelist_multi(
            (self.buyer | self.other).ids
        )
        self.assertEqual(found[self.buyer.id], pricelist)
        self.assertNotEqual(found[self.other.id], pricelist)
