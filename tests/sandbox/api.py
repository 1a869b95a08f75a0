"""The API listener: POST /v3/operations/{sync,async,bulk}.

Decisions where the documentation is silent or its pages disagree:

* Another method than POST is 405, an unknown path 404, both without a JSON body.
* Whatever can be told from the request alone (headers, operation, mode, transactionId,
  JSON, unknown identifier names, missing parts) is 400 in every mode. What can only be
  told from the stored data (order exists, order unknown, ambiguous customer) is 400 in
  sync mode; in async mode the call is accepted with Success, has no effect, and the
  reason is in the operation log.
* A key (transactionId) is used up by success, and in async mode by acceptance, whatever
  became of the call. A call refused with 4xx or ValidationError does not use it up.
* Sync operations that do not write an order ignore the key (setting
  `sync_ignores_transaction`).
* A bad single value is dropped with a warning. Where the operation returns validation
  errors, a sync call with such a value is answered with ValidationError and has no
  effect.
"""

import asyncio
import logging
import random
import re
import zlib

from aiohttp import web

from . import answers, faults
from .breakage import Breakage
from .calls import HIDDEN_HEADERS, Call
from .context import Context
from .contract.body import check_body, parse_json
from .contract.errors import BusinessError, ProtocolError
from .envelope import Envelope

_logger = logging.getLogger(__name__)
PATH = re.compile(r"/v3/operations/(sync|async|bulk)/?")
IDENTITIES = ("ids", "email", "mobilePhone", "discountCard")
FUTURE = 300


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


class Api:
    def __init__(self, project, log, book, world):
        self.project, self.log, self.faults, self.world = project, log, book, world
        self.envelope, self.breakage = Envelope(project), Breakage(self)
        self.header_cache = {}

    # -- one call ---
    async def handle(self, request):
        call = self.open(request)
        self.log.in_flight += 1
        try:
            raw = await request.read()
            if self.project.latency:
                await asyncio.sleep(self.project.latency)
            fault = self.faults.pick(call, lambda: key_of_raw(raw))
            if fault is None:
                return self.finish(call, self.process(call, request, raw), raw)
            call.fault = fault.kind
            return await self.faulty(fault, call, request, raw)
        finally:
            self.log.in_flight -= 1

    def open(self, request):
        found = PATH.fullmatch(request.path)
        return Call(
            found[1] if found else None, request.query, self.shared_headers(request)
        )

    def shared_headers(self, request):
        """Headers without secrets, one copy for all calls that look alike."""
        shown = tuple(
            item
            for item in request.headers.items()
            if item[0].lower() not in HIDDEN_HEADERS and item[0] != "Content-Length"
        )
        if len(self.header_cache) > 1000:
            self.header_cache.clear()
        return self.header_cache.setdefault(shown, dict(shown))

    def finish(self, call, answer, raw):
        self.record(call, answer, raw)
        headers = {
            "X-Request-ID": f"{random.getrandbits(128):032x}",
            "X-Server-Name": "sandbox",
            **answer.headers,
        }
        if answer.content_type:
            headers["Content-Type"] = answer.content_type
        return web.Response(body=answer.body, status=answer.http, headers=headers)

    def record(self, call, answer, raw):
        self.log.record(call, answer, raw, self.project.settings["record_bodies"])

    # -- faults ---
    async def faulty(self, fault, call, request, raw):
        answer = faults.ANSWERS.get(fault.kind)
        if answer:
            return self.finish(call, answer(fault), raw)
        play = getattr(self.breakage, fault.kind)
        return await play(fault, call, request, raw)

    # -- what a call does ---
    def process(self, call, request, raw):
        if call.mode is None:
            return answers.bare(404)
        if request.method != "POST":
            return answers.bare(405)
        try:
            operation = self.envelope.admit(call, request.headers)
            if call.mode == "bulk":
                return self.bulk(call, operation, raw)
            return self.single(call, operation, raw)
        except ProtocolError as error:
            headers = faults.retry_after(getattr(error, "retry_after", None))
            return answers.protocol_error(str(error), error.http, headers)
        except Exception:
            _logger.exception("The sandbox failed at a call of %s", call.operation)
            return answers.server_error("The sandbox itself failed, see its log")

    # -- sync and async ---
    def single(self, call, operation, raw):
        body = parse_json(raw)
        call.customer_key = customer_key(body)
        key = self.effective_key(call, operation)
        if key and self.log.knows(key):
            return self.duplicate(call, key, raw)
        clean, report = check_body(body, operation, self.project)
        self.check_identity(call, body, clean, report)
        call.warnings = (*call.warnings, *report.warnings)
        answer = self.refuse_values(call, operation, report) or self.run(
            call, operation, clean
        )
        if key and (call.effect or call.mode == "async"):
            self.log.remember(key, zlib.crc32(raw))
        return answer

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
            return answers.SUCCESS
        return answers.ALREADY

    def check_identity(self, call, body, clean, report):
        """A bad value that was the only identifier of the customer fails the call."""
        customer, left = body.get("customer"), clean.get("customer")
        if not customer or left is None or call.device_uuid:
            return
        if any(customer.get(k) for k in IDENTITIES) and not any(
            left.get(k) for k in IDENTITIES
        ):
            report.fail("/customer", "the only identifier of the customer is not valid")

    def refuse_values(self, call, operation, report):
        tells = call.mode == "sync" and operation.returns_validation_errors
        messages = report.fatal or (report.dropped if tells else None)
        if not messages:
            return None
        if tells:
            return answers.validation_error(messages)
        return self.say_no(
            call, "; ".join(f"{m['location']}: {m['message']}" for m in messages)
        )

    def say_no(self, call, reason):
        """What the operation says no to: told in sync mode, only logged in async
        mode.
        """
        call.error = reason
        return (
            answers.SUCCESS if call.mode == "async" else answers.protocol_error(reason)
        )

    def run(self, call, operation, clean):
        when = self.moment(call, clean)
        context = Context(self.world, call, operation, clean, when)
        try:
            parts = self.world.run(context)
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

    # -- bulk ---
    def bulk(self, call, operation, raw):
        key = call.transaction_id and call.transaction_id.lower()
        if key and self.log.knows(key):
            return self.duplicate(call, key, raw)
        self.envelope.limits.count("bulk", 3600, self.project.settings["bulk_per_hour"])
        self.world.imports.accept(operation.step, call, raw)
        call.effect = True
        if key:
            self.log.remember(key, zlib.crc32(raw))
        return answers.SUCCESS
