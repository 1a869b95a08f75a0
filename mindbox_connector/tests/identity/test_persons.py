# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was recorded of somebody who is known as another customer follows that one."""

import json

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestPersons(SourceCase):
    def make_twin(self):
        """Make another contact with the customer's e-mail."""
        values = {"name": "Olga", "email": self.customer.email}
        return self.env["res.partner"].create(values)

    def test_a_fact_about_who_is_known_as_another_follows_that_one(self):
        """Of two who come at once with one e-mail, only one is told."""
        twin = self.make_twin()
        self.env["mindbox.consent"]._decide(twin, {("email", ""): True})
        consent = self.recorded("customer_subscription")
        self.assertEqual(self.names(consent), str(twin.id))
        self.env.flush_all()
        [row] = consent.read(load=False)
        self.assertFalse(self.endpoint._leave_contested([row]), "another lane's now")
        self.env.invalidate_all()
        self.assertEqual(consent.customer_key, f"partner-{self.customer.id}")
        self.assertEqual(self.names(consent), str(self.customer.id))
        [row] = consent.read(load=False)
        self.assertTrue(self.endpoint._leave_contested([row]))

    def names(self, row):
        return json.loads(row.payload)["customer"]["ids"]["websiteID"]

    def test_a_profile_is_told_as_of_after_the_decisions_of_all_who_are_one(self):
        """Else it would be out of date, where a decision is an edit, too."""
        self.know(self.customer)
        twin = self.make_twin()
        self.env.flush_all()
        self.env["mindbox.contact"]._settle(self.endpoint, [twin.id], [twin.id])
        self.env.invalidate_all()
        self.env["mindbox.consent"]._decide(twin, {("sms", ""): False})
        decided = self.recorded("customer_subscription") or self.recorded()
        moment = self.customer._mindbox_told_moment(
            "customer_edit", self.customer.create_date
        )
        self.assertGreater(moment, max(decided.mapped("occurred_at")))
