# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import secrets
from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import consteq, format_datetime

_logger = logging.getLogger(__name__)

PATH = "/mindbox/feed"
JOB_KEY = "mindbox.feed."
# Advisory lock: one build of a feed, on whichever node.
LOCK_CLASS = 0x4D46
# What somebody may still be reading, or want to know about.
BUILDS_KEPT = 3
# Live events go first; a build may take as long as it likes.
PRIORITY = 50


class MindboxFeed(models.Model):
    _name = "mindbox.feed"
    _description = "Mindbox Product Feed"
    _rec_name = "website_id"
    _order = "endpoint_id, website_id"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        ondelete="cascade",
        help="Its product reference, names and currency are those of the feed.",
    )
    website_id = fields.Many2one(
        "website",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["website"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    company_id = fields.Many2one(related="website_id.company_id", store=True)
    active = fields.Boolean(default=True, help="An archived feed is not served.")
    token = fields.Char(
        default=lambda self: self._make_token(),
        copy=False,
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    url = fields.Char(
        string="Address",
        compute="_compute_url",
        groups="mindbox_connector.group_mindbox_manager",
        help="For Mindbox only. Whoever knows it reads your catalogue with prices.",
    )
    product_ref = fields.Selection(related="endpoint_id.product_ref")
    interval = fields.Integer(
        string="Build Every (h)",
        default=4,
        required=True,
        help="Mindbox fetches the file as often as its own settings say.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Leave empty for the prices that a visitor sees who is not logged in.",
    )
    only_published = fields.Boolean(
        string="Only Published Products",
        help="Leave out products that can be sold but were never published, ordered "
        "or wished for. Orders of the back office may name one before Mindbox has "
        "heard of it.",
    )
    vendor_attribute_id = fields.Many2one(
        "product.attribute",
        string="Vendor",
        help="The attribute that names the brand: it goes out as vendor. Odoo itself "
        "has no such field.",
    )
    vendor_code = fields.Selection(
        [("default_code", "Internal reference"), ("barcode", "Barcode")],
        default="default_code",
        help="What goes out as vendorCode. Leave empty to send none.",
    )

    build_ids = fields.One2many("mindbox.feed.build", "feed_id")
    current_build_id = fields.Many2one(
        "mindbox.feed.build", compute="_compute_current_build"
    )
    built_at = fields.Datetime(string="Last Built", compute="_compute_current_build")
    offer_count = fields.Integer(compute="_compute_current_build", string="Offers")
    unavailable_count = fields.Integer(
        compute="_compute_current_build", string="Not Available"
    )
    problem_count = fields.Integer(compute="_compute_problem_count", string="Problems")
    health = fields.Char(compute="_compute_health")
    health_level = fields.Selection(
        [("good", "Good"), ("note", "Note"), ("bad", "Bad")], compute="_compute_health"
    )

    _website_uniq = models.UniqueIndex(
        "(endpoint_id, website_id)",
        "This integration point has a feed of this website already.",
    )
    _interval_check = models.Constraint(
        "CHECK(interval BETWEEN 1 AND 168)",
        "A feed is built every 1 to 168 hours.",
    )

    @api.constrains("endpoint_id", "website_id")
    def _check_website(self):
        for feed in self:
            endpoint, website = feed.endpoint_id, feed.website_id
            if website.company_id != endpoint.company_id:
                raise ValidationError(
                    self.env._(
                        "The website %(website)s belongs to another company.",
                        website=website.name,
                    )
                )
            if endpoint.website_id and endpoint.website_id != website:
                raise ValidationError(
                    self.env._(
                        "The integration point %(endpoint)s serves another website.",
                        endpoint=endpoint.name,
                    )
                )

    # === ADDRESS === #

    def _make_token(self):
        """Return a new secret of 256 bits."""
        return secrets.token_urlsafe(32)

    @api.depends("token", "website_id")
    def _compute_url(self):
        for feed in self:
            base = feed.website_id.get_base_url()
            feed.url = feed.token and f"{base}{PATH}/{feed.token}.xml"

    def action_rotate_token(self):
        """Give the feed a new address; nothing is served at the old one any more."""
        self.check_access("write")
        for feed in self:
            feed.token = self._make_token()

    @api.model
    def _find_by_token(self, token):
        """Return the feed with this token, in as much time whether there is one or not.

        :param str token: whatever stood in the address
        """
        given, found = token.encode(), self.browse()
        for feed in self.search([("token", "!=", False)]):
            if consteq(feed.token.encode(), given) and feed.endpoint_id.active:
                found = feed
        return found

    # === BUILD === #

    def action_build(self):
        """Have the feed built now, in the background."""
        self.check_access("write")
        self._queue_build()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The feed is being built in the background."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _queue_build(self):
        # It works for nobody: what it writes does not depend on who asked for it.
        for feed in self.with_user(SUPERUSER_ID):
            feed.with_company(feed.website_id.company_id).with_delay(
                identity_key=f"{JOB_KEY}{feed.id}",
                description=self.env._("Build product feed: %s", feed.website_id.name),
                priority=PRIORITY,
                max_retries=0,
            )._build()

    @api.model
    def _cron_build(self):
        """Queue the builds that are due, and those that nobody goes on with."""
        for feed in self.search([("endpoint_id.active", "=", True)]):
            if feed._is_due():
                feed._queue_build()

    def _is_due(self):
        last = self.build_ids[:1]
        age = fields.Datetime.now() - (last.started_at or fields.Datetime.now())
        return not last or last.state == "building" or age > self._get_interval()

    def _get_interval(self):
        return timedelta(hours=self.interval)

    def _build(self):
        """Build the product feed of a website, as far as one sitting gets."""
        self.ensure_one()
        if not self._lock_build():
            return self.env._("It is being built already.")
        build = self.build_ids.filtered(lambda build: build.state == "building")[:1]
        build = build or build.create({"feed_id": self.id})
        try:
            with self.env.cr.savepoint():
                finished = build._go_on()
        except psycopg2.OperationalError:
            # The database is busy: queue_job tries again.
            raise
        except Exception as error:
            self._fail(build, error)
            return build.error
        if not finished:
            self._queue_build()
            return self.env._("%s offers so far", build.offer_count)
        build.write({"state": "done", "finished_at": fields.Datetime.now()})
        self._forget_builds()
        return self.env._("%s offers", build.offer_count)

    def _forget_builds(self):
        (self.build_ids[BUILDS_KEPT:] - self.current_build_id).unlink()

    def _lock_build(self):
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.id)
        )
        return self.env.cr.fetchone()[0]

    def _fail(self, build, error):
        """Say why there is no new feed; the last one is served on."""
        if not isinstance(error, UserError):
            _logger.exception("The product feed %s cannot be built", self.id)
        build.invalidate_recordset()
        now = fields.Datetime.now()
        build.write(
            {"state": "failed", "finished_at": now, "error": str(error) or repr(error)}
        )
        build._get_path().unlink(missing_ok=True)
        self._forget_builds()

    # === HEALTH === #

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

    # === SCREENS === #

    def action_open(self):
        """Open the feed."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_view_offers(self):
        """Open the products of the feed."""
        return self._action_view_offers({})

    def action_view_unavailable(self):
        """Open the products that are in the feed as not available."""
        return self._action_view_offers({"search_default_unavailable": 1})

    def action_view_problems(self):
        """Open the products that are left out, with what helps."""
        return self._action_view_offers({"search_default_problems": 1})

    def _action_view_offers(self, context):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_feed_offer_action"
        )
        domain = [("feed_id", "in", self.ids)]
        return action | {"domain": domain, "context": context}
