# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The segment on the customer: read, filter, sort, group, export, explain."""

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...models.scheme.coverage import check_coverage
from ..common import TODAY, RfmCase


@tagged("post_install", "-at_install")
class TestPartner(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_scheme()
        cls.vip = cls.make_customer("Vip")
        for number in range(8):
            cls.make_order(cls.vip, 12 + number, 1912.5)
        cls.new = cls.make_customer("New")
        cls.make_order(cls.new, 3, 100)
        cls.none = cls.make_customer("None")
        cls.run_scheme(cls.scheme)
        cls.all = cls.vip | cls.new | cls.none
        cls.domain = [("id", "in", cls.all.ids)]

    def find(self, *condition):
        return self.env["res.partner"].search([*self.domain, condition])

    def test_values(self):
        vip = self.vip
        self.assertEqual(vip.rfm_segment_id.code, "vip")
        self.assertEqual(vip.rfm_score, "555")
        self.assertEqual((vip.rfm_r, vip.rfm_f, vip.rfm_m), (5, 5, 5))
        self.assertEqual(vip.rfm_order_count, 8)
        self.assertEqual(vip.rfm_amount, 15300)
        self.assertEqual((TODAY - vip.rfm_last_order_date).days, 12)
        self.assertEqual(vip.rfm_segment_since, TODAY)
        self.assertFalse(vip.rfm_previous_segment_id)

    def test_filter(self):
        segment = self.vip.rfm_segment_id
        self.assertEqual(self.find("rfm_segment_id", "=", segment.id), self.vip)
        self.assertEqual(self.find("rfm_segment_id", "in", segment.ids), self.vip)
        self.assertEqual(self.find("rfm_segment_id.code", "=", "vip"), self.vip)
        self.assertEqual(self.find("rfm_segment_id", "ilike", "VIP"), self.vip)
        others = self.find("rfm_segment_id", "!=", segment.id)
        self.assertEqual(others, self.new | self.none)
        self.assertFalse(self.find("rfm_segment_id", "=", False))
        self.assertEqual(self.find("rfm_score", "=", "555"), self.vip)
        self.assertEqual(self.find("rfm_score", "like", "55"), self.vip)
        self.assertEqual(self.find("rfm_amount", ">", 10000), self.vip)
        self.assertEqual(self.find("rfm_order_count", ">", 1), self.vip)
        self.assertEqual(self.find("rfm_last_order_date", "=", False), self.none)
        self.assertEqual(self.find("rfm_r", "in", [5]), self.vip | self.new)

    def test_sort(self):
        found = self.env["res.partner"].search(
            self.domain, order="rfm_amount desc nulls last"
        )
        self.assertEqual(found, self.vip + self.new + self.none)
        self.env["res.partner"].search(self.domain, order="rfm_segment_id, id")

    def test_group(self):
        groups = self.env["res.partner"]._read_group(
            self.domain, ["rfm_segment_id"], ["__count", "rfm_amount:sum"]
        )
        self.assertEqual(
            {segment.code: (count, amount) for segment, count, amount in groups},
            {"vip": (1, 15300), "promising": (1, 100), "no_purchases": (1, 0)},
        )
        by_month = self.env["res.partner"].formatted_read_group(
            self.domain, ["rfm_last_order_date:month"], ["__count"]
        )
        self.assertEqual(sum(group["__count"] for group in by_month), 3)
        description = self.env["res.partner"].fields_get(
            ["rfm_segment_id", "rfm_score", "rfm_last_order_date"]
        )
        for name, field in description.items():
            self.assertTrue(field["groupable"] and field["searchable"], name)
            self.assertTrue(field["exportable"] and field["sortable"], name)

    def test_amounts_are_added_up_in_the_currency_of_the_company(self):
        [[amount]] = self.env["res.partner"]._read_group(
            self.domain, [], ["rfm_amount:sum_currency"]
        )
        self.assertEqual(amount, 15400)

    def test_plain_employee_may_group_and_export(self):
        groups = "base.group_user,base.group_allow_export"
        user = new_test_user(self.env, "rfm-clerk2", groups=groups)
        partners = self.env["res.partner"].with_user(user)
        groups = partners._read_group(self.domain, ["rfm_segment_id"], ["__count"])
        self.assertEqual(len(groups), 3)
        found = partners.browse(self.vip.id)
        exported = found.export_data(["name", "rfm_segment_id", "rfm_score"])
        self.assertEqual(exported["datas"], [["Vip", "VIP", "555"]])

    def test_what_customers_have_spent_is_for_those_who_see_all_orders(self):
        clerk = new_test_user(self.env, "rfm-clerk3", groups="base.group_user")
        partners = self.env["res.partner"].with_user(clerk)
        for name in ("rfm_amount", "rfm_order_count", "rfm_last_order_date"):
            self.assertNotIn(name, partners.fields_get())
            for look in (
                lambda name=name: partners.browse(self.vip.id).read([name]),
                lambda name=name: partners.search([(name, "!=", False)]),
                lambda name=name: partners.search([], order=name),
                lambda name=name: partners._read_group([], [name]),
            ):
                with self.assertRaises(AccessError):
                    look()
        with self.assertRaises(AccessError):
            partners.browse(self.vip.id).read(["rfm_card"])
        groups = "sales_team.group_sale_salesman_all_leads"
        seller = new_test_user(self.env, "rfm-seller", groups=groups)
        self.assertEqual(self.vip.with_user(seller).rfm_amount, 15300)

    def test_a_customer_may_not_sort_by_what_is_known_of_others(self):
        customer = new_test_user(self.env, "rfm-portal", groups="base.group_portal")
        partners = self.env["res.partner"].with_user(customer)
        with self.assertRaises(AccessError):
            partners.search([], order="rfm_amount")

    def test_other_columns_of_contacts_take_no_detour(self):
        """Each query of contacts asks for each of its columns."""
        models = type(self.env["res.partner"]).__mro__
        detours = [m for m in models if "_field_to_sql" in vars(m)]
        ours = [m for m in detours if "mindbox" in m.__module__]
        self.assertFalse(ours)

    def test_no_active_scheme(self):
        self.scheme.state = "draft"
        self.env.invalidate_all()
        self.assertFalse(self.vip.rfm_segment_id)
        self.assertEqual(self.find("rfm_segment_id", "=", False), self.all)

    def test_why(self):
        with freeze_time(f"{TODAY} 10:00:00"):
            self.assertEqual(
                self.profile(self.vip).reason,
                "VIP by rule 1: 12 days < 30, 8 orders > 5, 15,300 in total > 10,000",
            )
            self.assertEqual(
                self.profile(self.none).reason,
                "No purchases yet by rule 8: no other rule matches",
            )
            card = self.vip.rfm_card
        self.assertEqual([bar["score"] for bar in card["bars"]], [5, 5, 5])

    def test_deleted_customers_leave_nothing(self):
        ids = self.none.ids
        self.none.unlink()
        self.assertFalse(self.env["rfm.profile"].search([("partner_id", "in", ids)]))
        self.assertFalse(self.env["rfm.transition"].search([("partner_id", "in", ids)]))

    def test_pictures(self):
        data = self.env["rfm.scheme"].get_overview()
        cards = {card["name"]: card for card in data["segments"]}
        self.assertEqual(cards["VIP"]["customers"], 1)
        self.assertEqual(cards["VIP"]["revenue"], 15300)
        self.assertEqual(cards["VIP"]["average"], 1912.5)
        self.assertEqual(cards["VIP"]["median_days"], 12)
        cells = self.scheme.get_heat_map()["cells"]
        self.assertEqual({cell["cell"] for cell in cells}, {"555", "511"})
        action = self.scheme.action_view_cell([5], [5], [5], "Cell")
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.vip)
        self.assertEqual(
            sum(size for _date, _segment, size in self.scheme.get_trend()), 3
        )

    def test_painted_matrix(self):
        scheme = self.make_scheme("cells", active=False)
        self.assertEqual(len(scheme.matrix), 125)
        champions, loyal = scheme.segment_ids[:2]
        scheme.matrix = scheme.matrix | {"555": loyal.id}
        self.assertNotIn("555", scheme.rule_ids.sorted()[0].cells)
        self.assertIn("555", scheme.rule_ids.sorted()[1].cells)
        self.assertEqual(scheme.matrix["554"], champions.id)
        self.assertEqual(check_coverage(scheme).holes, 0)

    def test_painting_shows_before_it_is_saved(self):
        rules = [("best", "", {"cells": "555"}), ("rest", "")]
        self.scheme.state = "draft"
        scheme = self.make_custom(rules)
        self.run_scheme(scheme)
        best, rest = scheme.segment_ids
        code = self.vip.rfm_score
        matrix = {"555": rest.id, code: best.id}
        fields = ("matrix", "preview_html", "rule_ids")
        spec = {name: {} for name in fields} | {"rule_ids": {"fields": {"cells": {}}}}
        result = scheme.onchange({"matrix": matrix}, ["matrix"], spec)["value"]
        self.assertIn("move", result["preview_html"])
        self.assertTrue(result["rule_ids"])
        self.assertEqual(scheme.matrix, {"555": best.id})
