# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import SUPERUSER_ID
from odoo.http import Controller, request, route

from ..models.inbound.mindbox_endpoint import PATH
from ..models.inbound.mindbox_inbound_receive import MAX_BODY
from .views import MAX_RECORD_ID

NO_JSON = json.dumps({"status": "ProtocolError"})


class MindboxInbound(Controller):
    # Without a website: nothing redirects to a language or another host.
    @route(
        f"{PATH}/<int:endpoint_id>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def receive(self, endpoint_id, transactionId=None, **_other):
        """Write down what Mindbox tells; a job applies it.

        Who does not show the key learns nothing but that there is one. What can never
        be read is answered so that Mindbox does not repeat it.

        :raise RequestEntityTooLarge: the body is longer than Mindbox would send
        """
        env = request.env(user=SUPERUSER_ID, su=True)
        found = env["mindbox.endpoint"].browse(endpoint_id)
        if (
            endpoint_id > MAX_RECORD_ID
            or not found.exists()
            or not found._is_listening()
        ):
            return request.make_response("", status=404)
        http = request.httprequest
        if not found._is_from_mindbox(http.headers.get("Authorization", "")):
            return request.make_response("", status=401)
        key = transactionId or http.headers.get("X-Transaction-Id")
        try:
            answer = env["mindbox.inbound"]._receive(found, http.get_data(), key)
        except ValueError:
            return self._answer(NO_JSON, 400)
        return self._answer(answer, 200)

    def _answer(self, text, status):
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(text, headers, status=status)
