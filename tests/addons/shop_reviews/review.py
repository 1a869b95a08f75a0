"""Product review written: an event that the connector knows nothing of."""

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.mindbox_connector.catalogue import Event

_lt = LazyTranslate(__name__)


class MindboxCatalogue(models.AbstractModel):
    _inherit = "mindbox.catalogue"

    def _events(self):
        review = Event(
            _lt("Product review written"), "rating.rating", "Website.WriteReview"
        )
        return super()._events() | {"review_write": review}


class RatingRating(models.Model):
    _name = "rating.rating"
    _inherit = ["rating.rating", "mindbox.source"]

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings.filtered("consumed")._mindbox_mark("review_write")
        return ratings

    def _mindbox_customer(self):
        return self.partner_id._mindbox_customer()

    def _mindbox_review_write_body(self, endpoint):
        customer = self.partner_id._mindbox_identity(endpoint)
        return {"customer": customer | {"customFields": {"lastRating": self.rating}}}
