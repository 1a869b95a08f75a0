# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...catalogue import MODE_SELECTION
from ...fields import SystemName


class MindboxOperation(models.Model):
    _name = "mindbox.operation"
    _description = "Mindbox Operation"
    _inherit = ["mindbox.owned", "mindbox.setting"]
    _order = "endpoint_id, id"
    _mindbox_cached_fields = frozenset(
        "endpoint_id event for_guests name mode active send_device_uuid "
        "send_execution_time priority".split()
    )

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        ondelete="cascade",
    )
    event = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_operable_selection(),
        required=True,
    )
    for_guests = fields.Boolean(
        help="Used instead of the other one for customers without an account."
    )
    name = SystemName(
        string="Operation",
        required=True,
        help="System name of the operation in your Mindbox project.",
    )
    mode = fields.Selection(
        MODE_SELECTION,
        required=True,
        default="async",
        help="Synchronous: the answer tells what became of the call, and the next one "
        "of the customer leaves when it is known. Asynchronous: Mindbox accepts at "
        "once and works later, in any order; errors show only in its operation log. "
        "What would count twice if it were repeated, as balances and views, should "
        "stay asynchronous: only there Mindbox recognises every repeat.",
    )
    active = fields.Boolean(default=True)
    send_device_uuid = fields.Boolean(
        string="Send Device",
        help="Send deviceUUID and the customer's IP address, so that Mindbox joins "
        "what a visitor did on the site. On for logins, views, carts and lists. "
        "Switch it off where your operation is not set up with it: Mindbox logs an "
        "error where it is not expected, or needed and missing.",
    )
    send_execution_time = fields.Boolean(
        string="Send Time",
        default=True,
        help="Send executionDateTimeUtc, the moment when it really happened.",
    )
    priority = fields.Integer(
        default=10,
        help="Lower leaves first. Events with the same priority keep their order.",
    )

    _event_uniq = models.UniqueIndex(
        "(endpoint_id, event, for_guests) WHERE active",
        "This event has an operation already.",
    )
    _priority_check = models.Constraint(
        "CHECK(priority BETWEEN 0 AND 1000)",
        "The priority must be between 0 and 1000.",
    )

    @api.constrains("event", "mode")
    def _check_mode(self):
        events = self.env["mindbox.catalogue"]._get_events()
        for operation in self:
            if operation.event not in events:
                raise ValidationError(
                    self.env._("There is no event “%s”.", operation.event)
                )
            if operation.mode == "bulk" and events[operation.event].mode != "bulk":
                raise ValidationError(
                    self.env._(
                        "“%s” tells of one record at a time: choose Asynchronous or "
                        "Synchronous. Bulk is for imports of many records.",
                        operation.name,
                    )
                )

    @api.model
    def _default_commands(self, codes=None):
        """Return commands that create the catalogue's default operations.

        :param codes: of these events only, else of all
        """
        events = self.env["mindbox.catalogue"]._get_events()
        return [
            Command.create(
                {
                    "event": code,
                    "name": name,
                    "for_guests": for_guests,
                    "priority": event.priority,
                    "mode": event.mode,
                    "send_execution_time": event.send_execution_time,
                    "send_device_uuid": event.send_device,
                    "active": event.active,
                }
            )
            for code, event in events.items()
            if codes is None or code in codes
            for for_guests, name in enumerate((event.operation, event.guest_operation))
            if name
        ]

    def _get_route_values(self):
        """Return what capture and delivery need to know, without the ORM."""
        self.ensure_one()
        event = self.env["mindbox.catalogue"]._get_events().get(self.event)
        return {
            "id": self.id,
            "name": self.name,
            "event": self.event,
            "for_guests": self.for_guests,
            "special": self._is_special(),
            "mode": self.mode,
            "priority": self.priority,
            "send_device_uuid": self.send_device_uuid,
            "send_execution_time": self.send_execution_time,
            "options": event.options if event else (),
        }

    def _is_special(self):
        """Whether it is one of several for its event, for some of the records only."""
        return False
