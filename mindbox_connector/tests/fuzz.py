# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Words and numbers that have broken programs; FUZZ_EXAMPLES=100000 looks longer."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 300))


def odd(examples):
    """Look at so many examples, at each as long as it takes."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck)
    )


# What PostgreSQL can hold: anything but NUL and half an emoji.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
WORDS = TEXT | st.sampled_from(
    [
        "И" * 300,
        "👩‍👩‍👧" * 40,
        "\u202eאבג\u202c",
        "a\nb\tc",
        '"},{"x":"',
        "<script>alert(1)</script>",
        "${7*7} {{7*7}} %s %(x)s",
        "\ufeff \u200b",
        "anna+x@EXAMPLE.com",
        "8 (999) 123-45-67",
        "+1 212 555 0100",
        "00000000000000000000",
        "\x01\x1f\x7f\x85",
    ]
)
AMOUNTS = st.sampled_from([0, 0.01, 0.1, 1 / 3, 1e-9, 1e9, -5, 99_999_999.99])
AMOUNTS |= st.floats(-1e6, 1e9, allow_nan=False)
