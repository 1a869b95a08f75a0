# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox does not know, or knows otherwise: why, and what mends it."""

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, formatLang

from ...wording import in_words
from ..outbox.mindbox_ledger import KIND_EVENTS, KIND_SELECTION, KINDS

# More than this is sent in jobs of this size.
CHUNK = 500
SENDABLE = ("missing", "amount", "data", "other", "unseen")
# These end by themselves, or by somebody who works off another list.
NO_ATTENTION = ("waits", "skipped", "erased")


class MindboxDifference(models.Model):
    _name = "mindbox.difference"
    _description = "Difference between Odoo and Mindbox"
    _order = "found_at desc, id desc"
    _rec_name = "res_name"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    currency_id = fields.Many2one(related="endpoint_id.currency_id")
    run_id = fields.Many2one(
        "mindbox.reconciliation",
        string="Last Comparison",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    kind = fields.Selection(KIND_SELECTION, required=True, readonly=True)
    res_id = fields.Integer(
        string="Record ID", required=True, readonly=True, aggregator=None
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="set null"
    )
    date = fields.Date(string="Day", readonly=True)
    problem = fields.Selection(
        [
            ("missing", "Not in Mindbox"),
            ("amount", "Another amount"),
            ("data", "Changed since"),
            ("extra", "Only in Mindbox"),
            ("other", "Mindbox shows other values"),
            ("unseen", "Mindbox does not find it"),
        ],
        required=True,
        readonly=True,
    )
    cause = fields.Selection(
        [
            ("before", "Older than the integration"),
            ("unrecorded", "Never recorded"),
            ("lost", "Acknowledged, but not in the ledger"),
            ("rejected", "Rejected"),
            ("skipped", "Skipped by a rule"),
            ("cancelled", "Cancelled"),
            ("waits", "Waits"),
            ("gone", "Gone in Odoo"),
            ("merged", "Merged in Odoo"),
            ("erased", "Erased in Odoo"),
            ("excluded", "Excluded in Odoo"),
            ("read", "Read from Mindbox"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(
        string="In Words",
        compute="_compute_reason",
        help="What differs, and why.",
    )
    detail = fields.Text(readonly=True)
    amount = fields.Float(string="In Odoo", digits=(16, 2), readonly=True)
    told_amount = fields.Float(string="In Mindbox", digits=(16, 2), readonly=True)
    reference = fields.Char(readonly=True)
    request_id = fields.Many2one(
        "mindbox.request",
        string="Request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        [("open", "Open"), ("sent", "Sent again"), ("resolved", "Resolved")],
        required=True,
        readonly=True,
        default="open",
        help="The next comparison ticks off what agrees by then.",
    )
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention",
        search="_search_needs_attention",
        help="Somebody has to do something: it does not end by itself.",
    )
    found_at = fields.Datetime(string="Found", readonly=True)
    seen_at = fields.Datetime(string="Last Seen", readonly=True)

    _record_uniq = models.UniqueIndex("(endpoint_id, kind, res_id, problem)")

    # === FOR PEOPLE === #

    @api.depends("kind", "res_id", "reference")
    def _compute_res_name(self):
        for kind, differences in self.grouped("kind").items():
            records = self.env[KINDS[kind]].browse(differences.mapped("res_id"))
            records = records.exists()._filtered_access("read")
            names = {record.id: record.display_name for record in records}
            for difference in differences:
                difference.res_name = names.get(
                    difference.res_id, difference.reference or f"#{difference.res_id}"
                )

    @api.depends("state", "cause")
    def _compute_needs_attention(self):
        for difference in self:
            difference.needs_attention = (
                difference.state == "open" and difference.cause not in NO_ATTENTION
            )

    def _search_needs_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [("state", "=", "open"), ("cause", "not in", NO_ATTENTION)]
        return wanted if True in value else ["!", "&", *wanted]

    @api.depends_context("lang")
    @api.depends("problem", "cause", "detail", "amount", "told_amount")
    def _compute_reason(self):
        for difference in self:
            parts = (difference._say_problem(), difference._say_cause())
            difference.reason = " ".join(filter(None, parts))

    def _say_problem(self):
        if self.problem == "amount":
            return self.env._(
                "Odoo: %(amount)s, told: %(told)s.",
                amount=self._format(self.amount),
                told=self._format(self.told_amount),
            )
        if self.problem == "data":
            return self.env._("The customer's data have changed since they were told.")
        if self.problem == "other":
            return self.env._("Mindbox shows other values: %s.", self.detail)
        if self.problem == "unseen":
            return in_words(self.env, self.detail)
        return ""

    def _format(self, amount):
        if self.kind == "orders":
            return format_amount(self.env, amount, self.currency_id)
        return formatLang(self.env, amount, digits=2)

    def _say_cause(self):
        """Say why it differs; and where that is not plain, what to do."""
        words = {
            "before": self.env._(
                "Never sent: it was there before the integration point was started. "
                "Send it, or import the history."
            ),
            "unrecorded": self.env._(
                "Never recorded: it was changed past Odoo, or its request was removed."
            ),
            "lost": self.env._(
                "Mindbox has accepted a request, but the ledger knows nothing of it."
            ),
            "rejected": self.env._("Rejected: %s", in_words(self.env, self.detail)),
            "skipped": self.env._("Skipped: %s", in_words(self.env, self.detail)),
            "cancelled": self.env._("Cancelled: %s", in_words(self.env, self.detail)),
            "waits": self.env._("The request waits."),
            "gone": self.env._("Known to Mindbox, but gone in Odoo."),
            "merged": self.env._(
                "Merged into another customer in Odoo, but not in Mindbox."
            ),
            "erased": self.env._(
                "Erased in Odoo: see Customers to Delete, then tick it off there."
            ),
            "excluded": self.env._(
                "Known to Mindbox, but no customer of this integration point any more."
            ),
            "read": "",
        }
        return words[self.cause]

    # === BUTTONS === #

    def action_open_record(self):
        """Open the customer, order or card; where it is gone, its customer."""
        self.ensure_one()
        record = self.env[KINDS[self.kind]].browse(self.res_id).exists()
        return (record or self.partner_id or self).get_formview_action()

    def action_view_request(self):
        """Open the request that explains it."""
        return self.request_id.get_formview_action()

    def action_send(self):
        """Send what is missing or different, its customer first.

        A customer who is only in Mindbox is put on the list of customers to delete.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        differences = self.sudo()._get_mendable()
        for endpoint, mine in differences.grouped("endpoint_id").items():
            for start in range(0, len(mine), CHUNK):
                endpoint._mend(mine[start : start + CHUNK], len(differences) > CHUNK)
        return self._notify(len(differences), len(self) - len(differences))

    def _get_mendable(self):
        return self.filtered(
            lambda d: d.state == "open"
            and d.cause not in ("waits", "erased")
            and (d.problem in SENDABLE or d.kind == "customers")
        )

    def _notify(self, done, left):
        message = self.env._("%s are on their way to Mindbox.", done)
        if left:
            message += " " + self.env._(
                "%s are not: they wait already, or must be mended in Mindbox by hand.",
                left,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if done else "warning",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_settle(self):
        """Tick off what somebody has mended in Mindbox by hand.

        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        extra = self.sudo().filtered(lambda d: d.problem == "extra")
        for difference in extra:
            self.env["mindbox.ledger"].sudo().search(
                [
                    ("endpoint_id", "=", difference.endpoint_id.id),
                    ("kind", "=", difference.kind),
                    ("res_id", "=", difference.res_id),
                ]
            ).unlink()
        self.sudo().state = "resolved"
        return True

    # === SENDING === #

    def _send(self):
        """Mark by the usual path, so that it leaves with all else of its customer."""
        self._put_on_deletion_list()
        sendable = self.filtered(lambda d: d.problem in SENDABLE)
        records = {
            kind: self.env[KINDS[kind]].browse(differences.mapped("res_id")).exists()
            for kind, differences in sendable.grouped("kind").items()
        }
        self._send_customers(records)
        if cards := records.get("cards"):
            self._send_cards(cards)
        if orders := records.get("orders"):
            self._send_orders(orders)
        sendable._supersede()
        self.state = "sent"

    def _put_on_deletion_list(self):
        extra = self.filtered(lambda d: d.problem == "extra" and d.kind == "customers")
        self.env["mindbox.erasure"].create(
            [
                {
                    "endpoint_id": difference.endpoint_id.id,
                    "customer_id_value": str(difference.res_id),
                }
                for difference in extra
            ]
        )

    def _send_customers(self, records):
        """Customers whose cards and orders are sent must be there before."""
        customers = records.get("customers", self.env["res.partner"])
        for others in (records.get("cards"), records.get("orders")):
            for record in others or ():
                customers |= record._mindbox_customer()
        known = self.env["mindbox.ledger"].search(
            [
                ("endpoint_id", "in", self.endpoint_id.ids),
                ("kind", "=", "customers"),
                ("res_id", "in", customers.ids),
            ]
        )
        wanted = set(self.filtered(lambda d: d.kind == "customers").mapped("res_id"))
        told = set(known.mapped("res_id")) - wanted
        customers.filtered(lambda c: c.id not in told)._mindbox_mark("customer_edit")

    def _send_orders(self, orders):
        missing = self._get_missing_ids("orders")
        for order in orders:
            if order.id not in missing:
                order._mindbox_mark("order_update")
                continue
            order._mindbox_mark("order_create")
            for milestone in reversed(order._mindbox_reached()):
                # That it was placed is what the order itself tells.
                if milestone != "created":
                    order._mindbox_mark("order_status", milestone=milestone)

    def _send_cards(self, cards):
        told, missing = self._get_told_balances(cards), self._get_missing_ids("cards")
        for card in cards:
            if card.id in missing:
                card._mindbox_mark("card_issue")
            card._mindbox_mark_balance(card.points - told.get(card.id, 0))

    def _get_missing_ids(self, kind):
        missing = self.filtered(
            lambda d: d.kind == kind and d.problem in ("missing", "unseen")
        )
        return set(missing.mapped("res_id"))

    def _get_told_balances(self, cards):
        """Return {card ID: what Mindbox knows or will know of what waits}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT res_id, sum(amount) FROM (
                    SELECT res_id, COALESCE(amount, 0) AS amount FROM mindbox_ledger
                     WHERE endpoint_id = ANY(%(endpoints)s) AND kind = 'cards'
                       AND res_id = ANY(%(cards)s)
                    UNION ALL
                    SELECT res_id, (payload::json->'balanceChanges'->0->'changeAmount'
                                   )::text::numeric
                      FROM mindbox_request
                     WHERE endpoint_id = ANY(%(endpoints)s) AND state = 'pending'
                       AND event = 'card_balance' AND res_model = 'loyalty.card'
                       AND res_id = ANY(%(cards)s) AND was_accepted IS NOT TRUE
                ) AS told GROUP BY res_id
                """,
                endpoints=self.endpoint_id.ids,
                cards=cards.ids,
            )
        )
        return {card_id: float(amount) for card_id, amount in rows}

    def _supersede(self):
        """What was refused is sent anew: the old requests are closed."""
        reason = "Replaced: sent again by the reconciliation."
        for kind, differences in self.grouped("kind").items():
            self.env["mindbox.request"].search(
                [
                    ("endpoint_id", "in", differences.endpoint_id.ids),
                    ("res_model", "=", KINDS[kind]),
                    ("res_id", "in", differences.mapped("res_id")),
                    ("event", "in", KIND_EVENTS[kind]),
                    ("state", "=", "rejected"),
                ]
            ).write({"state": "cancelled", "error": reason})


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _mend(self, differences, later=False):
        """Send what is missing now, or in a job where there is much of it."""
        if later:
            self.with_company(self.company_id).with_delay(
                description=self.env._("Send what is missing: %s", self.name)
            )._mend_chunk(differences.ids)
        else:
            differences._send()

    def _mend_chunk(self, ids):
        self.env["mindbox.difference"].browse(ids).exists()._send()
