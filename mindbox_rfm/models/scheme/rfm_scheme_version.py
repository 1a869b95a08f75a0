# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who changed what of a scheme and when; compare, and go back."""

from odoo import api, fields, models

from .differences import tell_differences

# Versions; of a scheme that is edited more often, the oldest go.
KEPT = 50


class RfmSchemeVersion(models.Model):
    """What a scheme was after one change of it."""

    _name = "rfm.scheme.version"
    _description = "Version of an RFM Scheme"
    _order = "scheme_id, number desc"
    _rec_name = "number"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    number = fields.Integer(readonly=True, required=True, aggregator=False)
    user_id = fields.Many2one("res.users", string="Changed by", readonly=True)
    made_at = fields.Datetime(string="Changed at", readonly=True, required=True)
    content = fields.Json(readonly=True, required=True)
    changes = fields.Text(
        compute="_compute_changes",
        string="What Was Changed",
        help="Compared with the version before.",
    )
    difference = fields.Text(
        compute="_compute_changes",
        string="What Going Back Changes",
        help="Compared with the scheme as it is now.",
    )

    _number_uniq = models.UniqueIndex("(scheme_id, number)")

    @api.depends("content", "scheme_id")
    @api.depends_context("lang")
    def _compute_changes(self):
        for version in self:
            scheme, before = version.scheme_id, version._get_before()
            version.changes = (
                "\n".join(tell_differences(scheme, before.content, version.content))
                if before
                else self.env._("The first version that is kept.")
            )
            now = scheme._get_content()
            version.difference = "\n".join(
                tell_differences(scheme, now, version.content)
            )

    def _get_before(self):
        """Return the version before this one, none where it is not kept any more."""
        domain = [("scheme_id", "=", self.scheme_id.id), ("number", "<", self.number)]
        return self.search(domain, limit=1)

    def action_go_back(self):
        """Make the scheme what it was in this version; that is a new version.

        :raise AccessError: the user is no Mindbox manager of the company
        :raise UserError: it would not be allowed to save that
        """
        self.ensure_one()
        scheme = self.scheme_id
        scheme.check_access("write")
        scheme._put_back(self.content)
        return {
            "type": "ir.actions.act_window",
            "res_model": "rfm.scheme",
            "res_id": scheme.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme", "rfm.versioned"]

    version_ids = fields.One2many("rfm.scheme.version", "scheme_id", readonly=True)
    version_count = fields.Integer(compute="_compute_version_count")

    @api.depends("version_ids")
    def _compute_version_count(self):
        for scheme in self:
            scheme.version_count = len(scheme.version_ids)

    def action_view_versions(self):
        """Open the versions of the scheme."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_scheme_version_action"
        )
        return action | {"domain": [("scheme_id", "=", self.id)], "context": {}}

    # === KEPT === #

    def _get_versioned(self):
        return self

    def _mark(self):
        """Have a version kept before the commit, of all changes until then."""
        precommit = self.env.cr.precommit
        marked = precommit.data.setdefault("rfm.scheme.versions", set())
        if self.ids and not marked:
            precommit.add(self.env["rfm.scheme"]._keep_marked)
        marked.update(self.ids)

    @api.model
    def _keep_marked(self):
        marked = self.env.cr.precommit.data.pop("rfm.scheme.versions", ())
        for scheme in self.sudo().browse(marked).exists():
            scheme._keep_version()
        # Nothing is flushed after this by a commit.
        self.env.flush_all()

    def _keep_version(self):
        """Keep what the scheme is now, unless that is what was kept last."""
        versions = self.env["rfm.scheme.version"].sudo()
        last = versions.search([("scheme_id", "=", self.id)], limit=1)
        content = self._get_content()
        if last.content == content:
            return
        now = self.env.cr.now().replace(microsecond=0)
        if last.made_at == now and last.user_id == self.env.user:
            # One transaction may write more than once.
            last.content = content
            return
        values = {"scheme_id": self.id, "number": last.number + 1, "content": content}
        versions.create(values | {"user_id": self.env.uid, "made_at": now})
        versions.search([("scheme_id", "=", self.id)], offset=KEPT).unlink()
