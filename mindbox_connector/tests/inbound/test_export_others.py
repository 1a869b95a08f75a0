# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Segments, merges and mailings as the exports of the night tell them."""

from datetime import timedelta

from odoo.tests import tagged

from .exports import ExportedCase


@tagged("post_install", "-at_install")
class TestExportOthers(ExportedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Boris"})
        cls.env["mindbox.source"]._mindbox_flush()

    # === SEGMENTS === #

    def segment_row(self, segment, customer=None):
        row = {"customer": {"ids": self.ids(customer)}, "inSegmentation": bool(segment)}
        if segment:
            row["segment"] = {"ids": {"externalId": segment}}
        return row

    def segments(self):
        memberships = self.env["mindbox.membership"].search(
            [("endpoint_id", "=", self.endpoint.id)]
        )
        return {row.partner_id: row.segment for row in memberships}

    def test_who_is_in_a_segment_is_known_and_who_is_in_none_any_more(self):
        rows = [self.segment_row("vip"), self.segment_row("new", self.other)]
        self.assertEqual(self.read_export("segments", *rows, subject="Life"), 2)
        self.assertEqual(self.segments(), {self.customer: "vip", self.other: "new"})
        self.assertEqual(self.read_export("segments", *rows, subject="Life"), 0)
        self.read_export("segments", self.segment_row("loyal"), subject="Life")
        self.assertEqual(self.segments(), {self.customer: "loyal", self.other: False})
        self.read_export("segments", self.segment_row(None), subject="Life")
        self.assertFalse(self.segments()[self.customer])

    def test_what_a_webhook_has_told_since_counts(self):
        self.read_export("segments", self.segment_row("vip"), subject="Life")
        self.env["mindbox.membership"].search([]).write(
            {"segment": "later", "since": self.asked_at + timedelta(minutes=1)}
        )
        self.read_export("segments", self.segment_row("vip"), subject="Life")
        self.read_export("segments", subject="Life")
        self.assertEqual(self.segments()[self.customer], "later")

    def test_each_segmentation_is_asked_for_by_itself(self):
        self.endpoint.segments_export_operation = "Website.ExportSegments"
        self.endpoint.segmentations = "Life  Taste"
        self.endpoint._ask_mindbox(["segments"])
        exports = self.endpoint.export_ids
        subjects = exports.mapped("subject")
        self.assertLessEqual({"Life", "Taste"}, set(subjects))
        self.assertEqual(len(subjects), len(set(subjects)))
        conditions = [export._get_conditions() for export in exports]
        self.assertIn({"segmentation": {"ids": {"externalId": "Life"}}}, conditions)

    # === MERGES === #

    def test_whom_mindbox_has_merged_somebody_is_asked_to_merge_here(self):
        row = {
            "resultingcustomer": {
                "ids": self.lower(self.ids()),
                "changedatetimeutc": "2026-03-05 10:00:00.000",
            },
            "mergedcustomers": [
                {"ids": self.lower(self.ids(self.other))},
                {"ids": {"mindboxid": 7}},
            ],
        }
        self.assertEqual(self.read_export("merges", row), 1)
        self.assertEqual(self.calls().state, "applied")
        self.assertIn(str(self.other.id), self.customer.activity_ids.note)
        row["mergedcustomers"] = row["mergedcustomers"][1:]
        self.assertEqual(self.read_export("merges", row), 0)

    def lower(self, ids):
        """The keys as the client reads an answer."""
        return {name.lower(): value for name, value in ids.items()}

    # === MAILINGS === #

    def action_row(self, action, when, reason=None, mailing="Spring"):
        mailing = {
            "name": mailing,
            "action": action,
            "link": "https://x.test/?e=canary",
        }
        if reason:
            mailing["notDeliveredReason"] = {"ids": {"systemName": reason}}
        return {
            "dateTimeUtc": f"2026-03-05 {when}.000",
            "customer": {"ids": self.ids()},
            "mailing": mailing,
        }

    def test_the_last_of_each_is_known_in_whatever_order_it_is_told(self):
        rows = [
            self.action_row("MailingClick", "12:00:00"),
            self.action_row("MailingSend", "10:00:00"),
            self.action_row("MailingSend", "11:00:00", mailing="Summer"),
            self.action_row("MailingOpen", "11:30:00"),
            self.action_row("MailingClick", "11:40:00"),
            self.action_row("MailingUnsubscribe", "13:00:00"),
            self.action_row("WaitingForDispatch", "14:00:00"),
        ]
        self.assertEqual(self.read_export("mailings", *rows), 1)
        self.assertEqual(self.read_export("mailings", *rows[:2]), 0)
        [known] = self.customer.mindbox_engagement_ids
        self.assertEqual(known.mailing, "Summer")
        moments = [known.sent_at, known.opened_at, known.clicked_at]
        self.assertEqual(
            [f"{moment:%H:%M}" for moment in moments], ["11:00", "11:30", "12:00"]
        )
        self.assertFalse(known.bounced_at)
        self.assertTrue(known.unsubscribed_at)

    def test_an_address_that_is_none_is_marked(self):
        row = self.action_row("MailingNotDelivered", "10:00:00", "EmailMailboxFull")
        self.read_export("mailings", row)
        [known] = self.customer.mindbox_engagement_ids
        self.assertEqual(known.bounce_reason, "EmailMailboxFull")
        self.assertFalse(self.customer.mindbox_email_state)
        row = self.action_row(
            "MailingNotDelivered", "11:00:00", "EmailNonExistingAddress"
        )
        self.read_export("mailings", row)
        self.assertEqual(known.bounce_reason, "EmailNonExistingAddress")
        self.assertEqual(self.customer.mindbox_email_state, "invalid")

    def test_what_was_found_out_of_an_address_is_not_said_of_the_next(self):
        self.customer.email = "anna@example.org"
        row = self.action_row(
            "MailingNotDelivered", "11:00:00", "EmailNonExistingAddress"
        )
        self.read_export("mailings", row)
        self.assertFalse(self.customer.mindbox_email_state)

    def test_customers_are_found_by_what_they_have_done(self):
        self.read_export("mailings", self.action_row("MailingNotDelivered", "11:00:00"))
        domain = [("mindbox_engagement_ids.bounced_at", "!=", False)]
        self.assertEqual(self.env["res.partner"].search(domain), self.customer)
        domain = [("mindbox_engagement_ids.clicked_at", ">=", "today -30d")]
        self.assertFalse(self.env["res.partner"].search(domain))

    def test_of_an_erased_customer_nothing_is_kept(self):
        self.read_export("mailings", self.action_row("MailingClick", "11:00:00"))
        self.customer._on_erase()
        self.assertFalse(self.env["mindbox.engagement"].search([]))
