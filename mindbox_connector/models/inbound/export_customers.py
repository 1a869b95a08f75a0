# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The export of changed customers: consents whose webhooks were lost are repaired.

Contract: export-customers. Of a row the ID, the moment and the subscriptions are read,
and only those are kept that are not known here.
"""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ..consent.mindbox_consent import CHANNELS
from ..export.kinds import ExportKind
from .kind_consent import BOOLEANS, BY_NAME

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Whoever was never asked is not subscribed.
NEVER_ASKED = (False, None, None)


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _export_kinds(self):
        customers = ExportKind(
            _lt("Customers and consents"), "customers_export_operation"
        )
        return super()._export_kinds() | {"customers": customers}


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _record_customers(self, chunk):
        """Have the consents applied that are not as they are known here."""
        ours = self._find_customers([(row.get("ids"), row) for row in chunk])
        consents = self.env["mindbox.consent"]
        ids = [partner_id for partner_id, _row in ours]
        known = consents._read_newest(self.endpoint_id, ids)
        topics = self._get_topics()
        told = []
        for partner_id, row in ours:
            state = known.get(partner_id, {})
            parts = [
                {
                    "pointOfContact": CHANNELS[channel],
                    "topic": topic,
                    "isSubscribed": is_,
                }
                for (channel, topic), is_ in self._read_subscriptions(row, topics)
                if bool(state.get((channel, topic), NEVER_ASKED)[0]) != is_
            ]
            if parts:
                moment = row.get("changeDateTimeUtc") or ""
                told.append((partner_id, moment, {"subscriptions": parts}))
        return self.env["mindbox.inbound"]._take(self, "consent", told)

    def _read_subscriptions(self, row, topics):
        """Return [((channel, topic), agreed)] of a row, as far as it is ours."""
        parts, brand = row.get("subscriptions") or (), self.endpoint_id.brand
        found = []
        parts = parts if isinstance(parts, list) else ()
        for part in filter(lambda part: isinstance(part, dict), parts):
            channel = BY_NAME.get(str(part.get("pointOfContact") or "").lower())
            agreed = BOOLEANS.get(str(part.get("isSubscribed")).lower())
            topic = str(part.get("topic") or "")
            is_ours = not part.get("brand") or part["brand"] == (brand or part["brand"])
            if channel and agreed is not None and topic in topics and is_ours:
                found.append(((channel, topic), agreed))
        return found

    def _get_topics(self):
        """Return the system names of the topics that are set up here, and of none."""
        companies = [False, self.endpoint_id.company_id.id]
        topics = self.env["mindbox.topic"].with_context(active_test=False)
        found = topics.search([("company_id", "in", companies)])
        return {"", *found.mapped("code")}
