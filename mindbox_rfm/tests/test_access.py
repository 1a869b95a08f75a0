# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields
from odoo.tests import tagged

from odoo.addons.mindbox_connector.tests import access
from odoo.addons.mindbox_connector.tests.shop_records import make_shop_records

NOTHING = {"settings": {}, "segments": [], "rules": []}
TODAY = fields.Date.to_string(fields.Date.today())


@tagged("post_install", "-at_install")
class TestAccess(access.AccessCase):
    """Segments: see ``access.csv``."""

    module = "mindbox_rfm"
    makers = {
        "rfm.experiment": lambda made: made.make(
            "rfm.experiment", scheme_id=made.get("rfm.scheme").id
        ),
        "rfm.scheme.version": lambda made: made.make(
            "rfm.scheme.version", content=NOTHING
        ),
    }
    arguments = {
        "rfm.scheme.action_view_cell": ([1], [1], [1], "A cell"),
        "rfm.scheme.action_view_movers": (TODAY, TODAY, False, False, "Movers"),
        "rfm.scheme.get_transitions": (TODAY, TODAY),
    }

    @classmethod
    def make_records(cls):
        env = cls.env
        preset = env["rfm.preset"].create({})
        scheme = env["rfm.scheme"].browse(preset.action_create()["res_id"])
        scheme._keep_version()
        return {
            **make_shop_records(env, cls.users["portal"].partner_id),
            "rfm.experiment": env["rfm.experiment"].create(
                {"name": "An offer", "scheme_id": scheme.id}
            ),
            "rfm.preset": preset,
            "rfm.preview": env["rfm.preview"].create({"scheme_id": scheme.id}),
            "rfm.scheme": scheme,
            "rfm.scheme.version": scheme.version_ids,
            "rfm.segment": scheme.segment_ids[0],
            "rfm.run": env["rfm.run"].create({"scheme_id": scheme.id}),
        }
