# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from odoo.addons.mindbox_connector.fields import SystemName

from .mindbox_catalogue import SEGMENT_SET


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

    import_segments_operation = SystemName(
        string="Segments File",
        required=True,
        default="DirectCrm.StaticCustomerSegments.Import",
        help="System name of the bulk operation in Mindbox.",
    )

    # === SEGMENTS === #

    def _get_rfm_scheme(self):
        """Return the active scheme of the company, whose segments are told."""
        scheme = self.env["rfm.scheme"].sudo()
        return scheme.browse(scheme._get_active_id(self.company_id.id) or [])

    def _get_taken_names(self, model):
        """A scheme fills fields of the customers, and so do its experiments."""
        names = super()._get_taken_names(model)
        scheme = self._get_rfm_scheme()
        if model != "res.partner" or scheme.mindbox_way != "field":
            return names
        experiments = self.env["rfm.experiment"].sudo()
        running = experiments.search([("scheme_id", "=", scheme.id)])
        told = scheme.told_field_ids.mapped("name")
        return {*names, scheme.mindbox_field, *told} | set(
            running.mapped("mindbox_segmentation")
        )

    def _has_segment_operations(self):
        """Whether each segment is told by an operation of its own."""
        return self._get_rfm_scheme().mindbox_way == "operation"

    def _get_segment_operations(self):
        """Return {segment ID: operation values}, by False the one that takes out."""
        return {
            values["rfm_segment_id"]: values
            for values in self._get_operations().values()
            if values["event"] == SEGMENT_SET
        }

    def _get_substitute(self, row):
        """The operation of another segment is no substitute."""
        if row["event"] == SEGMENT_SET and self._has_segment_operations():
            return None
        return super()._get_substitute(row)

    def _on_start(self):
        """Segments that changed while nothing was recorded are told now."""
        result = super()._on_start()
        for endpoint in self:
            endpoint._get_rfm_scheme()._tell_due()
        return result

    # === COMPARED === #

    def _get_compared_segmentations(self):
        """Add those that rules ask for, and those that this shop tells: of the scheme,
        and of experiments.
        """
        scheme = self._get_rfm_scheme()
        told = super()._get_compared_segmentations()
        told |= set(filter(None, scheme.rule_ids.mapped("mindbox_segmentation")))
        if scheme.mindbox_way != "bulk":
            return told
        running = [("state", "=", "running"), ("company_id", "=", self.company_id.id)]
        experiments = self.env["rfm.experiment"].sudo().search(running)
        names = [scheme.mindbox_segmentation]
        names += experiments.mapped("mindbox_segmentation")
        return told | set(filter(None, names))

    def _on_segments_read(self, export):
        """What Mindbox was told is what it shows, whatever it has accepted.

        So the comparison finds what differs, and what mends it is what is due.
        """
        corrected = super()._on_segments_read(export)
        return corrected + self.env["mindbox.ledger"]._correct_segments(export)

    # === ERASED === #

    def _forget_late(self, request_ids):
        """An import that was built before may tell of whoever was erased since."""
        forgotten = super()._forget_late(request_ids)
        domain = [("id", "in", list(request_ids)), ("event", "=", SEGMENT_SET)]
        imports = self.env["mindbox.request"].search(
            [*domain, ("partner_id", "=", False)]
        )
        if imports:
            partners = self.env["res.partner"].with_context(active_test=False)
            erased = partners.search([("mindbox_erased_at", "!=", False)])
            imports &= imports._find_imports_of(erased)
            imports._tell_anew()
            imports._empty()
        return forgotten | set(imports.ids)
