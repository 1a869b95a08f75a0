# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the rules do, on the form: computed anew while they are edited."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..scheme.coverage import check_coverage
from .preview import Preview

# Moves that the form lists.
MOVES_SHOWN = 12


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    check_html = fields.Html(compute="_compute_htmls", sanitize=False)
    preview_html = fields.Html(compute="_compute_htmls", sanitize=False)

    @api.depends(
        "rule_ids.summary",
        "rule_ids.cells",
        "rule_ids.domain",
        "rule_ids.sequence",
        "rule_ids.segment_id",
        "method",
        "bins",
        "r_cuts",
        "f_cuts",
        "m_cuts",
        "min_stay_days",
        "lookback_months",
    )
    @api.depends_context("lang")
    def _compute_htmls(self):
        for scheme in self:
            values = scheme._get_html_values()
            render = self.env["ir.qweb"]._render
            scheme.check_html = render("mindbox_rfm.check", values)
            scheme.preview_html = render("mindbox_rfm.preview", values)

    def _get_html_values(self):
        values = {"scheme": self, "shown": MOVES_SHOWN, "problem": ""}
        if not self.rule_ids:
            problem = self.env._(
                "Add segments and rules first. The last rule has no conditions: it "
                "catches all others."
            )
            return values | {"problem": problem}
        try:
            values |= Preview(self).summarize()
            coverage = check_coverage(self)
        except (UserError, ValueError, SyntaxError) as error:
            # What is being typed is not finished yet.
            return values | {"problem": str(error)}
        badges = list(self._get_badges(coverage))
        return values | {"coverage": coverage, "badges": badges}

    def _get_badges(self, coverage):
        """Yield (kind, text) of what the check has found."""
        if coverage is None:
            text = self.env._("Too many different borders to try all combinations")
            yield "secondary", text
            return
        if dead := sum(row.dead for row in coverage.rules):
            yield "danger", self.env._("Rules that can never win: %s", dead)
        else:
            yield "success", self.env._("Every rule can win")
        if coverage.holes:
            text = self.env._(
                "%(holes)s of %(points)s combinations are left to the last rule",
                holes=coverage.holes,
                points=coverage.points,
            )
            yield "warning", text
        else:
            text = self.env._("No holes in %s combinations", coverage.points)
            yield "success", text
        text = self.env._(
            "%s match more than one rule: the first one wins", coverage.overlaps
        )
        yield "secondary", text
