from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.mindbox_connector.models.inbound.kinds import InboundKind

_lt = LazyTranslate(__name__)


class MindboxCatalogue(models.AbstractModel):
    _inherit = "mindbox.catalogue"

    def _inbound_kinds(self):
        survey = InboundKind(_lt("Survey answered"), template={"answer": 5})
        return super()._inbound_kinds() | {"survey": survey}


class MindboxInbound(models.Model):
    _inherit = "mindbox.inbound"

    def _apply_survey(self, data):
        self.partner_id.survey_answer = data["answer"]
        return self.partner_id


class ResPartner(models.Model):
    _inherit = "res.partner"

    survey_answer = fields.Integer()
