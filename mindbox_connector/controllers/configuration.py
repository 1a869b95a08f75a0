# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError
from odoo.http import Controller, content_disposition, request, route


class Configuration(Controller):
    @route(
        "/mindbox/configuration/<int:endpoint_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, endpoint_id):
        """Return the configuration of an integration point as a file: for managers."""
        endpoint = request.env["mindbox.endpoint"].browse(endpoint_id).exists()
        if not endpoint:
            raise NotFound()
        try:
            data = endpoint._export_configuration()
        except AccessError:
            # Whoever may not see it learns nothing of it.
            raise NotFound() from None
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Disposition", content_disposition(f"{endpoint.name}.json")),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(data, headers)
