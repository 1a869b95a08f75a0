"""The make-believe Mindbox project: its operations, integration points and settings.

Everything here is data and can be changed over HTTP while the sandbox runs, because
every real project names its operations differently.
"""

import hashlib
import hmac
from dataclasses import asdict, fields, replace

from . import strictness
from .operations import STANDARD, Operation

CATEGORIES = ("created", "paid", "delivered", "cancelled", "returned")
# Beginnings of status names, for a project that does not list its statuses.
CATEGORY_HINTS = (
    ("cancelled", ("cancel", "отмен")),
    ("returned", ("return", "refund", "возвр")),
    ("delivered", ("deliver", "complete", "доставл", "выполн")),
    ("paid", ("paid", "pay", "оплач")),
)


DEFAULT_IDS = {
    "customer": ["websiteID", "mindboxId"],
    "order": ["websiteID", "mindboxId"],
    "product": ["website"],
    "category": ["website"],
    "card": ["number"],
}
# Settings that PUT /api/settings may change, with their defaults.
DEFAULTS = {
    # See strictness.
    "strictness": strictness.DEFAULT,
    # Which delays and faults chance gives, and the delays' bounds in seconds.
    "seed": 7,
    "async_seconds": [0, 2],
    # Days that the operation log reaches back.
    "log_days": 14,
    # Exports of it: the seconds one takes, rows of a file or else the number of files,
    # csv, json or xml, zipped as a "file" or by "encoding", bytes a second of the
    # download, rows of somebody else's calls, and whether the id of a row is Mindbox's
    # "own" or the caller's "transaction".
    "export_seconds": 1,
    "export_rows": 1_000_000,
    "export_files": None,
    "export_format": "csv",
    "export_zip": "file",
    "export_rate": None,
    "export_filler": 0,
    "export_id": "own",
    # "ru": names in other letters are not kept, as in a new project.
    "alphabet": None,
    "latency_ms": 0,
    "record_bodies": True,
    "ids": DEFAULT_IDS,
    "custom_fields": None,
    "statuses": None,
    "total_includes_delivery": True,
    "sync_ignores_transaction": True,
    "calls_per_minute": 8000,
    "bulk_per_hour": 60,
    "domain": True,
}


def digest(key):
    return hashlib.sha256(key.encode()).digest()


class Project:
    """Operations, integration points (only digests of their keys are kept) and
    settings.
    """

    def __init__(self, endpoints=None, **settings):
        self.operations = {operation.name: operation for operation in STANDARD}
        self.endpoints = {}
        self.settings = {}
        self.configure({**DEFAULTS, **settings})
        for endpoint, keys in (endpoints or {"demo.Website": ["sandbox-key"]}).items():
            self.set_endpoint(endpoint, keys)

    def configure(self, values):
        unknown = set(values) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        asked = values.get("strictness", {})
        kept = self.settings.get("strictness", strictness.PROFILES[strictness.DEFAULT])
        self.settings = {
            **self.settings,
            **values,
            "strictness": strictness.changed(kept, asked),
        }
        self.strict = strictness.as_attributes(self.settings["strictness"])
        self.custom_fields = self.settings["custom_fields"]
        self.latency = self.settings["latency_ms"] / 1000
        self.ids = {
            of: names and {n.lower() for n in names}
            for of, names in {**DEFAULT_IDS, **self.settings["ids"]}.items()
        }

    # -- integration points ---
    def set_endpoint(self, endpoint, keys):
        keys = [keys] if isinstance(keys, str) else keys
        self.endpoints[endpoint] = [digest(key) for key in keys]

    def replace_endpoints(self, mapping):
        self.endpoints = {}
        for endpoint, keys in mapping.items():
            self.set_endpoint(endpoint, keys)

    def key_fits(self, endpoint, key):
        given = digest(key)
        return any(
            hmac.compare_digest(given, known) for known in self.endpoints[endpoint]
        )

    # -- operations ---
    def save_operation(self, values):
        """Add or change an operation; `rename` gives it another name, `remove` takes
        it away.
        """
        values = dict(values)
        current = self.operations.pop(values.get("name"), None)
        if values.pop("remove", False):
            return None
        new_name = values.pop("rename", None) or values["name"]
        known = {field.name for field in fields(Operation)}
        if set(values) - known:
            raise ValueError(
                f"unknown option: {', '.join(sorted(set(values) - known))}"
            )
        values = {**values, "name": new_name}
        if "modes" in values:
            values["modes"] = tuple(values["modes"])
        saved = replace(current, **values) if current else Operation(**values)
        self.operations[saved.name] = saved
        return saved

    def described(self):
        return [asdict(operation) for operation in self.operations.values()]

    def device_flag(self, operation):
        by_flag = self.strict.devices == "by_flag"
        return operation.device_flag if by_flag else operation.device

    # -- order statuses ---
    def category(self, status):
        """The category of a line status; None where the project does not know the
        status.
        """
        known = self.settings["statuses"]
        if known is not None:
            return known.get(status)
        word = (status or "").lower()
        hits = (c for c, hints in CATEGORY_HINTS if any(h in word for h in hints))
        return next(hits, "created")
