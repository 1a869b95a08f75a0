"""A call is accepted, or refused at once; who is accepted twice is told apart.

Decisions where the documentation is silent or its pages disagree:

* Another method than POST is 405, an unknown path 404, both without a JSON body.
* Whatever can be told from the request alone (headers, operation, mode, transactionId,
  JSON, and where bodies are refused: unknown identifier names, missing parts) is 400 in
  every mode.
* A key (transactionId) is used up by success, and in async mode by acceptance, whatever
  became of the call. A call refused with 4xx or ValidationError does not use it up.
* Sync operations that do not write an order ignore the key (setting
  `sync_ignores_transaction`).
"""

import logging
import zlib

from . import answers, faults
from .contract.body import check_body, parse_json
from .contract.errors import ProtocolError
from .envelope import Envelope
from .execution import Execution
from .later import Later

_logger = logging.getLogger(__name__)


def customer_key(body):
    """How a customer is called in the log: `websiteID:42`, an e-mail, a phone or a
    card.
    """
    customer = body.get("customer")
    if not isinstance(customer, dict):
        return None
    ids = customer.get("ids")
    if isinstance(ids, dict) and ids:
        return ":".join(map(str, next(iter(ids.items()))))
    contact = customer.get("email") or customer.get("mobilePhone")
    return contact and str(contact)


def key_of_raw(raw):
    try:
        return customer_key(parse_json(raw))
    except ProtocolError:
        return None


class Acceptance:
    def __init__(self, project, log, book, world):
        self.project, self.log, self.faults, self.world = project, log, book, world
        self.envelope = Envelope(project)
        self.execution = Execution(project, log, world)
        self.later = Later(project, self.execution.late)

    def reset(self):
        self.envelope.limits.windows.clear()
        self.later.reset()

    def process(self, call, request, raw):
        """The answer to a call, which has its effect, waits for it, or has none."""
        if call.mode is None:
            return answers.bare(404)
        if request.method != "POST":
            return answers.bare(405)
        call.seq = self.log.last + 1
        try:
            return self.admit(call, request, raw)
        except ProtocolError as error:
            call.finish("failed")
            headers = faults.retry_after(getattr(error, "retry_after", None))
            return answers.protocol_error(str(error), error.http, headers)
        except Exception:
            _logger.exception("The sandbox failed at a call of %s", call.operation)
            return answers.server_error("The sandbox itself failed, see its log")

    def admit(self, call, request, raw):
        operation = self.envelope.admit(call, request.headers)
        if call.mode == "bulk":
            return self.bulk(call, operation, raw)
        body = parse_json(raw)
        call.customer_key = customer_key(body)
        key = self.effective_key(call, operation)
        if key and self.log.knows(key):
            return self.duplicate(call, key, raw)
        answer = self.execute(call, operation, body)
        if key and (call.effect or call.mode == "async"):
            self.log.remember(key, zlib.crc32(raw))
        return answer

    def execute(self, call, operation, body):
        """Now, or later where the call is asynchronous and Mindbox takes its time."""
        if call.mode == "async":
            self.draw_fault(call)
            if self.project.strict.execution == "later":
                return self.postpone(call, operation, body)
        answer = self.execution.run(call, operation, body)
        call.finish()
        return answer

    def draw_fault(self, call):
        fault = self.faults.pick_after(call, faults.LATE)
        if fault is not None:
            call.late = fault.kind, fault.message or "Fault: it was not to be"

    def postpone(self, call, operation, body):
        if self.project.strict.async_bodies == "refused":
            check_body(body, operation, self.project)
        call.state = "processing"
        self.later.add(call, operation, body)
        return answers.SUCCESS

    def effective_key(self, call, operation):
        """The key this call is recognised by; plain sync operations ignore it."""
        if not call.transaction_id:
            return None
        ignoring = self.project.settings["sync_ignores_transaction"]
        if call.mode == "sync" and ignoring and not operation.sync_idempotent:
            if self.log.knows(call.transaction_id.lower()):
                call.warn("?transactionId", "known, but this sync operation ignores it")
            return None
        return call.transaction_id.lower()

    def duplicate(self, call, key, raw):
        call.duplicate = True
        if self.log.body_of(key) != zlib.crc32(raw):
            call.warn("?transactionId", "the key was used before with another body")
        if call.mode == "async":
            call.error = "already processed"
        call.finish()
        return answers.SUCCESS if call.mode == "async" else answers.ALREADY

    # -- bulk ---
    def bulk(self, call, operation, raw):
        key = call.transaction_id and call.transaction_id.lower()
        if key and self.log.knows(key):
            return self.duplicate(call, key, raw)
        self.envelope.limits.count("bulk", 3600, self.project.settings["bulk_per_hour"])
        self.world.imports.accept(operation.step, call, raw)
        call.effect = True
        call.finish()
        if key:
            self.log.remember(key, zlib.crc32(raw))
        return answers.SUCCESS
