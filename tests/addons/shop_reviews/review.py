"""Product review written: an event that the connector knows nothing of.

Reviews are a kind of record, too, so that they are compared every night.
"""

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from odoo.addons.mindbox_connector.catalogue import Event, Kind

_lt = LazyTranslate(__name__)

# Where a body says it: the ledger keeps it as {"rating": 4}.
RATING = """
    jsonb_build_object('rating', body->'customer'->'customFields'->'lastRating')
"""


class MindboxCatalogue(models.AbstractModel):
    _inherit = "mindbox.catalogue"

    def _events(self):
        review = Event(
            _lt("Product review written"),
            "rating.rating",
            "Website.WriteReview",
            kind="reviews",
        )
        return super()._events() | {"review_write": review}

    def _kinds(self):
        told = {"state": RATING}
        reviews = Kind(_lt("Reviews"), "rating.rating", "review_write", told=told)
        return super()._kinds() | {"reviews": reviews}


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

    def _mindbox_expected(self, endpoint):
        """Mindbox should know of every review that somebody has written."""
        return SQL(
            """
            SELECT id AS res_id, partner_id, create_date::date AS date,
                   NULL::numeric AS amount, write_date AS changed_at,
                   create_date AS created_at,
                   jsonb_build_object('rating', rating) AS state
              FROM rating_rating
             WHERE consumed AND partner_id IS NOT NULL
            """
        )
