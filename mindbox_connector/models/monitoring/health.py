# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an integration point does: one state and its reasons, judged from its measures.

Whatever tells of an integration point asks here: the banner, the list, the dashboard,
the routes of monitoring and the alerts. So no two of them ever say different things.
"""

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

from .job_runner import BEGINS_WITHIN

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Failed attempts of one call from which on it is told: a single one may be chance.
FAILS_OFTEN = 3


class State(NamedTuple):
    """What an integration point is in.

    * ``level``: how it is shown: ``muted``, ``success``, ``info``, ``warning`` or
      ``danger``
    * ``status``: the one word for a monitor that reads no more than that
    * ``advice``: what the reader does about it, or that there is nothing to do
    """

    label: Any
    level: str
    status: str
    advice: Any = ""


# From the worst to the best: the worst thing found makes the state.
STATES = {
    "no_runner": State(
        _lt("No runner"),
        "danger",
        "alert",
        _lt("Odoo does not do its jobs: restart it and look at its log."),
    ),
    "paused": State(
        _lt("Paused"),
        "danger",
        "alert",
        _lt(
            "What happens in the shop is still recorded. Press Start to go on where it "
            "stopped."
        ),
    ),
    "held": State(
        _lt("Held"),
        "warning",
        "held",
        _lt(
            "Nothing is lost, and nothing has to be done: sending goes on by itself as "
            "soon as Mindbox answers."
        ),
    ),
    "failing": State(
        _lt("Failing"),
        "warning",
        "held",
        _lt(
            "The other customers are not held up. These calls are tried again by "
            "themselves; if it lasts, open what waits and see why."
        ),
    ),
    "needs_you": State(
        _lt("Needs you"),
        "warning",
        "ok",
        _lt("It does not end by itself: open it, see what helps, then send it again."),
    ),
    "waiting": State(_lt("On the way"), "info", "ok"),
    "ok": State(_lt("Works"), "success", "ok"),
    "draft": State(_lt("Not started"), "muted", "ok"),
}


class Finding(NamedTuple):
    """Something that is the case with an integration point.

    * ``kind``: what, a key of the words in ``mindbox_health.py``
    * ``state``: the key of :data:`STATES` that it makes
    * ``reason``: a code of the reason catalogue, "" where there is none
    * ``values``: numbers and names for its words, no personal data
    """

    kind: str
    state: str
    reason: str = ""
    values: dict = {}


def judge(measures):
    """Return the findings about an integration point, the worst first, never none.

    :param dict measures: see :meth:`Measures.take_facts`
    """
    if measures["status"] == "draft":
        return [Finding("draft", "draft")]
    found = [
        *_find_stops(measures),
        *_find_failures(measures),
        *_find_tasks(measures),
    ]
    if measures["waiting"]:
        found.append(Finding("waiting", "waiting", values=_pick(measures, "waiting")))
    else:
        found.append(Finding("nothing_waits", "ok"))
    if not measures["lately"]:
        found.append(Finding("quiet", "ok"))
    ranks = {state: rank for rank, state in enumerate(STATES)}
    return sorted(found, key=lambda finding: ranks[finding.state])


def _find_stops(measures):
    """Yield what keeps everything from leaving."""
    if measures["status"] == "paused":
        yield Finding("paused", "paused", measures["reason"])
        return
    if measures["job_seconds"] > BEGINS_WITHIN:
        yield Finding("no_runner", "no_runner", values=_pick(measures, "job_seconds"))
    if measures["status"] == "held":
        yield Finding("held", "held", measures["reason"])


def _find_failures(measures):
    """Yield what does not come through, while other calls do."""
    if measures["status"] == "running":
        for name, reason in measures["held_operations"].items():
            yield Finding("operation", "failing", reason, {"operation": name})
    if measures["most_failures"] >= FAILS_OFTEN:
        names = "failing", "failing_customers", "most_failures"
        values = _pick(measures, *names)
        yield Finding("failing", "failing", measures["failing_reason"], values)


def _find_tasks(measures):
    """Yield what somebody has to do, since it does not end by itself."""
    for name in ("unrecorded", "rejected", "differences", "erasures"):
        if measures[name]:
            reason = measures["rejected_reason"] if name == "rejected" else ""
            yield Finding(name, "needs_you", reason, _pick(measures, name))


def _pick(measures, *names):
    return {name: measures[name] for name in names}
