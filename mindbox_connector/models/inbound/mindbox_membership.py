# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...exceptions import MindboxSkipped


class MindboxMembership(models.Model):
    """In which segment of a segmentation a customer is, as Mindbox has told.

    Mindbox has a customer in one segment of a segmentation at most.
    """

    _name = "mindbox.membership"
    _description = "Segment in Mindbox"
    _inherit = "mindbox.guarded"
    _order = "segmentation, id"
    _rec_name = "segment"
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
    segmentation = fields.Char(required=True, readonly=True)
    segment = fields.Char(
        readonly=True, help="Empty: the customer is in none of the segmentation."
    )
    since = fields.Datetime(
        required=True, readonly=True, help="When the customer has entered or left it."
    )
    export_id = fields.Integer(
        string="Seen by the Export",
        readonly=True,
        aggregator=None,
        help="The last export of the segmentation that has told of the customer.",
    )

    heard_at = fields.Datetime(
        string="Heard", readonly=True, help="When Mindbox has told something new last."
    )

    _heard_at_idx = models.Index("USING brin (heard_at)")
    _customer_uniq = models.UniqueIndex("(endpoint_id, partner_id, segmentation)")

    @api.model
    def _hear(self, endpoint, partner, place, is_member, moment):
        """Write down that a customer has entered or left a segment.

        Of two at the same moment the entry counts: who changes leaves one for another.

        :param place: (segmentation, segment)
        :return: the membership
        :raise MindboxSkipped: something newer is known
        """
        segmentation, segment = place
        known = self.search(
            [
                ("endpoint_id", "=", endpoint.id),
                ("partner_id", "=", partner.id),
                ("segmentation", "=", segmentation),
            ]
        )
        values = {
            "segment": is_member and segment,
            "since": moment,
            "heard_at": self.env.cr.now(),
        }
        if not known:
            names = {"endpoint_id": endpoint.id, "partner_id": partner.id}
            return self.create(names | values | {"segmentation": segmentation})
        if (moment, is_member) <= (known.since, bool(known.segment)):
            is_same = (known.segment or False) == values["segment"]
            known._refuse(is_same)
        if not is_member and known.segment != segment:
            # Left for another one already.
            known._refuse(is_same=not known.segment)
        known.write(values)
        return known

    def _refuse(self, is_same):
        if is_same:
            raise MindboxSkipped("inbound_known")
        raise MindboxSkipped("inbound_outdated")
