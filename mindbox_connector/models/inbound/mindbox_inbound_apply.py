# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox has told is done here, call by call; nothing of it is sent back."""

from functools import partial

from odoo import fields, models

from ...exceptions import MindboxReasonError, MindboxRejected, MindboxSkipped
from ...reasons import NO_REASON, Reason
from ..capture.mindbox_source import SKIP_KEY
from .mindbox_inbound_receive import parse


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound", "mindbox.job"]

    def _apply(self):
        """Do what these calls tell, each by itself: a broken one undoes no other."""
        for call in self.with_context(**{SKIP_KEY: True}):
            data, error = call._recognize()
            changed = None
            if not error:
                changed, error = call._guard(f"{call}", partial(call._do, data))
            outcome = call._judge(error) if error else {"state": "applied"}
            call.write(
                {
                    "applied_at": fields.Datetime.now(),
                    **NO_REASON.get_values(),
                    **call._get_about(changed),
                    **outcome,
                }
            )
            call._forget_erased()

    def _recognize(self):
        """Write down which kind of call it is, and whom it is about.

        That stands there also where what follows is refused.

        :return: (the body, the exception with the reason why it cannot be told or None)
        """
        found, error = self._guard(f"{self}", self._read_who)
        data, values = found or ({}, {})
        self.write(values)
        return data, error

    def _read_who(self):
        data = parse(self.body or "")
        kind = self._get_kind(data)
        if not kind:
            raise MindboxRejected("inbound_kind", kind=self._shorten(data, "kind"))
        values = {"kind": kind, "partner_id": False}
        if self.env["mindbox.catalogue"]._get_inbound_kinds()[kind].names_customer:
            values["partner_id"] = self._find_customer(data).id
        return data, values

    def _do(self, data):
        """Do what the call tells, by the method of its kind.

        :param dict data: the body
        :return: the record that it has changed, if any
        :raise MindboxReasonError: a reason not to
        """
        self._check_erased()
        return getattr(self, f"_apply_{self.kind}")(data)

    def _check_erased(self):
        if self.partner_id.mindbox_erased_at:
            raise MindboxSkipped("customer_erased")

    def _check_newer(self, known_at, known, told):
        """Check that what is told is newer than what is known, or the same again.

        :raise MindboxSkipped: it is not
        """
        if known_at and known_at >= self.occurred_at:
            if known == told:
                raise MindboxSkipped("inbound_known")
            raise MindboxSkipped("inbound_outdated")

    def _judge(self, error):
        """Return the values of a call that was not applied."""
        if isinstance(error, MindboxReasonError):
            skipped = isinstance(error, MindboxSkipped)
            return {
                "state": "ignored" if skipped else "refused",
                **error.reason.get_values(),
            }
        # The text of an exception may hold personal data: only its kind is kept.
        fault = Reason("inbound_fault", {"kind": type(error).__name__})
        return {"state": "refused", **fault.get_values()}

    def _get_about(self, record):
        """Return the values that name what a call has changed."""
        if not record:
            return {}
        return {"res_model": record._name, "res_id": record[:1].id}

    def _forget_erased(self):
        """Nothing is kept of somebody who was erased, however late the call is."""
        if self.reason_code == "customer_erased":
            self.body = False

    def _shorten(self, data, name):
        """Return a system name from a body; what can be none is not shown."""
        value = data.get(name)
        return value if isinstance(value, str) and value.isidentifier() else "?"
