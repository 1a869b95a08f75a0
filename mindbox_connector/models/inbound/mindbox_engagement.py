# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from ..outbox.json_text import to_json

MOMENTS = ("sent_at", "opened_at", "clicked_at", "bounced_at", "unsubscribed_at")
TYPES = {
    "partner_id": "int4",
    "mailing": "varchar",
    "bounce_reason": "varchar",
    **dict.fromkeys(MOMENTS, "timestamp"),
}
# What goes with a moment is kept with the newest one.
DETAILS = {"mailing": "sent_at", "bounce_reason": "bounced_at"}
HEARD = """
    INSERT INTO mindbox_engagement AS known (endpoint_id, heard_at, %(names)s)
    SELECT %(endpoint)s, now() AT TIME ZONE 'UTC', %(names)s
      FROM json_to_recordset(%(rows)s::json) AS new (%(types)s)
     ORDER BY partner_id
        ON CONFLICT (endpoint_id, partner_id) DO UPDATE SET %(newest)s
     WHERE %(is_news)s
"""
LATER = "COALESCE(excluded.{0} > known.{0}, excluded.{0} IS NOT NULL)"


class MindboxEngagement(models.Model):
    """What a customer has done last with the mailings of Mindbox: when, never what."""

    _name = "mindbox.engagement"
    _description = "Mailings of a Customer"
    _order = "sent_at desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    mailing = fields.Char(
        string="Last Mailing", readonly=True, help="As it is called in Mindbox."
    )
    sent_at = fields.Datetime(string="Sent", readonly=True)
    opened_at = fields.Datetime(string="Last Opened", readonly=True)
    clicked_at = fields.Datetime(string="Last Clicked", readonly=True)
    bounced_at = fields.Datetime(string="Last Bounced", readonly=True)
    bounce_reason = fields.Char(
        string="Bounced Because", readonly=True, help="Mindbox's name of the reason."
    )
    unsubscribed_at = fields.Datetime(
        string="Unsubscribed",
        readonly=True,
        help="When the link to unsubscribe in a mail was followed.",
    )

    heard_at = fields.Datetime(
        string="Heard", readonly=True, help="When Mindbox has told something new last."
    )

    _heard_at_idx = models.Index("USING brin (heard_at)")
    _customer_uniq = models.UniqueIndex("(endpoint_id, partner_id)")

    @api.model
    def _hear(self, endpoint, told):
        """Write down what is newer than what is known, in one statement.

        Telling it twice, or in another order, changes nothing.

        :param list told: dicts, one for each customer, with the names of :data:`TYPES`
        :return: of how many customers there was something new
        """
        names = SQL(", ").join(map(SQL.identifier, TYPES))
        types = (SQL("%s %s", SQL.identifier(name), SQL(TYPES[name])) for name in TYPES)
        statement = SQL(
            HEARD,
            names=names,
            types=SQL(", ").join(types),
            endpoint=endpoint.id,
            rows=to_json(told),
            newest=_get_newest(),
            is_news=SQL(" OR ").join(map(_is_later, MOMENTS)),
        )
        self.flush_model()
        self.env.cr.execute(statement)
        self.invalidate_model()
        return self.env.cr.rowcount


def _get_newest():
    """Return what becomes of the columns of a customer who is known."""
    newest = [SQL("heard_at = excluded.heard_at")]
    newest += [
        SQL("%(at)s = GREATEST(known.%(at)s, excluded.%(at)s)", at=SQL(name))
        for name in MOMENTS
    ]
    newest += [
        SQL(
            "%(name)s = CASE WHEN %(later)s THEN excluded.%(name)s "
            "ELSE known.%(name)s END",
            name=SQL(name),
            later=_is_later(moment),
        )
        for name, moment in DETAILS.items()
    ]
    return SQL(", ").join(newest)


def _is_later(moment):
    return SQL(LATER.format(moment))
