"""The make-believe Mindbox project: its operations, integration points and settings.

Everything here is data and can be changed over HTTP while the sandbox runs, because
every real project names its operations differently.
"""

import hashlib
import hmac
from dataclasses import asdict, fields, replace

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
    "strict": True,
    "latency_ms": 0,
    "record_bodies": True,
    "ids": DEFAULT_IDS,
    "custom_fields": None,
    "statuses": None,
    "total_includes_delivery": True,
    "new_cards_allowed": True,
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
        self.settings = {**self.settings, **values}
        self.strict = self.settings["strict"]
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
