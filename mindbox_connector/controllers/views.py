# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time
from collections import OrderedDict, deque

from odoo.http import Controller, request, route

from ..models.capture.visitor import get_device

# What a person can look at; a script that sends more is not listened to, nor is one
# that calls itself somebody else each time. Many people may share an address.
VIEWS_A_MINUTE = 40
VIEWS_A_MINUTE_FROM_ADDRESS = 400
# The highest ID that PostgreSQL knows.
MAX_RECORD_ID = 2**31 - 1
MAX_CALL_BYTES = 10_000
VISITORS_KEPT = 10_000
VIEWED = {
    "product": ("product.product", "product_view"),
    "category": ("product.public.category", "category_view"),
}


class ViewLimit:
    """Counts the views of each visitor within the last minute, in this process."""

    def __init__(self, views_a_minute):
        self.views_a_minute = views_a_minute
        self._seen = OrderedDict()

    def allows(self, visitor):
        """Tell whether a visitor may add another view now."""
        now = time.monotonic()
        moments = self._seen.setdefault(visitor, deque())
        self._seen.move_to_end(visitor)
        if len(self._seen) > VISITORS_KEPT:
            self._seen.popitem(last=False)
        while moments and moments[0] < now - 60:
            moments.popleft()
        if len(moments) >= self.views_a_minute:
            return False
        moments.append(now)
        return True


OF_VISITOR = ViewLimit(VIEWS_A_MINUTE)
OF_ADDRESS = ViewLimit(VIEWS_A_MINUTE_FROM_ADDRESS)


class MindboxViews(Controller):
    @route(
        "/mindbox/view",
        type="jsonrpc",
        auth="public",
        methods=["POST"],
        website=True,
        save_session=False,
        max_content_length=MAX_CALL_BYTES,
    )
    def view(self, kind, record_id):
        """Record that a person opened the page of a product or category.

        Called by the page after it was shown, so that no page waits for it.

        :param str kind: ``product`` or ``category``
        :param int record_id: of the variant or the category
        :return: whether it was recorded
        """
        # To Python, True is a number, too.
        is_id = type(record_id) is int and 0 < record_id <= MAX_RECORD_ID
        if str(kind) not in VIEWED or not is_id or not listens():
            return False
        model, event = VIEWED[kind]
        record = request.env[model].browse(record_id).exists()
        if not record or not record.has_access("read"):
            return False
        mark(record, event)
        return True


def mark(record, event, **facts):
    """Record what the visitor of the current request has done."""
    user = request.env.user
    customer_id = False if user._is_public() else user.partner_id.id
    record._mindbox_mark(
        event, website=request.website, customer_id=customer_id, **facts
    )


def listens():
    """Robots, visitors who refused cookies and floods are not listened to."""
    http = request.env["ir.http"]
    visitor = request.session.uid or get_device()
    return (
        bool(visitor)
        and not http.is_a_bot()
        and http._is_allowed_cookie("optional")
        and OF_VISITOR.allows(visitor)
        and OF_ADDRESS.allows(request.httprequest.remote_addr)
    )
