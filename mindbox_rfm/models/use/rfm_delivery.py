# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How changed segments reach Mindbox: one import per run, or customer by customer."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.mindbox_connector.exceptions import MindboxSkipped

from .mindbox_catalogue import SEGMENT_SET

# Customers whose move is told in one transaction.
MOVERS_AT_ONCE = 1000


class RfmSource(models.AbstractModel):
    """What goes to Mindbox as one import of many customers."""

    _name = "rfm.source"
    _description = "Source of RFM Segments"
    _inherit = "mindbox.source"

    def _mindbox_customer(self):
        return self.env["res.partner"]

    def _mindbox_concerns(self, event, customer, visitor):
        return True

    def _mindbox_customer_key(self, customer, visitor):
        """The imports of a scheme leave one after the other."""
        return f"rfm-{self._get_rfm_scheme().id}"

    def _mindbox_shop(self):
        return self.env["website"], self.company_id

    def _mindbox_segment_set_body(self, endpoint):
        """Return the import of these customers, with their segments of now.

        An empty segment takes the customer out of the segmentation.

        :raise MindboxSkipped: none of them is a customer of this integration point
        """
        self.env.flush_all()
        rows = self.env.execute_query(self._segments_sql(endpoint))
        if not rows:
            raise MindboxSkipped("nobody_to_tell")
        segmentation = self._get_rfm_scheme().mindbox_segmentation
        header = ";".join(self._get_segments_header(endpoint))
        lines = (f"{customer};{segmentation};{code or ''}" for customer, code in rows)
        return "\n".join([header, *lines, ""])

    def _get_segments_header(self, endpoint):
        """Return the columns of an import of segments."""
        return [
            f"CustomerExternalIdentity{endpoint.customer_id_name}",
            "SegmentationExternalId",
            "SegmentExternalId",
        ]

    def _segments_sql(self, endpoint):
        return SQL(
            """
            SELECT told.partner_id, segment.code
              FROM (%(told)s) told
              JOIN (%(customers)s) customer ON customer.id = told.partner_id
              LEFT JOIN rfm_profile profile
                     ON profile.partner_id = told.partner_id
                    AND profile.scheme_id = %(scheme)s
              LEFT JOIN rfm_segment segment ON segment.id = profile.segment_id
             ORDER BY told.partner_id
            """,
            told=self._told_sql(),
            scheme=self._get_rfm_scheme().id,
            customers=self.env["mindbox.scope"]._get_customers(endpoint),
        )

    def _get_rfm_scheme(self):
        """Return the scheme whose segments are told."""
        raise NotImplementedError

    def _told_sql(self):
        """Return the query of the customers to tell of."""
        raise NotImplementedError


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme", "rfm.source"]

    mindbox_way = fields.Selection(
        [
            ("none", "Not at all"),
            ("bulk", "One import per run"),
            ("field", "A field of the customer"),
            ("operation", "An operation per segment"),
        ],
        string="To Mindbox",
        required=True,
        default="bulk",
        help="One import per run: the operation of the event is a bulk import of a "
        "static segmentation. Otherwise it is asynchronous, and changes the customer.",
    )
    mindbox_segmentation = fields.Char(
        string="Segmentation",
        default="RFM",
        help="External ID of the static segmentation in Mindbox.",
    )
    mindbox_field = fields.Char(
        string="Field",
        default="rfmSegment",
        help="System name of the customer's additional field in Mindbox.",
    )

    def _after_run(self, run):
        result = super()._after_run(run)
        if run.changed and self.mindbox_way == "bulk":
            run._mindbox_mark(SEGMENT_SET)
        elif run.changed and self.mindbox_way != "none":
            self._queue_marks(run, 0)
        return result

    def action_send_all(self):
        """Tell Mindbox the segments of all customers, moved or not, in one import.

        :raise AccessError: the user is no Mindbox manager
        """
        self.ensure_one()
        self.check_access("write")
        if self.mindbox_way != "bulk":
            raise UserError(
                self.env._("Only an import can tell of all customers at once.")
            )
        self._mindbox_mark(SEGMENT_SET)
        return True

    def _get_rfm_scheme(self):
        return self

    def _told_sql(self):
        return SQL("SELECT partner_id FROM rfm_profile WHERE scheme_id = %s", self.id)

    def _queue_marks(self, run, after):
        self.with_delay(
            description=self.env._("RFM segments to Mindbox: %s", self.name)
        )._mark_movers(run.id, after)

    def _mark_movers(self, run_id, after):
        """Mark the customers who moved in a run, some at a time."""
        run = self.env["rfm.run"].browse(run_id).exists()
        movers = self.env["rfm.transition"].search(
            [("run_id", "=", run.id), ("id", ">", after)],
            order="id",
            limit=MOVERS_AT_ONCE,
        )
        movers.partner_id.exists()._mindbox_mark(SEGMENT_SET)
        if len(movers) == MOVERS_AT_ONCE:
            self._queue_marks(run, movers[-1].id)


class RfmRun(models.Model):
    """A run tells of those who moved."""

    _name = "rfm.run"
    _inherit = ["rfm.run", "rfm.source"]

    def _get_rfm_scheme(self):
        return self.scheme_id

    def _told_sql(self):
        return SQL(
            "SELECT DISTINCT partner_id FROM rfm_transition WHERE run_id = %s", self.id
        )
