"""What can be told of a call without its body: the operation, or the refusal.

* An unknown endpointId is 403 ("wrong key/endpoint"), a wrong key 403, a missing or
  malformed Authorization header 401, but only where the operation needs a key. A wrong
  key is refused even where none is needed.
"""

import ipaddress
import re
import time

from .bulk.files import BULK_QUERY
from .contract import fields
from .contract.errors import ProtocolError, Throttled

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
# The import files whose pages name gzip.
ZIPPED = {
    "DirectCrm.Customers.Import",
    "DirectCrm.Customers.Edit",
    "DirectCrm.Customers.ImportCards",
}


def media_type(header):
    kind, _, rest = header.partition(";")
    charset = re.search(r"charset=\"?([\w-]+)", rest)
    return kind.strip().lower(), charset[1].lower() if charset else None


class Limits:
    """Calls a minute per operation and endpoint, imports an hour; fixed
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


class Envelope:
    def __init__(self, project):
        self.project, self.limits = project, Limits()

    def admit(self, call, headers):
        """The operation of a call; what is wrong with its envelope refuses it."""
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
        if headers.get("Content-Encoding", "identity") != "identity":
            self.check_zipped(call)

    def check_zipped(self, call):
        if call.mode != "bulk":
            raise ProtocolError("Content-Encoding is for bulk files only")
        documented = self.project.strict.gzip == "documented"
        if documented and call.operation not in ZIPPED:
            raise ProtocolError(f"Content-Encoding is not for {call.operation}")

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
        """A device where none is expected, or none where it is needed: runs with an
        error in the log.
        """
        flag = self.project.device_flag(operation)
        if call.device_uuid and flag == "refused":
            call.remark("?deviceUUID", "the operation does not expect a device")
        elif call.device_uuid and not fields.GUID.fullmatch(call.device_uuid):
            call.remark("?deviceUUID", "not a GUID, ignored")
        elif not call.device_uuid and flag == "needed":
            call.remark("?deviceUUID", "the operation needs a device")
        if call.customer_ip:
            try:
                ipaddress.ip_address(call.customer_ip)
            except ValueError:
                call.warn("X-Customer-IP", "not an IP address, ignored")
