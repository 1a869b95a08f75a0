# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

KINDS = {"email": "email", "phone": "mobilePhone"}


class MindboxContact(models.Model):
    """A contact that several customers have, and which of them owns it in Mindbox.

    What one customer has alone is that customer's, and needs no record.
    """

    _name = "mindbox.contact"
    _description = "Contact of Several Customers"
    _order = "id desc"
    _rec_name = "value"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        [("email", "E-mail"), ("phone", "Phone")], required=True, readonly=True
    )
    value = fields.Char(
        string="Contact",
        required=True,
        readonly=True,
        help="As Mindbox gets it: an e-mail in small letters, a phone as digits.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Owner",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
        help="The one customer who is told to Mindbox with this contact.",
    )
    reason = fields.Selection(
        [
            ("active", "The others are archived"),
            ("account", "Has an account"),
            ("confirmed", "Logs in with it"),
            ("person", "A person, no company"),
            ("older", "Known for the longest time"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    claimant_ids = fields.Many2many(
        "res.partner",
        "mindbox_contact_claimant_rel",
        "contact_id",
        "partner_id",
        string="Customers Concerned",
        readonly=True,
        context={"active_test": False},
        help="All customers who have this contact in Odoo, the owner among them.",
    )
    claimant_count = fields.Integer(string="Customers", readonly=True)

    _contact_uniq = models.Constraint(
        "UNIQUE(endpoint_id, kind, value)",
        "A contact has one owner at an integration point.",
    )

    def _explain(self, partner):
        """Say in plain words whose the contact is, and why, to whom looks at one."""
        self.ensure_one()
        kind = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        reason = dict(self._fields["reason"]._description_selection(self.env))
        values = {
            "kind": kind,
            "value": self.value,
            "owner": self.partner_id.sudo().display_name,
            "reason": reason[self.reason],
            "endpoint": self.endpoint_id.sudo().name,
            "others": ", ".join(
                (self.claimant_ids - self.partner_id).sudo().mapped("display_name")
            ),
        }
        if self.partner_id == partner:
            return self.env._(
                "%(kind)s %(value)s: told to Mindbox as this customer's (%(reason)s). "
                "Also at: %(others)s, who are told without it.",
                **values,
            )
        return self.env._(
            "%(kind)s %(value)s: told to Mindbox as %(owner)s's (%(reason)s). This "
            "customer is told without it.",
            **values,
        )

    def action_view_claimants(self):
        """Open the customers who have the contact, to see whose it really is."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.value,
            "res_model": "res.partner",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.claimant_ids.ids)],
            "context": {"active_test": False},
        }
