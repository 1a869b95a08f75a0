# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import shutil
import time
import uuid
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import SQL, config, human_size

from ...exceptions import MindboxRejected
from . import yml
from .yml import GzipPart

FOLDER = "mindbox_feed"
BATCH = 1000
# Nobody writes on a file that is older than this and that no build knows.
STRAY_AGE = 24 * 3600


class MindboxFeedBuild(models.Model):
    """One making of a feed, in several sittings: each commits what it has written.

    The feed is served from the newest build that is done, so that the change from
    one to the next is that of one row.
    """

    _name = "mindbox.feed.build"
    _description = "Build of a Mindbox Feed"
    _inherit = ["mindbox.reasoned"]
    _rec_name = "started_at"
    _order = "id desc"

    feed_id = fields.Many2one(
        "mindbox.feed", required=True, readonly=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("building", "Being built"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="building",
    )
    started_at = fields.Datetime(
        string="Started", readonly=True, default=fields.Datetime.now
    )
    finished_at = fields.Datetime(string="Finished", readonly=True)
    seconds = fields.Float(string="Work (s)", readonly=True, digits=(16, 1))
    total = fields.Integer(string="Products", readonly=True)
    offer_count = fields.Integer(string="Offers", readonly=True)
    unavailable_count = fields.Integer(string="Not Available", readonly=True)
    size = fields.Integer(help="Bytes of the file, compressed.", readonly=True)
    content_size = fields.Integer(help="Bytes of the content.", readonly=True)
    size_in_words = fields.Char(string="Compressed", compute="_compute_in_words")
    content_in_words = fields.Char(string="Content", compute="_compute_in_words")
    file_name = fields.Char(
        readonly=True, required=True, default=lambda self: uuid.uuid4().hex
    )
    # Where the next sitting goes on.
    position = fields.Integer(readonly=True)
    checksum = fields.Char(readonly=True, default="0")
    frame_end = fields.Char(readonly=True)
    category_refs = fields.Json(readonly=True)

    @api.depends("size", "content_size")
    def _compute_in_words(self):
        for build in self:
            build.size_in_words = human_size(build.size)
            build.content_in_words = human_size(build.content_size)

    def unlink(self):
        """Files go after the commit: until then somebody may read them."""
        paths = [build._get_path() for build in self]

        def remove():
            for path in paths:
                path.unlink(missing_ok=True)

        self.env.cr.postcommit.add(remove)
        return super().unlink()

    def _get_path(self):
        """Return where the file is: with all other files of the database."""
        return self._get_folder() / self.file_name

    def _get_folder(self):
        """Return where this database keeps the files of its feeds."""
        return Path(config.filestore(self.env.cr.dbname)) / FOLDER

    @api.model
    def _remove_all_files(self):
        """Remove the files of all feeds once this transaction is committed."""
        folder = self._get_folder()
        self.env.cr.postcommit.add(lambda: shutil.rmtree(folder, ignore_errors=True))

    @api.autovacuum
    def _gc_files(self):
        """Remove files whose build was rolled back or deleted by the database."""
        folder = self._get_folder()
        names = self.env.execute_query(SQL("SELECT file_name FROM mindbox_feed_build"))
        known = {name for (name,) in names}
        for path in folder.glob("*"):
            if (
                path.name not in known
                and path.stat().st_mtime < time.time() - STRAY_AGE
            ):
                path.unlink(missing_ok=True)

    # === ONE SITTING === #

    def _go_on(self, budget):
        """Write offers until all are written or the time is up.

        :param float budget: seconds
        :return: whether all are written
        :raise MindboxRejected: the feed is larger than Mindbox takes
        """
        self.ensure_one()
        started = time.monotonic()
        path = self._get_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        with GzipPart(path, self.size, self.content_size, int(self.checksum)) as part:
            if not self.size:
                self._begin(part)
            finished = self._write_offers(part, started + budget)
            if finished:
                part.add(self.frame_end.encode())
                part.finish()
            else:
                part.suspend()
        self.write(
            {
                "size": part.size,
                "content_size": part.length,
                "checksum": str(part.crc),
                "seconds": self.seconds + time.monotonic() - started,
            }
        )
        return finished

    def _begin(self, part):
        """Take stock of the products; write what stands before the offers."""
        feed = self.feed_id
        offers = self.env["mindbox.feed.offer"]
        offers._take_stock(feed)
        categories = feed._read_categories()
        website = feed.website_id
        before, after = yml.frame(
            self.started_at,
            website.name,
            website.company_id.name,
            website.get_base_url(),
            feed.endpoint_id.currency_id.name,
            categories,
        )
        part.add(before)
        self.frame_end = after.decode()
        self.category_refs = [ref for ref, _parent, _name in categories]
        domain = [("feed_id", "=", feed.id), ("problem", "=", False)]
        self.total = offers.search_count(domain)

    def _write_offers(self, part, deadline):
        """Return whether all are written."""
        offers = self.env["mindbox.feed.offer"]
        while time.monotonic() < deadline:
            rows = offers._next_batch(self.feed_id, self.position, BATCH)
            self._write_batch(part, rows)
            self._check_limits(part.length)
            # What was read of this batch is not needed for the next.
            self.env.invalidate_all()
            if len(rows) < BATCH:
                return True
        return False

    def _write_batch(self, part, rows):
        # A shop may have none: what was stored as an empty list is False.
        categories = set(self.category_refs or ())
        unavailable, changed = 0, []
        for row, values in zip(rows, self._read_batch(rows), strict=True):
            # One that is new since the beginning is not among the categories.
            refs = values.get("categories", ())
            values["categories"] = [ref for ref in refs if ref in categories]
            part.add(yml.offer(values))
            unavailable += not values["available"]
            changed += _get_changes(row, values)
        self.env["mindbox.feed.offer"]._keep(changed)
        if rows:
            self.position = rows[-1][0]
            self.offer_count += len(rows)
            self.unavailable_count += unavailable

    def _read_batch(self, rows):
        """Yield the values of offers; of products that are gone, what was kept."""
        ids = [product_id for _id, product_id, *_kept in rows if product_id]
        found = self.feed_id._read_offers(self.env["product.product"].browse(ids))
        currency = self.feed_id.endpoint_id.currency_id.name
        for _id, product_id, ref, name, group_ref, price, _available in rows:
            yield found.get(product_id) or {
                "ref": ref,
                "group": group_ref,
                "available": False,
                "name": name,
                "price": f"{price or 0:.2f}",
                "currency": currency,
            }

    def _check_limits(self, length):
        if self.offer_count > yml.MAX_OFFERS or length > yml.MAX_SIZE:
            raise MindboxRejected(
                "feed_too_large",
                offers=self.offer_count,
                size=length // 1_000_000,
                most=yml.MAX_OFFERS,
                largest=yml.MAX_SIZE // 1_000_000,
            )


def _get_changes(row, values):
    """Return what is to be kept of an offer, where it is not kept already."""
    row_id, _product_id, _ref, *kept = row
    price = float(values["price"])
    now = [values["name"], values.get("group"), price, values["available"]]
    return [] if now == kept else [(row_id, *now)]
