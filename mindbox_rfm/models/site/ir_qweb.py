# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .conditions import NAMES, read, take

SHOWN = "t-rfm-shown"
EDITORS = "website.group_website_restricted_editor"


class IrQweb(models.AbstractModel):
    """Templates with blocks that are for some people only.

    The pages of guests are kept by Odoo and given to all guests. That is safe: whoever
    is not logged in is nobody's customer here, whatever else is known of them.
    """

    _name = "ir.qweb"
    _inherit = ["ir.qweb"]

    def _directives_eval_order(self):
        order = super()._directives_eval_order()
        place = order.index("groups") + 1
        return [*order[:place], SHOWN.removeprefix("t-"), *order[place:]]

    def _compile_node(self, el, compile_context, level):
        """Make a directive of the attributes that the website editor writes."""
        if any(name in el.attrib for name in NAMES):
            el.set(SHOWN, take(el.attrib))
        return super()._compile_node(el, compile_context, level)

    def _compile_directive_rfm_shown(self, el, compile_context, level):
        """Compile like ``groups``: what is inside runs for whom it is for."""
        condition = el.attrib.pop(SHOWN)
        # A node whose attributes are known is done with when it is compiled; this one's
        # are looked through for each visitor, see _post_processing_att.
        if "t-att" not in el.attrib:
            el.set("t-att", "{}")
        self._rstrip_text(compile_context)
        code = self._flush_text(compile_context, level)
        indent = " " * 4 * level
        code.append(f"{indent}if self._is_rfm_shown({condition!r}):")
        code.extend(self._compile_directives(el, compile_context, level + 1))
        code.extend(self._flush_text(compile_context, level + 1, rstrip=True))
        return code

    def _is_rfm_shown(self, text):
        """Whether the visitor may see a block.

        Who edits the website sees all of them: what they save is what they see.

        :param str text: of the block's attributes
        """
        user = self.env.user
        if user.has_group(EDITORS):
            return True
        try:
            condition = read(text)
        except ValueError:
            return False
        company = self.env["website"].get_current_website().company_id
        nobody = self.env["res.partner"]
        partner = nobody if user._is_public() else user.partner_id
        return partner.with_company(company)._meets_rfm(condition)

    def _post_processing_att(self, tagName, atts):
        """Let no customer read which segments a block is for."""
        if any(name in atts for name in NAMES) and not self.env.user.has_group(EDITORS):
            atts = {name: value for name, value in atts.items() if name not in NAMES}
        return super()._post_processing_att(tagName, atts)
