# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import groupby

from ..models.configuration.file import read_file

# Changes that the note in the history lists; of more, their number is told.
NOTED = 200


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def action_take_over(self):
        """Ask for the file of a configuration, for this integration point or a new one.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.env["mindbox.request"]._check_manager()
        self.check_access("write" if self else "create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Over a Configuration"),
            "res_model": "mindbox.configuration.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_endpoint_id": self[:1].id},
        }


class MindboxConfigurationWizard(models.TransientModel):
    """Shows what a configuration from a file would change, before it is taken over."""

    _name = "mindbox.configuration.wizard"
    _description = "Take Over a Mindbox Configuration"
    _rec_name = "file_name"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        domain=lambda self: [("company_id", "in", self.env.companies.ids)],
        help="Empty: a new one is made. It is a draft, and needs its secret key.",
    )
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    with_removals = fields.Boolean(
        string="Remove What the File Does Not Have",
        help="Off: operations and statuses that the file does not name stay.",
    )
    problems = fields.Text(compute="_compute_preview")
    change_count = fields.Integer(compute="_compute_preview", string="Changes")
    preview_html = fields.Html(compute="_compute_preview", string="What Would Change")

    @api.depends("endpoint_id", "file", "with_removals")
    def _compute_preview(self):
        for wizard in self:
            problems, changes = wizard._look()
            done = [change for change in changes if change.kind != "keep"]
            wizard.problems = "\n".join(problems) or False
            wizard.change_count = len(done)
            wizard.preview_html = not problems and wizard._render(changes)

    def _look(self):
        """Return what does not fit, and the changes where all does."""
        data = self.with_context(bin_size=False).file
        if not data:
            return [], []
        try:
            new = read_file(self.env, base64.b64decode(data))
        except UserError as error:
            return [str(error)], []
        parts, endpoint = self._get_parts(), self.endpoint_id._origin
        problems = list(dict.fromkeys(parts._find_misfits(endpoint, new)))
        if problems:
            return problems, []
        return [], list(parts._tell_changes(endpoint, new, self.with_removals))

    def _get_parts(self):
        company = self.endpoint_id.company_id or self.env.company
        return self.env["mindbox.configuration"].with_company(company)

    def _render(self, changes):
        """Return a table of the changes, part by part."""
        if not self.file:
            return False
        parts = [
            {"title": title, "changes": list(group)}
            for title, group in groupby(changes, key=lambda change: change.part)
        ]
        values = {"parts": parts}
        template = "mindbox_connector.mindbox_configuration_preview"
        return self.env["ir.qweb"]._render(template, values)

    def action_apply(self):
        """Take the configuration over, all of it or nothing, and open what it made.

        :raise AccessError: the user is no Mindbox manager of the company
        :raise UserError: something of it does not fit here
        """
        self.ensure_one()
        self.env["mindbox.request"]._check_manager()
        endpoint = self.endpoint_id
        endpoint.check_access("write" if endpoint else "create")
        problems, changes = self._look()
        if problems or not self.file:
            raise UserError(
                "\n".join(problems) or self.env._("Choose the file to take over.")
            )
        data = base64.b64decode(self.with_context(bin_size=False).file)
        new = read_file(self.env, data)
        endpoint = self._get_parts()._write_all(endpoint, new, self.with_removals)
        endpoint.message_post(body=self._note(changes))
        return {
            "type": "ir.actions.act_window",
            "res_model": endpoint._name,
            "res_id": endpoint.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _note(self, changes):
        """Return what the history says of it."""
        done = [change for change in changes if change.kind != "keep"]
        lines = Markup().join(
            Markup("<li>%s: %s</li>") % (one.part, self._say(one))
            for one in done[:NOTED]
        )
        title = self.env._(
            "Configuration taken over from %(file)s. Changes: %(count)s.",
            file=self.file_name or self.env._("a file"),
            count=len(done),
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (title, lines)

    def _say(self, change):
        if not (change.old or change.new):
            return change.label
        gone = change.kind == "remove"
        new = self.env._("removed") if gone else change.new
        words = f"{change.old} → {new}" if change.old else new
        return f"{change.label}: {words}"
