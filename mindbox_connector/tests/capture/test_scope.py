# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What belongs to an integration point: SQL and live events never disagree."""

from hypothesis import HealthCheck, given, settings

from odoo.tests import tagged

from .random_shops import EXAMPLES, ScopeCase, some_shops

on_many_shops = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
class TestScope(ScopeCase):
    @on_many_shops
    @given(shop=some_shops)
    def test_sql_and_live_events_agree_on_what_belongs(self, shop):
        self.fill(**shop)
        visitors = self.websites.user_id.partner_id
        records = {
            "_get_customers": self.partners | visitors,
            "_get_orders": self.orders,
            "_get_carts": self.orders,
            "_get_cards": self.cards,
        }
        for endpoint in self.endpoints:
            for relation, mine in records.items():
                self.assertEqual(
                    self.found(endpoint, relation, mine),
                    self.asked(endpoint, relation, mine),
                    f"{relation} of {endpoint.name}",
                )

    @on_many_shops
    @given(shop=some_shops)
    def test_sql_and_contacts_agree_on_who_is_erased(self, shop):
        self.fill(**shop)
        rows = self.env.execute_query(self.env["mindbox.scope"]._get_erased())
        found = {partner_id for (partner_id,) in rows}.intersection(self.partners.ids)
        erased = self.partners.filtered(
            lambda p: p._mindbox_contact().mindbox_erased_at
        )
        self.assertEqual(found, set(erased.ids))
