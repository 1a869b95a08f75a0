# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ...catalogue import Event

REVIEW = Event("Review written", "product.template", "Website.WriteReview")


@tagged("post_install", "-at_install")
class TestCatalogue(TransactionCase):
    """The events are those of the add-ons of this database, and of no other."""

    def setUp(self):
        super().setUp()
        self.catalogue = self.env["mindbox.catalogue"]
        self.endpoint = self.env["mindbox.endpoint"].create({"name": "Shop"})
        self.addCleanup(self.env.registry.clear_cache)

    def install_review(self):
        """What an update sees that brings an event along."""
        events = {**self.catalogue._events(), "review_write": REVIEW}
        patcher = patch.object(type(self.catalogue), "_events", lambda _self: events)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.env.registry.clear_cache()

    def operations(self, event="review_write", endpoint=None):
        endpoint = (endpoint or self.endpoint).with_context(active_test=False)
        return endpoint.operation_ids.filtered(lambda o: o.event == event)

    def test_both_fields_offer_the_events_of_the_database(self):
        self.install_review()
        for model in ("mindbox.operation", "mindbox.request"):
            field = self.env[model]._fields["event"]
            self.assertIn("review_write", field.get_values(self.env))

    def test_a_new_point_has_an_operation_for_each_event(self):
        self.install_review()
        endpoint = self.env["mindbox.endpoint"].create({"name": "New"})
        operation = self.operations(endpoint=endpoint)
        self.assertEqual(operation.name, "Website.WriteReview")

    def test_an_update_gives_old_points_the_operation_of_a_new_event(self):
        archived = self.endpoint.copy({"active": False})
        self.catalogue._add_operations()
        self.assertFalse(self.operations())
        self.install_review()
        self.catalogue._add_operations()
        self.assertEqual(self.operations().name, "Website.WriteReview")
        self.assertTrue(self.operations(endpoint=archived))

    def test_an_operation_deleted_by_hand_does_not_come_back_with_an_update(self):
        self.catalogue._add_operations()
        self.operations("product_view").unlink()
        self.catalogue._add_operations()
        self.assertFalse(self.operations("product_view"))

    def test_a_database_from_before_the_catalogue_gets_what_is_missing(self):
        self.operations("product_set").unlink()
        known = "mindbox_connector.known_events"
        self.env["ir.config_parameter"].set_param(known, False)
        self.catalogue._add_operations()
        self.assertFalse(self.operations("product_set").active)
        self.assertEqual(self.operations("product_set").name, "Website.SaveProduct")
        self.assertEqual(len(self.operations("cart_set")), 1)

    def test_an_add_on_that_leaves_takes_operations_and_requests_along(self):
        self.install_review()
        self.catalogue._add_operations()
        request = self.env["mindbox.request"].create(
            {"endpoint_id": self.endpoint.id, "event": "review_write"}
        )
        other = self.env["mindbox.request"].create(
            {"endpoint_id": self.endpoint.id, "event": "cart_set"}
        )
        self.catalogue._forget_events(["review_write"])
        self.assertFalse(self.operations())
        self.assertFalse(request.exists())
        self.assertTrue(other.exists())
        self.catalogue._add_operations()
        self.assertTrue(self.operations(), "installed again, it is new again")

    def test_an_event_belongs_to_the_add_on_that_brings_it(self):
        codes = self.catalogue._get_events_of(["mindbox_connector"])
        self.assertIn("cart_set", codes)
        self.assertIn("import_file", codes)
        self.assertNotIn("segment_set", codes)

    def test_an_unknown_event_cannot_be_chosen(self):
        with self.assertRaises(ValidationError):
            self.operations("cart_set").event = "no_such_event"

    def test_labels_are_in_the_reader_s_language(self):
        russian = dict(self.catalogue.with_context(lang="ru_RU")._get_selection())
        english = dict(self.catalogue.with_context(lang="en_US")._get_selection())
        self.assertEqual(english["cart_set"], "Cart changed")
        self.assertNotEqual(russian["cart_set"], english["cart_set"])
