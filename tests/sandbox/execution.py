"""A call is executed: its body is checked, its step is done, the log learns of it.

Decisions where the documentation is silent or its pages disagree:

* What can only be told from the stored data (order exists, order unknown, ambiguous
  customer) is 400 in sync mode; in async mode the call was accepted with Success, has
  no effect, and the reason is in the operation log.
* A bad single value is dropped with a remark. Where the operation returns validation
  errors, a sync call with such a value is answered with ValidationError and has no
  effect.
"""

import logging

from . import answers
from .context import Context
from .contract.body import check_body
from .contract.errors import BusinessError, Invalid, ProtocolError
from .contract.takes import names_somebody

_logger = logging.getLogger(__name__)
FUTURE = 300


def in_words(messages):
    parts = ((one.get("location"), one["message"]) for one in messages)
    return "; ".join(": ".join(filter(None, part)) for part in parts)


class Execution:
    def __init__(self, project, log, world):
        self.project, self.log, self.world = project, log, world

    def late(self, call, operation, body):
        """Execute an accepted call, after its answer."""
        try:
            self.run(call, operation, body)
        except ProtocolError as error:
            call.error = str(error)
        except Exception:
            _logger.exception("The sandbox failed at a call of %s", call.operation)
            call.error = "The sandbox itself failed, see its log"
        call.finish()
        self.log.finished(call)

    def run(self, call, operation, body):
        """Execute a call; its answer in sync mode, Success in async mode."""
        if call.late and call.late[0] == "late_failure":
            return self.say_no(call, call.late[1])
        clean, report = check_body(body, operation, self.project)
        self.check_identity(call, operation, body, clean, report)
        call.warnings = (*call.warnings, *report.warnings)
        if call.late:
            call.remark("", call.late[1])
        return self.refuse_values(call, operation, report) or self.step(
            call, operation, clean
        )

    def check_identity(self, call, operation, body, clean, report):
        """A call about nobody, or whose only identifier is a bad value, fails."""
        if call.device_uuid:
            return
        if not names_somebody(body):
            if self.project.strict.identity == "required" and operation.needs_somebody:
                report.fail("", "the call names neither a customer nor a device")
        elif "customer" in clean and not names_somebody(clean):
            report.fail("/customer", "the only identifier of the customer is not valid")

    def refuse_values(self, call, operation, report):
        tells = call.mode == "sync" and operation.returns_validation_errors
        messages = report.fatal or (report.dropped if tells else None)
        return self.refuse(call, operation, messages) if messages else None

    def refuse(self, call, operation, messages):
        call.error = in_words(messages)
        if call.mode == "sync" and operation.returns_validation_errors:
            return answers.validation_error(messages)
        return self.say_no(call, call.error)

    @staticmethod
    def say_no(call, reason):
        """What the operation says no to: told in sync mode, else only logged."""
        call.error = reason
        return (
            answers.SUCCESS if call.mode == "async" else answers.protocol_error(reason)
        )

    def step(self, call, operation, clean):
        when = self.moment(call, clean)
        try:
            parts = self.world.run(Context(self.world, call, operation, clean, when))
        except Invalid as error:
            return self.refuse(call, operation, error.messages)
        except BusinessError as error:
            return self.say_no(call, str(error))
        return answers.success(parts if call.mode == "sync" else None)

    def moment(self, call, clean):
        """When the event happened: executionDateTimeUtc, else now less
        dateTimeOffset.
        """
        executed = clean.get("executionDateTimeUtc")
        if executed is None:
            offset = call.query.get("dateTimeOffset", "0")
            return call.at - (int(offset) / 1000 if offset.isdecimal() else 0)
        stamp = executed.timestamp()
        if stamp > call.at + FUTURE:
            call.warn("/executionDateTimeUtc", "is in the future")
        return stamp
