# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""“Send to Mindbox” as a type of server action: an event without code.

Each such action is an event of its own, with an operation at each integration point and
all that events have: their order, their retries, their outcomes.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.sql import column_exists

from ...catalogue import Event
from ...fields import SystemName

PREFIX = "action_"
STATE = "mindbox"


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _events(self):
        return super()._events() | self.env["ir.actions.server"]._get_mindbox_events()


class IrActionsServer(models.Model):
    _name = "ir.actions.server"
    _inherit = ["ir.actions.server"]

    state = fields.Selection(
        selection_add=[(STATE, "Send to Mindbox")], ondelete={STATE: "cascade"}
    )
    mindbox_operation = SystemName(
        string="Operation in Mindbox",
        help="System name of the operation that hears of it. Each integration point "
        "has it among its operations, where it can be renamed or switched off.",
    )
    mindbox_customer_path = fields.Char(
        string="Customer",
        compute="_compute_mindbox_customer_path",
        store=True,
        readonly=False,
        help="Whose event it is: a field with a contact. Leave it empty where the "
        "records are contacts themselves. Without a customer nothing is sent.",
    )
    mindbox_field_ids = fields.One2many(
        "mindbox.action.field", "action_id", string="Mindbox Is Told", copy=True
    )

    # === WHICH EVENT === #

    @api.model
    def _get_mindbox_events(self):
        """Return {code: event} of the actions, also while the add-on is installed."""
        if not column_exists(self.env.cr, self._table, "mindbox_operation"):
            return {}
        actions = self.sudo().with_context(lang=None).search([("state", "=", STATE)])
        return {
            action._get_mindbox_code(): Event(
                action.name,
                "res.partner",
                action.mindbox_operation,
                needs=("customers",),
            )
            for action in actions
        }

    def _get_mindbox_code(self):
        return f"{PREFIX}{self.id}"

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._renew_mindbox_events()
        return actions

    def write(self, vals):
        before = self._find_mindbox_actions()
        names = {action: action.mindbox_operation for action in before}
        if vals.get("state", STATE) != STATE:
            before._check_nothing_waits()
            self._forget_mindbox_events([one._get_mindbox_code() for one in before])
        result = super().write(vals)
        if not {"state", "name", "mindbox_operation"}.isdisjoint(vals):
            self._renew_mindbox_events()
        for action, name in names.items():
            if action.state == STATE and action.mindbox_operation != name:
                action._get_mindbox_operations(name).name = action.mindbox_operation
        return result

    def unlink(self):
        gone = [action._get_mindbox_code() for action in self._find_mindbox_actions()]
        result = super().unlink()
        self._forget_mindbox_events(gone)
        return result

    def _find_mindbox_actions(self):
        return self.filtered(lambda action: action.state == STATE)

    def _get_mindbox_operations(self, name):
        """Return the operations of an action that are called as it has named them."""
        operations = self.env["mindbox.operation"].sudo()
        event = [("event", "=", self._get_mindbox_code()), ("name", "=", name)]
        return operations.with_context(active_test=False).search(event)

    def _renew_mindbox_events(self):
        """Have the integration points know the events of these actions."""
        if self._find_mindbox_actions():
            self.env.registry.clear_cache()
            self.env["mindbox.catalogue"]._add_operations()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self._find_mindbox_actions()._check_nothing_waits()

    def _check_nothing_waits(self):
        codes = [action._get_mindbox_code() for action in self]
        waiting = [("event", "in", codes), ("state", "=", "pending")]
        if self.env["mindbox.request"].sudo().search_count(waiting, limit=1):
            raise UserError(
                self.env._(
                    "Requests of this action are still on their way to Mindbox. Wait "
                    "until they have left, or cancel them."
                )
            )

    @api.model
    def _forget_mindbox_events(self, codes):
        """Remove operations and log of actions that are none any more."""
        if codes:
            self.env["mindbox.catalogue"]._forget_events(codes)
            self.env.registry.clear_cache()

    # === WHAT IT SENDS === #

    @api.depends("model_id", "state")
    def _compute_mindbox_customer_path(self):
        for action in self.filtered(lambda one: one.state == STATE):
            model = action.model_id.model
            names = self.env[model]._fields if model in self.env else ()
            action.mindbox_customer_path = "partner_id" in names and "partner_id"

    @api.constrains("state", "model_id", "mindbox_operation", "mindbox_customer_path")
    def _check_mindbox(self):
        """Judged as whoever writes it, since the sender may read everything."""
        for action in self._find_mindbox_actions():
            if not action.mindbox_operation:
                raise ValidationError(self.env._("Name the operation in Mindbox."))
            self.env["mindbox.request"].sudo(False)._check_manager()
            if action._get_mindbox_customer_model() != "res.partner":
                raise ValidationError(
                    self.env._(
                        "“%s” is no customer: choose a field with a contact.",
                        action.mindbox_customer_path or action.model_id.name,
                    )
                )

    def _get_mindbox_customer_model(self):
        """Return the name of the model at the end of the path to the customer."""
        model = self.model_id.model
        for name in filter(None, (self.mindbox_customer_path or "").split(".")):
            field = model in self.env and self.env[model]._fields.get(name)
            model = field and field.comodel_name
        return model

    def _run_action_mindbox_multi(self, eval_context=None):
        """Mark the event of each record; it leaves after the commit."""
        context = eval_context or {}
        for record in context.get("records") or context.get("record") or ():
            customer = record.sudo()
            if path := self.mindbox_customer_path:
                customer = customer.mapped(path)[:1]
            customer._mindbox_customer()._mindbox_mark_once(
                self._get_mindbox_code(), record_model=record._name, record_id=record.id
            )

    def _get_mindbox_body(self, endpoint, record):
        """Return what is told of a record, beside the customer.

        :param record: as the sender sees it
        """
        body = {}
        for field in self.mindbox_field_ids:
            for target, value in field._tell(endpoint, record).items():
                *parents, name = target.split(".")
                part = body
                for parent in parents:
                    part = part.setdefault(parent, {})
                part[name] = value
        return body
