# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is left out: told to Mindbox beside the segments, and looked up by the shop."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.mindbox_connector.fields import SystemName

from .telling import TELLING_WAYS


class RfmExperiment(models.Model):
    _name = "rfm.experiment"
    _inherit = ["rfm.experiment"]

    mindbox_segmentation = SystemName(
        string="Name in Mindbox",
        compute="_compute_mindbox_segmentation",
        store=True,
        readonly=False,
        copy=False,
        help="External ID of the static segmentation of its own in which customers are "
        "“test” or “control” while the experiment is running. Where the scheme tells "
        "segments by a field of the customer, the system name of such a field.",
    )
    mindbox_warning = fields.Char(compute="_compute_mindbox_warning")

    _segmentation_uniq = models.UniqueIndex(
        "(company_id, mindbox_segmentation)",
        "Another experiment has this name in Mindbox.",
    )

    @api.depends("seed")
    def _compute_mindbox_segmentation(self):
        for experiment in self:
            name = experiment.mindbox_segmentation
            experiment.mindbox_segmentation = name or f"experiment{experiment.seed}"

    @api.constrains("mindbox_segmentation", "scheme_id")
    def _check_mindbox_segmentation(self):
        for experiment in self:
            scheme = experiment.scheme_id
            taken = {scheme.mindbox_segmentation, scheme.mindbox_field}
            taken.update(scheme.told_field_ids.mapped("name"))
            if experiment.mindbox_segmentation in taken:
                raise ValidationError(
                    self.env._(
                        "“%s” tells the segments of the scheme in Mindbox. Give the "
                        "experiment another name.",
                        experiment.mindbox_segmentation,
                    )
                )

    @api.depends("scheme_id.mindbox_way", "state")
    @api.depends_context("lang")
    def _compute_mindbox_warning(self):
        warning = self.env._(
            "Mindbox is not told who is in which group: the scheme tells segments "
            "neither by import nor by a field. Programs and pricelists of Odoo leave "
            "the control group out all the same."
        )
        for experiment in self:
            silent = experiment.scheme_id.mindbox_way not in TELLING_WAYS
            is_open = experiment.state in ("draft", "running")
            experiment.mindbox_warning = warning if silent and is_open else ""

    # === TOLD === #

    def write(self, vals):
        """Refuse another name once customers were told of by the old one.

        :raise UserError: the experiment is no draft any more
        """
        if "mindbox_segmentation" in vals:
            self._check_draft()
        return super().write(vals)

    def _on_membership(self):
        result = super()._on_membership()
        for experiment in self:
            active = experiment.scheme_id._get_active_id(experiment.company_id.id)
            self.env["rfm.scheme"].browse(active or [])._tell_due()
        return result

    # === LEFT OUT === #

    @api.model
    def _get_withheld(self, partner, company):
        """Return the running experiments whose control group a customer is in.

        The customer may be the company of a contact.
        """
        found = self._find_memberships(partner, company)
        return found.filtered(lambda member: member.arm == "control").experiment_id

    @api.model
    def _get_arms(self, partner, company, experiment_ids):
        """Return the groups of running experiments that a customer is in, as a set."""
        found = self._find_memberships(partner, company)
        own = found.filtered(lambda member: member.experiment_id.id in experiment_ids)
        return set(own.mapped("arm"))

    @api.model
    def _find_memberships(self, partner, company):
        """Find a customer, or their company, in running experiments.

        Who buys or sells has no rights to read there.
        """
        return (
            self.env["rfm.experiment.member"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", (partner | partner.commercial_partner_id).ids),
                    ("experiment_id.state", "=", "running"),
                    ("experiment_id.company_id", "=", company.id),
                ]
            )
        )
