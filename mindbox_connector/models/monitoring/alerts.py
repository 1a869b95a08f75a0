# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be wrong with an integration point, and what is said of it."""

from collections.abc import Callable
from typing import NamedTuple

from odoo.tools import LazyTranslate

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# A share says nothing where hardly anything was sent.
LEAST_JUDGED = 20
# Mindbox's own limits: calls of a day up to a number, and the share of errors at which
# it calls them many; None is never.
MANY_ERRORS = (10, None), (50, 0.5), (2500, 0.2)
LARGE_SHARE = 0.1
# Reasons of a pause that its person knows.
BY_HAND = ("paused_by_hand", "")


class Alert(NamedTuple):
    """What is wrong with an integration point, and when.

    * ``measure``: takes the measures of ``mindbox.endpoint``, returns a number
    * ``ends_at``: the alert begins above the threshold and ends at this share of it,
      so that what hovers around the threshold is told once
    * ``covered_by``: alerts that say more about the same trouble
    """

    label: str
    measure: Callable
    summary: str
    note: str
    ends_at: float = 0.5
    covered_by: tuple = ()


def _get_refused_percent(measures):
    hour = measures["hour"]
    if hour["sent"] + hour["rejected"] < LEAST_JUDGED:
        return 0
    return 100 * (1 - hour["success_rate"])


def _has_many_errors(measures):
    """Whether Mindbox itself would warn: the fewer the calls, the larger the share."""
    calls, erroneous = measures["calls"], measures["erroneous"]
    share = next((share for most, share in MANY_ERRORS if calls <= most), LARGE_SHARE)
    return int(bool(share) and erroneous >= share * calls)


# Each has an activity type of its own, and a threshold in the settings; 0 is never.
ALERTS = {
    "paused": Alert(
        _lt("Paused by a fault"),
        # Who pauses by hand knows it; a threshold of one half asks for yes.
        lambda measures: int(
            measures["health"] == "paused" and measures["reason"] not in BY_HAND
        ),
        _lt("Nothing leaves for Mindbox until this is mended"),
        _lt("%(reason)s"),
    ),
    "idle": Alert(
        _lt("Nobody does the jobs"),
        # The limit is not to be chosen: a threshold of one half asks for yes.
        lambda measures: int(measures["health"] == "no_runner"),
        _lt("Odoo does not do its jobs: nothing leaves for Mindbox"),
        _lt(
            "Nobody has begun the delivery for %(job)s; %(waiting)s requests wait. The "
            "job runner is dead or not set up: the integration point says what helps."
        ),
        covered_by=("paused",),
    ),
    "stuck": Alert(
        _lt("Consents wait"),
        lambda measures: measures["oldest_consent_seconds"] / 60,
        _lt("Decisions of customers do not reach Mindbox"),
        _lt(
            "A decision of a customer on what to hear from us waits for %(consent)s. "
            "Whoever has withdrawn a consent may still get messages. %(reason)s"
        ),
    ),
    "held": Alert(
        _lt("Mindbox does not answer"),
        lambda measures: measures["held_seconds"] / 60,
        _lt("Mindbox has taken nothing for a long time"),
        _lt(
            "Nothing has come through for %(held)s; %(waiting)s requests wait. They "
            "are kept and leave by themselves as soon as Mindbox answers. %(reason)s"
        ),
        covered_by=("paused",),
    ),
    "backlog": Alert(
        _lt("Requests wait"),
        lambda measures: measures["oldest_seconds"] / 60,
        _lt("Requests wait for too long"),
        _lt(
            "%(waiting)s requests wait for Mindbox, the oldest for %(oldest)s. "
            "%(reason)s"
        ),
        covered_by=("paused", "idle", "held"),
    ),
    "refused": Alert(
        _lt("A large share is refused"),
        _get_refused_percent,
        _lt("Mindbox refuses a large share of the requests"),
        _lt(
            "Within an hour Mindbox has refused %(rejected)s of %(judged)s requests. "
            "Look at their reasons, correct the operation or the data, then resend."
        ),
    ),
    "errors": Alert(
        _lt("Many calls fail"),
        # Mindbox's limits are no number: a threshold of one half asks for yes.
        _has_many_errors,
        _lt("Mindbox fails to process a large share of the calls"),
        _lt(
            "Within a day %(erroneous)s of %(calls)s calls were refused, at once or "
            "after they were accepted. Mindbox itself warns of so many. Look at their "
            "reasons, correct the operation or the data, then resend."
        ),
        covered_by=("refused",),
    ),
    "rejected": Alert(
        _lt("Many are refused"),
        lambda measures: measures["hour"]["rejected"],
        _lt("More and more requests are rejected"),
        _lt(
            "Within an hour %(rejected)s requests were rejected, %(all)s in all wait "
            "for somebody to look at them."
        ),
        covered_by=("refused",),
    ),
    "differences": Alert(
        _lt("Odoo and Mindbox differ"),
        lambda measures: measures["differences"],
        _lt("Mindbox does not know what it should"),
        _lt(
            "The comparison has found %(differences)s differences. Open them at the "
            "integration point, see why, and send what is missing."
        ),
    ),
    "erasures": Alert(
        _lt("Customers to delete"),
        # One is enough: a threshold of one half asks for yes.
        lambda measures: measures["erasures"],
        _lt("Customers want to be forgotten: delete them in Mindbox"),
        _lt(
            "%(erasures)s customers wait on the list of customers to delete. Download "
            "it, have Mindbox delete them by its form, then tick them off."
        ),
    ),
}
