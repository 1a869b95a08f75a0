# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from ...labels import get_labels
from .yml import MAX_OFFER_ID


class MindboxFeedOffer(models.Model):
    """An ID that the feed knows: it stays when its product leaves the shop."""

    _name = "mindbox.feed.offer"
    _description = "Product of a Mindbox Feed"
    _rec_name = "ref"
    _order = "problem, id"
    _log_access = False

    feed_id = fields.Many2one(
        "mindbox.feed", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product",
        readonly=True,
        index=True,
        ondelete="set null",
        help="Empty: the product was deleted, or has another ID now.",
    )
    ref = fields.Char(string="ID in Mindbox", readonly=True)
    name = fields.Char(readonly=True)
    group_ref = fields.Char(string="Group ID", readonly=True)
    price = fields.Float(readonly=True, digits=(16, 2))
    available = fields.Boolean(readonly=True)
    problem = fields.Selection(
        [
            ("no_id", "No ID"),
            ("same_id", "ID of another product"),
            ("long_id", "ID too long"),
            ("bad_id", "ID with forbidden characters"),
        ],
        readonly=True,
        help="Why this product is not in the feed.",
    )
    what_to_do = fields.Char(compute="_compute_what_to_do")

    _product_uniq = models.UniqueIndex("(feed_id, product_id)")
    _ref_idx = models.Index("(feed_id, ref)")
    _batch_idx = models.Index("(feed_id, id) WHERE problem IS NULL")

    @api.depends_context("lang")
    @api.depends("problem", "ref", "feed_id")
    def _compute_what_to_do(self):
        for offer in self:
            offer.what_to_do = offer._describe_problem()

    def _describe_problem(self):
        """Return in plain words what is wrong and what helps."""
        if not self.problem:
            return False
        endpoint = self.feed_id.endpoint_id
        reference = get_labels(endpoint, "product_ref")[endpoint.product_ref]
        if self.problem == "no_id":
            return self.env._("Fill in: %s", reference)
        if self.problem == "same_id":
            other = self.search(
                [
                    ("feed_id", "=", self.feed_id.id),
                    ("ref", "=", self.ref),
                    ("problem", "=", False),
                ],
                limit=1,
            )
            return self.env._(
                "“%(other)s” has the same one and is in the feed instead. Change one "
                "of them: %(reference)s",
                other=other.product_id.name or other.name or "",
                reference=reference,
            )
        if self.problem == "long_id":
            return self.env._(
                "Shorten it to %(length)s characters: %(reference)s",
                length=MAX_OFFER_ID,
                reference=reference,
            )
        return self.env._("Remove line breaks and the like: %s", reference)

    def action_open_product(self):
        """Open the product, where the ID can be filled in."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "views": [(False, "form")],
        }

    # === THE IDS THAT A FEED KNOWS === #

    @api.model
    def _take_stock(self, feed):
        """Bring the IDs of a feed up to date with the shop, all at once in SQL."""
        self.env.flush_all()
        values = {
            "feed": feed.id,
            "ref": self._get_ref_sql(feed.endpoint_id.product_ref),
            "candidates": self._get_candidates_sql(feed),
            "length": MAX_OFFER_ID,
        }
        for statement in (_LET_GO, _ADD, _DROP, _JUDGE):
            self.env.cr.execute(SQL(statement, **values))
        self.env.invalidate_all(flush=False)

    def _get_ref_sql(self, product_ref):
        """Return the ID by the chosen reference, as events and orders write it."""
        return SQL("%s::varchar", SQL.identifier("p", product_ref))

    def _get_candidates_sql(self, feed):
        """Return a query of the IDs of all products that an event may name.

        What the shop offers, what was ordered or wished for, and what the feed knows.
        """
        company = feed.website_id.company_id
        offered = (
            "t.is_published" if feed.only_published else "t.sale_ok OR t.is_published"
        )
        return SQL(
            """
            SELECT p.id
              FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE p.active AND (%(offered)s)
               AND (t.website_id IS NULL OR t.website_id = %(website)s)
               AND (t.company_id IS NULL OR t.company_id = ANY(%(companies)s))
             UNION
            SELECT product_id FROM sale_order_line
             WHERE company_id = %(company)s AND display_type IS NULL
               AND NOT COALESCE(is_delivery, FALSE)
               AND NOT COALESCE(is_downpayment, FALSE) AND price_total >= 0
             UNION
            SELECT w.product_id FROM product_wishlist w
              JOIN website s ON s.id = w.website_id AND s.company_id = %(company)s
             UNION
            SELECT r.product_product_id FROM stock_notification_product_partner_rel r
              JOIN product_product p ON p.id = r.product_product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE t.company_id IS NULL OR t.company_id = ANY(%(companies)s)
             UNION
            SELECT product_id FROM mindbox_feed_offer WHERE feed_id = %(feed)s
            """,
            offered=SQL(offered),
            website=feed.website_id.id,
            company=company.id,
            companies=company.parent_ids.ids,
            feed=feed.id,
        )

    @api.model
    def _next_batch(self, feed, position, limit):
        """Return the rows of a feed's next offers as tuples.

        :param int position: ID of the row of the offer before
        :return: list of (id, product ID, ref, name, group_ref, price, available)
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT id, product_id, ref, name, group_ref, price, available
                  FROM mindbox_feed_offer
                 WHERE feed_id = %s AND id > %s AND problem IS NULL
                 ORDER BY id LIMIT %s
                """,
                feed.id,
                position,
                limit,
            )
        )

    @api.model
    def _keep(self, rows):
        """Remember what the feed says now: tuples of id and the kept columns."""
        if rows:
            self.env.cr.execute_values(_KEEP, rows, page_size=len(rows))


# Another ID than in the last feed: the old one stays, without a product.
_LET_GO = """
    UPDATE mindbox_feed_offer o SET product_id = NULL, problem = NULL
      FROM product_product p
     WHERE o.feed_id = %(feed)s AND p.id = o.product_id
       AND o.name IS NOT NULL AND o.ref IS DISTINCT FROM %(ref)s
"""
_ADD = """
    INSERT INTO mindbox_feed_offer AS o (feed_id, product_id, ref, available)
    SELECT %(feed)s, p.id, NULLIF(%(ref)s, ''), FALSE
      FROM (%(candidates)s) c (id) JOIN product_product p ON p.id = c.id
     ORDER BY p.id
        ON CONFLICT (feed_id, product_id) DO UPDATE SET ref = EXCLUDED.ref
     WHERE o.ref IS DISTINCT FROM EXCLUDED.ref
"""
# Without a product: never in the feed, or an ID that another product has taken over.
_DROP = """
    DELETE FROM mindbox_feed_offer o
     WHERE o.feed_id = %(feed)s AND o.product_id IS NULL
       AND (o.name IS NULL OR o.ref IS NULL OR EXISTS (
           SELECT 1 FROM mindbox_feed_offer other
            WHERE other.feed_id = o.feed_id AND other.ref = o.ref
              AND (other.product_id IS NOT NULL OR other.id > o.id)
       ))
"""
_JUDGE = r"""
    UPDATE mindbox_feed_offer o SET problem = judged.problem
      FROM (
          SELECT f.id,
                 CASE WHEN f.ref IS NULL THEN 'no_id'
                      WHEN length(f.ref) > %(length)s THEN 'long_id'
                      WHEN f.ref ~ '[\x01-\x1f\x7f-\x9f\ufffe\uffff]' THEN 'bad_id'
                      WHEN row_number() OVER (
                          PARTITION BY f.ref
                          ORDER BY p.active DESC NULLS LAST,
                                   t.is_published DESC NULLS LAST, p.id
                      ) > 1 THEN 'same_id'
                 END AS problem
            FROM mindbox_feed_offer f
            LEFT JOIN product_product p ON p.id = f.product_id
            LEFT JOIN product_template t ON t.id = p.product_tmpl_id
           WHERE f.feed_id = %(feed)s
      ) judged
     WHERE judged.id = o.id AND o.problem IS DISTINCT FROM judged.problem
"""
_KEEP = """
    UPDATE mindbox_feed_offer o
       SET name = n.name, group_ref = n.group_ref, price = n.price,
           available = n.available
      FROM (VALUES %s) n (id, name, group_ref, price, available)
     WHERE o.id = n.id
"""
