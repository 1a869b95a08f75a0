# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is in which group, and what they bought."""

import random

from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import LooseMany2one
from ..run.plans import WHOLE_TABLES, planned
from ..run.run import as_system
from ..run.window import Window

# The place of a customer among all, by hash: it stays the same whoever comes or goes.
PLACE = "md5(%(seed)s || ':' || partner_id)"
# In the order of the strata and of the hash in each, every so manieth is left out: the
# share is the same in all strata, and so is everybody's chance.
ENROL = """
    INSERT INTO rfm_experiment_member (
        experiment_id, partner_id, segment_id, stratum, place, arm,
        order_count, amount, before_order_count, before_amount
    )
    SELECT %(experiment)s, partner_id, segment_id, stratum, place,
           CASE WHEN floor(number * %(share)s / 100.0 + %(offset)s)
                     > floor((number - 1) * %(share)s / 100.0 + %(offset)s)
                THEN 'control' ELSE 'test' END, 0, 0, 0, 0
      FROM (
          SELECT *, row_number() OVER (ORDER BY stratum, place, partner_id) AS number
            FROM (
                SELECT partner_id, segment_id, %(place)s AS place,
                       segment_id * 16 + COALESCE(m_score, 0) AS stratum
                  FROM rfm_profile
                 WHERE scheme_id = %(scheme)s AND segment_id IS NOT NULL
                   AND (%(all)s OR segment_id = ANY(%(segments)s))
            ) customer
      ) placed
     ORDER BY place
"""
MEASURE = """
    UPDATE rfm_experiment_member member
       SET %(orders)s = fresh.order_count, %(amount)s = fresh.amount
      FROM (
          SELECT own.id, COALESCE(bought.order_count, 0) AS order_count,
                 round(COALESCE(bought.amount, 0), %(digits)s) AS amount
            FROM rfm_experiment_member own
            LEFT JOIN (%(bought)s) bought ON bought.partner_id = own.partner_id
           WHERE own.experiment_id = %(experiment)s AND own.partner_id IS NOT NULL
      ) fresh
     WHERE member.id = fresh.id
       AND (member.%(orders)s, member.%(amount)s)
           IS DISTINCT FROM (fresh.order_count, fresh.amount)
"""
# A customer counts once: who stays keeps the own group, else takes over that of one of
# those who were merged with them.
TAKE_OVER = """
    UPDATE rfm_experiment_member member SET partner_id = %(dst)s
     WHERE id IN (
         SELECT min(id) FROM rfm_experiment_member old
          WHERE partner_id = ANY(%(src)s) AND NOT EXISTS (
              SELECT FROM rfm_experiment_member own
               WHERE own.experiment_id = old.experiment_id
                 AND own.partner_id = %(dst)s
          )
          GROUP BY experiment_id
     );
    DELETE FROM rfm_experiment_member WHERE partner_id = ANY(%(src)s)
"""
# The place would tell who it was to whoever tries all IDs.
LET_GO = """
    UPDATE rfm_experiment_member SET partner_id = NULL, place = md5(random()::text)
     WHERE partner_id = ANY(%s)
"""


class RfmExperimentMember(models.Model):
    """A customer in one of the two groups.

    Who was forgotten or deleted stays as a number without a name: to drop them would
    make the group that drives people away look better than it is.
    """

    _name = "rfm.experiment.member"
    _description = "Customer of an Experiment"
    _log_access = False
    _rec_name = "partner_id"
    _order = "id"

    experiment_id = fields.Many2one(
        "rfm.experiment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="experiment_id.company_id")
    currency_id = fields.Many2one(related="experiment_id.currency_id")
    partner_id = LooseMany2one("res.partner", string="Customer", readonly=True)
    segment_id = LooseMany2one(
        "rfm.segment", readonly=True, help="The segment at the start."
    )
    stratum = fields.Integer(
        readonly=True,
        aggregator=False,
        help="Segment and M score at the start, as one number.",
    )
    place = fields.Char(readonly=True)
    arm = fields.Selection(
        [("test", "Test"), ("control", "Control")], string="Group", readonly=True
    )
    order_count = fields.Integer(string="Orders", readonly=True)
    amount = fields.Monetary(readonly=True)
    before_order_count = fields.Integer(string="Orders Before", readonly=True)
    before_amount = fields.Monetary(string="Amount Before", readonly=True)

    _member_uniq = models.UniqueIndex("(experiment_id, partner_id)")
    _partner_idx = models.Index("(partner_id)")

    @api.model
    def _enrol(self, experiment):
        """Put the customers of an experiment's segments in its groups."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                ENROL,
                experiment=experiment.id,
                share=experiment.share,
                offset=random.Random(experiment.seed).random(),
                place=SQL(PLACE, seed=str(experiment.seed)),
                scheme=experiment.scheme_id.id,
                all=not experiment.segment_ids,
                segments=experiment.segment_ids.ids,
            )
        )
        experiment.invalidate_recordset(["member_ids"])
        self.invalidate_model()

    @api.model
    def _measure(self, experiment, since, until, prefix=""):
        """Write what members bought between two days, both included.

        :param str prefix: of the columns, ``before_`` for the time before the start
        """
        self.env.flush_all()
        scheme = as_system(experiment.scheme_id)
        measure = SQL(
            MEASURE,
            bought=Window(scheme, since, until).by_customer,
            experiment=experiment.id,
            digits=scheme.currency_id.decimal_places,
            orders=SQL.identifier(f"{prefix}order_count"),
            amount=SQL.identifier(f"{prefix}amount"),
        )
        with planned(self.env.cr, WHOLE_TABLES):
            self.env.cr.execute(measure)
        self.invalidate_model()

    # === CUSTOMERS WHO GO === #

    @api.model
    def _take_over(self, src_partners, dst_partner):
        """Keep a customer once who was merged of several."""
        ids = {"src": src_partners.ids, "dst": dst_partner.id}
        self.env.cr.execute(SQL(TAKE_OVER, **ids))
        self.invalidate_model()

    @api.model
    def _let_go(self, partners):
        """Keep of customers who go what was measured, and not who it was."""
        self.env.cr.execute(SQL(LET_GO, partners.ids))
        self.invalidate_model()


class RfmExperiment(models.Model):
    _name = "rfm.experiment"
    _inherit = ["rfm.experiment"]

    member_ids = fields.One2many(
        "rfm.experiment.member",
        "experiment_id",
        readonly=True,
        groups="mindbox_connector.group_mindbox_user",
    )
    member_count = fields.Integer(compute="_compute_member_count", compute_sudo=True)

    @api.depends("state")
    def _compute_member_count(self):
        counts = dict(
            self.env["rfm.experiment.member"]._read_group(
                [("experiment_id", "in", self.ids)], ["experiment_id"], ["__count"]
            )
        )
        for experiment in self:
            experiment.member_count = counts.get(experiment._origin, 0)

    def action_view_members(self):
        """Open the customers who take part."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_experiment_member_action"
        )
        return action | {"domain": [("experiment_id", "=", self.id)]}
