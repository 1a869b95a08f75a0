# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a feed does: what it serves, and what is wrong with it."""

from odoo import api, fields, models
from odoo.tools import format_datetime


class MindboxFeed(models.Model):
    _name = "mindbox.feed"
    _inherit = ["mindbox.feed"]

    @api.depends("build_ids.state", "build_ids.finished_at")
    def _compute_current_build(self):
        for feed in self:
            done = feed.build_ids.filtered(lambda build: build.state == "done")
            build = feed.current_build_id = done[:1]
            feed.built_at = build.finished_at
            feed.offer_count = build.offer_count
            feed.unavailable_count = build.unavailable_count

    def _compute_problem_count(self):
        groups = self.env["mindbox.feed.offer"]._read_group(
            [("feed_id", "in", self.ids), ("problem", "!=", False)],
            ["feed_id"],
            ["__count"],
        )
        counts = dict(groups)
        for feed in self:
            feed.problem_count = counts.get(feed._origin, 0)

    @api.depends_context("lang", "tz")
    @api.depends(
        "build_ids.state", "build_ids.offer_count", "problem_count", "interval"
    )
    def _compute_health(self):
        for feed in self:
            feed.health_level, parts = feed._get_health()
            feed.health = ". ".join(parts)

    def _get_health(self):
        """Return how the feed does: a level, and the sentences that say it."""
        last, current = self.build_ids[:1], self.current_build_id
        # Whether there is an address is no secret.
        if not self.sudo().token:
            return "bad", [self.env._("No address: press Rotate Address")]
        if not last:
            return "note", [self.env._("Not built yet")]
        parts = [self._describe_build(current)] if current else []
        if last.state == "building":
            progress = self.env._(
                "Being built: %(done)s of %(total)s",
                done=last.offer_count,
                total=last.total,
            )
            return ("note" if current else "bad"), [progress, *parts]
        if last.state == "failed":
            reason = self.env._("The last build failed: %s", last.error.rstrip("."))
            return "bad", [reason, *parts]
        if fields.Datetime.now() - current.finished_at > 2 * self._get_interval():
            late = self.env._(
                "Out of date: look whether scheduled actions and the job queue run"
            )
            return "bad", [late, *parts]
        if self.problem_count:
            told = self.env._("%s products are left out", self.problem_count)
            return "note", [*parts, told]
        return "good", parts

    def _describe_build(self, build):
        return self.env._(
            "Serves %(offers)s offers of %(moment)s",
            offers=build.offer_count,
            moment=format_datetime(self.env, build.finished_at, dt_format="short"),
        )
