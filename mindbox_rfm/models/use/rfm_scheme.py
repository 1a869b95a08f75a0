# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How segments reach Mindbox: what is told is what differs from what was told before.

After each run, and when an integration point is started. So what changed while delivery
was off, or was skipped or refused, is caught up; and whoever Mindbox does not know yet
is told of once it knows them.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.mindbox_connector.exceptions import MindboxSkipped
from odoo.addons.mindbox_connector.fields import SystemName
from odoo.addons.mindbox_connector.notices import CLOSE, notify

from .mindbox_catalogue import SEGMENT_SET, SEGMENTATION, SEGMENTS
from .telling import IS_DUE, PREFIXES, get_due

# Customers who are told of in one transaction.
CUSTOMERS_AT_ONCE = 1000
# What was told of each, by the active way, counts as unknown: it is told again.
DOUBT = """
    UPDATE mindbox_ledger told
       SET state = (SELECT jsonb_object_agg(
                               part.key, CASE WHEN NOT starts_with(part.key, %(prefix)s)
                                              THEN part.value END)
                      FROM jsonb_each(told.state) AS part)
     WHERE told.kind = %(kind)s AND told.endpoint_id = ANY(%(endpoints)s)
       AND told.state NOT IN ('null', '{}')
    RETURNING told.id
"""


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme", "mindbox.source"]

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
        "static segmentation. Otherwise it is asynchronous, and changes the customer. "
        "What was told in another way before stays in Mindbox.",
    )
    mindbox_segmentation = SystemName(
        string="Segmentation",
        default="RFM",
        help="External ID of the static segmentation in Mindbox. Whoever is in another "
        "one that was told before leaves it.",
    )
    mindbox_field = SystemName(
        string="Field",
        default="rfmSegment",
        help="System name of the customer's additional field in Mindbox.",
    )
    mindbox_recipients = fields.Selection(
        [
            ("company", "The company"),
            ("contacts", "Its contacts"),
            ("both", "The company and its contacts"),
        ],
        string="Segment of a Company",
        required=True,
        default="company",
        help="Whom Mindbox is told to be in the segment of a company: the company, or "
        "the contacts who order for it, as far as Mindbox knows them.",
    )
    told_field_ids = fields.One2many(
        "rfm.told.field", "scheme_id", string="Told With It", copy=True
    )

    @api.constrains("mindbox_way", "mindbox_segmentation")
    def _check_rules_ask_for_others(self):
        self.rule_ids._check_own_segmentation()

    # === WHAT IS DUE === #

    def _after_run(self, run):
        result = super()._after_run(run)
        self._tell_due()
        return result

    def _tell_due(self):
        """Have Mindbox told what differs from what it was told."""
        if self.mindbox_way == "bulk":
            self._mindbox_mark(SEGMENT_SET)
        elif self.mindbox_way != "none" and self._find_due(1):
            self._queue_due()

    def action_send_all(self):
        """Tell Mindbox the segments of all customers whom it knows, moved or not.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: the scheme tells Mindbox nothing
        """
        self.ensure_one()
        self.check_access("write")
        if self.mindbox_way == "none" or self.state != "active":
            raise UserError(
                self.env._("Activate the scheme, and choose how Mindbox is told.")
            )
        self._doubt_told()
        self._tell_due()
        message = self.env._(
            "%s customers are told of. Those whom Mindbox does not know yet follow "
            "once it knows them.",
            len(self._find_due()),
        )
        return notify(message, CLOSE)

    def _doubt_told(self):
        query = SQL(
            DOUBT,
            prefix=PREFIXES[self.mindbox_way],
            kind=SEGMENTS,
            endpoints=self._mindbox_endpoints(False).ids,
        )
        self.env["mindbox.request"]._execute(query)
        self.env["mindbox.ledger"].invalidate_model()

    def _find_due(self, limit=None, after=0):
        """Return IDs of customers of whom something is due, in order."""
        endpoints = self._mindbox_endpoints(False)
        self.env.flush_all()
        due = SQL(" UNION ALL ").join(get_due(self, one) for one in endpoints)
        rows = endpoints and self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner_id FROM (%s) AS due
                 WHERE partner_id > %s AND %s ORDER BY partner_id LIMIT %s
                """,
                due,
                after,
                SQL(IS_DUE),
                limit,
            )
        )
        return [partner_id for (partner_id,) in rows]

    # === CUSTOMER BY CUSTOMER === #

    def _queue_due(self, after=0):
        self.with_delay(
            description=self.env._("RFM segments to Mindbox: %s", self.name)
        )._mark_due(after)

    def _mark_due(self, after=0):
        """Mark the customers of whom something is due, some at a time."""
        found = self._find_due(CUSTOMERS_AT_ONCE, after)
        self.env["res.partner"].browse(found)._mindbox_mark(SEGMENT_SET)
        if len(found) == CUSTOMERS_AT_ONCE:
            self._queue_due(found[-1])

    # === ONE IMPORT === #

    def _mindbox_concerns(self, event, customer, visitor):
        return True

    def _mindbox_customer_key(self, customer, visitor):
        """The imports of a scheme leave one after the other."""
        return f"rfm-{self.id}"

    def _mindbox_endpoints(self, website_id):
        """Return all that record for the company, whichever website they are for."""
        endpoint = self.env["mindbox.endpoint"]
        company_id = self.company_id.id
        routes = endpoint._get_routes()
        return endpoint.browse(own for own, _w, owner in routes if owner == company_id)

    def _mindbox_find_operation(self, endpoint, event, facts):
        """An import of nobody is none."""
        due = SQL(
            "SELECT FROM (%s) AS due WHERE %s", get_due(self, endpoint), SQL(IS_DUE)
        )
        if not self.env.execute_query(SQL("%s LIMIT 1", due)):
            return None
        return super()._mindbox_find_operation(endpoint, event, facts)

    def _mindbox_segment_set_body(self, endpoint):
        """Return the import of what is due now; an empty segment takes out of it.

        :raise MindboxSkipped: nothing is due by now
        """
        self.env.flush_all()
        rows = self.env.execute_query(self._get_lines(endpoint))
        if not rows:
            raise MindboxSkipped("nobody_to_tell")
        header = ";".join(self._get_segments_header(endpoint))
        return "\n".join([header, *(";".join(map(str, row)) for row in rows), ""])

    def _get_segments_header(self, endpoint):
        """Return the columns of an import of segments."""
        return [
            f"CustomerExternalIdentity{endpoint.customer_id_name}",
            "SegmentationExternalId",
            "SegmentExternalId",
        ]

    def _get_lines(self, endpoint):
        """Return the query of customer, segmentation and segment that are due."""
        return SQL(
            """
            SELECT due.partner_id, substr(part.key, %(start)s), part.value
              FROM (%(due)s) AS due
             CROSS JOIN LATERAL jsonb_each_text(due.due) AS part
             WHERE %(is_due)s AND due.told->>part.key IS DISTINCT FROM part.value
             ORDER BY due.partner_id, part.value, part.key
            """,
            start=len(SEGMENTATION) + 1,
            due=get_due(self, endpoint),
            is_due=SQL(IS_DUE),
        )
