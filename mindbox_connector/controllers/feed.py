# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import gzip
import logging
import re

from werkzeug.exceptions import NotFound
from werkzeug.http import parse_accept_header
from werkzeug.utils import send_file

from odoo import SUPERUSER_ID
from odoo.http import Controller, request, route

from ..models.feed.mindbox_feed import PATH

HEADERS = {
    # Ask each time, and be told when nothing is new.
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
}


class HideToken(logging.Filter):
    """The access log shows each address, but secrets belong in no log."""

    SECRET = re.compile(rf"({PATH}/)[\w-]+")

    def filter(self, record):
        record.args = tuple(
            self.SECRET.sub(r"\1***", arg) if isinstance(arg, str) else arg
            for arg in record.args or ()
        )
        if isinstance(record.msg, str):
            record.msg = self.SECRET.sub(r"\1***", record.msg)
        return True


logging.getLogger("werkzeug").addFilter(HideToken())


class MindboxFeedController(Controller):
    # Without a website: nothing redirects to a language or another host.
    @route(
        [f"{PATH}/<token>.xml", f"{PATH}/<token>.xml.gz"],
        type="http",
        auth="none",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def feed(self, token):
        """Serve the product feed that was built last; never build one.

        ``.xml`` comes compressed to those who can read that, ``.xml.gz`` is a file.

        :raise NotFound: no feed has this token, or none was built yet
        """
        env = request.env(user=SUPERUSER_ID, su=True)
        build = env["mindbox.feed"]._find_by_token(token).current_build_id
        path = build and build._get_path()
        if not path or not path.exists():
            raise NotFound()
        return self._send(build, path, request.httprequest)

    def _send(self, build, path, http):
        as_file = http.path.endswith(".gz")
        accepted = parse_accept_header(http.headers.get("Accept-Encoding"))
        packed = as_file or accepted.quality("gzip") > 0
        response = send_file(
            path.open("rb") if packed else gzip.open(path),
            http.environ,
            mimetype="application/x-gzip" if as_file else "text/xml",
            conditional=True,
            etag=f"{build.file_name}-{'gzip' if packed else 'xml'}",
            last_modified=build.finished_at,
            max_age=None,
        )
        response.headers.update(HEADERS)
        if not as_file:
            response.headers["Vary"] = "Accept-Encoding"
            if response.status_code == 200:
                response.headers["Content-Type"] = "text/xml; charset=utf-8"
                if packed:
                    response.headers["Content-Encoding"] = "gzip"
        if response.status_code == 200:
            response.content_length = build.size if packed else build.content_size
        return response
