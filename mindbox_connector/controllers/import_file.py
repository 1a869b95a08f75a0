# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io

from werkzeug.exceptions import NotFound

from odoo.http import Controller, content_disposition, request, route

from ..models.history.csv_file import read_plain


class ImportFile(Controller):
    @route(
        "/mindbox/import/<int:chunk_id>/<string:name>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, chunk_id, name):
        """Stream a file of an import as it is uploaded in Mindbox by hand.

        It is full of personal data: for Mindbox managers of the company only.
        """
        chunk = request.env["mindbox.import.chunk"].browse(chunk_id).exists()
        manager = request.env.user.has_group("mindbox_connector.group_mindbox_manager")
        if not (chunk and manager and chunk.has_access("read") and chunk.content_id):
            raise NotFound()
        content = io.BytesIO(chunk.sudo().content_id.raw)
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", content_disposition(chunk._get_file_name())),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(read_plain(content), headers)
