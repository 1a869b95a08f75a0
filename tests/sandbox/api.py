"""The API listener: POST /v3/operations/{sync,async,bulk} (contract §1, §2).

Decisions where the contract is silent or its sources disagree:

* Another method than POST is 405, an unknown path 404, both without a JSON body.
* An unknown endpointId is 403 ("wrong key/endpoint"), a wrong key 403, a missing or
  malformed Authorization header 401, but only where the operation needs a key. A wrong
  key is refused even where none is needed.
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
import ipaddress
import logging
import random
import re
import socket
import struct
import time
import zlib

from aiohttp import web

from . import answers, faults, fields
from .bulk import BULK_QUERY
from .calls import HIDDEN_HEADERS, Call
from .contract import BusinessError, ProtocolError, Throttled, check_body, parse_json
from .world import Context

_logger = logging.getLogger(__name__)
PATH = re.compile(r"/v3/operations/(sync|async|bulk)/?")
SCHEMES = (
    ("SecretKey", re.compile(r"SecretKey (\S+)")),
    ("Mindbox", re.compile(r'Mindbox secretKey="([^"]+)"')),
)
QUERY = {
    "endpointId",
    "operation",
    "deviceUUID",
    "transactionId",
    "dateTimeOffset",
    "version",
    "transport",
}
TYPES = {"sync": "application/json", "async": "application/json", "bulk": "text/csv"}
CHARSETS = {"utf-8", "utf8"}
IDENTITIES = ("ids", "email", "mobilePhone", "discountCard")
FUTURE = 300


def media_type(header):
    kind, _, rest = header.partition(";")
    charset = re.search(r"charset=\"?([\w-]+)", rest)
    return kind.strip().lower(), charset[1].lower() if charset else None


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


class Limits:
    """Calls a minute per operation and endpoint, imports an hour (§1.6); fixed
    windows.
    """

    def __init__(self):
        self.windows = {}

    def count(self, key, seconds, limit):
        if not limit:
            return
        window = int(time.time() // seconds)
        began, used = self.windows.get(key, (window, 0))
        used = used + 1 if began == window else 1
        self.windows[key] = (window, used)
        if used > limit:
            raise Throttled(
                f"Too many requests: {limit} per {seconds} seconds are allowed"
            )


class Api:
    def __init__(self, project, log, book, world):
        self.project, self.log, self.faults, self.world = project, log, book, world
        self.limits = Limits()
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
        return await getattr(self, fault.kind)(fault, call, request, raw)

    async def slow(self, fault, call, request, raw):
        """Late, but done: also when the sender has given up waiting."""
        await asyncio.sleep(fault.seconds if fault.seconds is not None else 3)
        return self.finish(call, self.process(call, request, raw), raw)

    async def black_hole(self, fault, call, request, raw):
        call.error = "never answered"
        self.record(call, None, raw)
        transport = request.transport
        while self.faults.holds(fault.id) and transport and not transport.is_closing():
            await asyncio.sleep(0.1)
        return self.hang_up(request)

    async def reset(self, fault, call, request, raw):
        call.error = "connection reset before the effect"
        self.record(call, None, raw)
        return self.hang_up(request, hard=True)

    async def lost_answer(self, fault, call, request, raw):
        self.record(call, self.process(call, request, raw), raw)
        return self.hang_up(request)

    async def half_answer(self, fault, call, request, raw):
        answer = self.process(call, request, raw)
        self.record(call, answer, raw)
        length = str(len(answer.body) + 20)
        headers = {"Content-Length": length, "Content-Type": answers.JSON}
        response = web.StreamResponse(status=answer.http, headers=headers)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
        return self.hang_up(request, response, flush=True)

    def hang_up(self, request, response=None, hard=False, flush=False):
        """End the connection without a (whole) answer; `hard` with a TCP reset."""
        transport = request.transport
        if transport is not None and hard:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
        if transport is not None:
            (transport.close if flush else transport.abort)()
        return response or web.Response()

    # -- the contract ---
    def process(self, call, request, raw):
        if call.mode is None:
            return answers.bare(404)
        if request.method != "POST":
            return answers.bare(405)
        try:
            operation = self.admit(call, request.headers)
            if call.mode == "bulk":
                return self.bulk(call, operation, raw)
            return self.single(call, operation, raw)
        except ProtocolError as error:
            headers = faults.retry_after(getattr(error, "retry_after", None))
            return answers.protocol_error(str(error), error.http, headers)
        except Exception:
            _logger.exception("The sandbox failed at a call of %s", call.operation)
            return answers.server_error("The sandbox itself failed, see its log")

    def admit(self, call, headers):
        """Everything that can be told without the body: the operation, or the
        refusal (§1).
        """
        self.check_headers(call, headers)
        trusted = self.check_credentials(call, headers.get("Authorization"))
        operation = self.find_operation(call)
        if operation.needs_key and not trusted:
            raise ProtocolError("The operation requires a secret key", 401)
        self.check_query(call, operation)
        limit = self.project.settings["calls_per_minute"]
        self.limits.count((call.endpoint_id, call.operation), 60, limit)
        return operation

    def check_headers(self, call, headers):
        kind, charset = media_type(headers.get("Content-Type", ""))
        if kind != TYPES[call.mode]:
            raise ProtocolError(
                f"Content-Type must be {TYPES[call.mode]}; charset=utf-8"
            )
        if charset is None:
            call.warn("Content-Type", "charset=utf-8 is missing")
        elif charset not in CHARSETS and call.mode != "bulk":
            raise ProtocolError("The body must be in UTF-8")
        if "application/json" not in headers.get("Accept", "").lower():
            raise ProtocolError("Accept must be application/json")
        if (
            call.mode != "bulk"
            and headers.get("Content-Encoding", "identity") != "identity"
        ):
            raise ProtocolError("Content-Encoding is for bulk files only")

    def check_credentials(self, call, header):
        if not call.endpoint_id:
            raise ProtocolError("The parameter endpointId is missing")
        if call.endpoint_id not in self.project.endpoints:
            raise ProtocolError("Unknown endpointId", 403)
        for scheme, pattern in SCHEMES:
            found = pattern.fullmatch(header or "")
            if found:
                call.auth_scheme = scheme
                if not self.project.key_fits(call.endpoint_id, found[1]):
                    raise ProtocolError("The secret key does not fit the endpoint", 403)
                return True
        return False

    def find_operation(self, call):
        operation = self.project.operations.get(call.operation)
        if operation is None:
            raise ProtocolError(f"Unknown operation '{call.operation or ''}'")
        if call.mode not in operation.modes:
            raise ProtocolError(f"The operation cannot be called in {call.mode} mode")
        return operation

    def check_query(self, call, operation):
        known = QUERY | BULK_QUERY if call.mode == "bulk" else QUERY
        for name in call.query:
            if name not in known:
                call.warn(f"?{name}", "unknown parameter, ignored")
        if call.transaction_id is not None and not fields.GUID.fullmatch(
            call.transaction_id
        ):
            raise ProtocolError("transactionId must be a GUID")
        if operation.needs_transaction and not call.transaction_id:
            raise ProtocolError("The operation can be called with a transactionId only")
        self.check_visitor(call, operation)

    def check_visitor(self, call, operation):
        """A device where none is expected, or none where it is needed: runs with a
        note (§1.3).
        """
        if call.device_uuid and operation.device == "refused":
            call.warn("?deviceUUID", "the operation does not expect a device")
        elif call.device_uuid and not fields.GUID.fullmatch(call.device_uuid):
            call.warn("?deviceUUID", "not a GUID, ignored")
        elif not call.device_uuid and operation.device == "needed":
            call.warn("?deviceUUID", "the operation needs a device")
        if call.customer_ip:
            try:
                ipaddress.ip_address(call.customer_ip)
            except ValueError:
                call.warn("X-Customer-IP", "not an IP address, ignored")

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
        """The key this call is recognised by; plain sync operations ignore it
        (§1.7).
        """
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
        """A bad value that was the only identifier of the customer fails the call
        (§2.4).
        """
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
        mode (§1.1).
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
        dateTimeOffset (§3.0).
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
        self.limits.count("bulk", 3600, self.project.settings["bulk_per_hour"])
        self.world.imports.accept(operation.step, call, raw)
        call.effect = True
        if key:
            self.log.remember(key, zlib.crc32(raw))
        return answers.SUCCESS
