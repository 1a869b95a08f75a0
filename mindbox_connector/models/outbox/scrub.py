# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data out of what everybody may read."""

import json
import re
from contextlib import suppress

# Values that must not show up in a reason: reasons are read by everybody.
PERSONAL_KEYS = frozenset(
    "email mobilePhone lastName firstName middleName fullName number birthDate".split()
)
CONTACT_PATTERN = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d[\d\s()-]{8,}\d")


def scrub(reason, body):
    """Take personal data that Mindbox repeats out of the details of a reason."""
    personal = _find_personal(body)
    return reason._replace(
        details={
            name: _scrub_text(value, personal) if isinstance(value, str) else value
            for name, value in reason.details.items()
        }
    )


def _scrub_text(text, personal):
    for value in personal:
        text = re.sub(re.escape(value), "…", text, flags=re.IGNORECASE)
    return CONTACT_PATTERN.sub("…", text)


def _find_personal(body):
    """Return the values of personal keys in a JSON body, the longest first."""
    found = set()

    def collect(pairs):
        found.update(
            str(value)
            for key, value in pairs
            if key in PERSONAL_KEYS and isinstance(value, str) and len(value) > 1
        )
        return {}

    with suppress(ValueError):
        json.loads(body, object_pairs_hook=collect)
    return sorted(found, key=len, reverse=True)
