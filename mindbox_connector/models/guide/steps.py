# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The steps from nothing to running: data, and how each is judged from the world."""

from collections.abc import Callable
from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

from ..checkup.server import find_crons, find_runner
from ..checkup.settings import get_refused

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class Step(NamedTuple):
    """A step of the set-up.

    * ``title``: what it is about
    * ``judge``: a function of the integration point, of a new one where there is none,
      that returns its :class:`Standing`
    * ``is_needed``: whether nothing works without it
    """

    title: Any
    judge: Callable
    is_needed: bool = False


class Standing(NamedTuple):
    """How far a step is.

    * ``state``: ``done``, ``todo``, or ``blocked`` by something else
    * ``text``: what is there, what is to do, or why it cannot be done
    * ``button``: what the button says that leads to its screen
    * ``method``: of the integration point, that returns the screen's action
    * ``values``: what the text names
    """

    state: str
    text: Any
    button: Any = ""
    method: str = ""
    values: dict = {}


OPEN = (_lt("Open Integration Point"), "action_open_point")
TEST = (_lt("Test Connection"), "action_test_connection")
CHECK_UP = (_lt("Health Check"), "action_health_check")
CONNECT_FIRST = _lt("Connect first: whether it is right, only Mindbox can tell.")
START_FIRST = _lt("Start first: until then nothing is sent.")
# What Mindbox answers to an operation that it knows.
KNOWN = ("accepted", "known")


def judge_connection(endpoint):
    """Has Mindbox ever answered to address, endpoint ID and key?"""
    if not endpoint.id:
        return Standing(
            "todo",
            _lt("Make an integration point, with the address that Mindbox shows."),
            _lt("New Integration Point"),
            "action_open_point",
        )
    if not endpoint.endpoint_code or not endpoint._get_secret_key():
        text = _lt("Fill in endpoint ID and secret key of the integration point.")
        return Standing("todo", text, *OPEN)
    if is_connected(endpoint):
        text = _lt("%(url)s accepts the key of %(code)s.")
        values = {"url": endpoint.url, "code": endpoint.endpoint_code}
        return Standing("done", text, *OPEN, values)
    if "failed" in endpoint.operation_ids.mapped("test_outcome"):
        text = _lt("The test has failed: correct address or key, then test again.")
        return Standing("todo", text, *TEST)
    return Standing("todo", _lt("Test whether address and key are right."), *TEST)


def is_connected(endpoint):
    """Whether Mindbox has answered, to a test or to what was sent."""
    if not set(KNOWN).isdisjoint(endpoint.operation_ids.mapped("test_outcome")):
        return True
    sent = [("endpoint_id", "=", endpoint.id), ("state", "=", "sent")]
    return bool(endpoint.env["mindbox.request"].search_count(sent, limit=1))


def judge_questions(endpoint):
    """Has the Mindbox manager answered?"""
    if endpoint.answered_at:
        return Standing("done", _lt("The answers are stored."))
    if not endpoint.id:
        return Standing("blocked", _lt("Make an integration point first."))
    return Standing(
        "todo",
        _lt("Send these questions to whoever manages Mindbox, then paste the answers."),
    )


def judge_operations(endpoint):
    """Does Mindbox know the operations, and are there statuses?"""
    if not endpoint.id or not is_connected(endpoint):
        return Standing("blocked", CONNECT_FIRST)
    operations = endpoint.operation_ids
    unknown = operations.filtered(lambda one: one.test_outcome == "unknown")
    unknown |= operations.browse(one.id for one in get_refused(endpoint))
    button = (_lt("Open Operations"), "action_view_operations")
    if unknown:
        text = _lt("Mindbox does not know: %(names)s. Compare the names.")
        names = ", ".join(unknown.mapped("name"))
        return Standing("todo", text, *button, {"names": names})
    if not endpoint.status_ids:
        text = _lt("Fill in the statuses of orders, as they are called in Mindbox.")
        return Standing("todo", text, *OPEN)
    untested = operations.filtered(lambda one: one.test_outcome not in KNOWN)
    if untested and endpoint.state == "draft":
        text = _lt("Not tried yet: %(count)s. Test again.")
        return Standing("todo", text, *TEST, {"count": len(untested)})
    text = _lt("Operations: %(operations)s. Statuses of orders: %(statuses)s.")
    values = {"operations": len(operations), "statuses": len(endpoint.status_ids)}
    return Standing("done", text, *button, values)


def judge_contacts(endpoint):
    """Is it known which e-mails and phones several customers have?"""
    if not endpoint.id:
        return Standing("blocked", _lt("Make an integration point first."))
    if not endpoint.contacts_checked_at:
        text = _lt("Find e-mails and phones that several customers have.")
        return Standing("todo", text, _lt("Check Contacts"), "action_check_contacts")
    if not endpoint.contact_count:
        return Standing("done", _lt("No e-mail or phone belongs to several customers."))
    return Standing(
        "done",
        _lt("Shared by several customers: %(count)s. Each is told of one of them."),
        _lt("Shared Contacts"),
        "action_view_contacts",
        {"count": endpoint.contact_count},
    )


def judge_runner(endpoint):
    """Is there somebody who does the jobs?"""
    doctor = endpoint.env["mindbox.doctor"]
    checks = doctor._server_checks()
    chosen = {"runner": find_runner, "cron": find_crons}
    lines = doctor._run({code: checks[code] for code in chosen}, endpoint.env)
    bad = [line for line in lines if line["level"] == "error"]
    if bad:
        text = " ".join(part for part in (bad[0]["text"], bad[0]["helps"]) if part)
        button = CHECK_UP if endpoint.id else ()
        return Standing("todo", text, *button)
    return Standing("done", _lt("The job runner is at work."))


def judge_feed(endpoint):
    """Is there a product feed, and is it built?"""
    if not endpoint.id:
        return Standing("blocked", _lt("Make an integration point first."))
    feeds = endpoint.feed_ids
    if not feeds:
        text = _lt("Give Mindbox the catalogue: names, prices, pictures.")
        button = (_lt("Set Up Product Feed"), "action_set_up_feeds")
        return Standing("todo", text, *button)
    button = (_lt("Product Feeds"), "action_view_feeds")
    waiting = feeds.filtered(lambda feed: not feed.current_build_id)
    text = "%(health)s." if waiting else _lt("Offers that are served: %(offers)s.")
    values = {
        "health": waiting[:1].health,
        "offers": sum(feeds.mapped("offer_count")),
    }
    return Standing("todo" if waiting else "done", text, *button, values)


def judge_start(endpoint):
    """Does it run?"""
    if not endpoint.id or not is_connected(endpoint):
        if endpoint.state != "running":
            return Standing("blocked", CONNECT_FIRST)
    if endpoint.state == "running":
        return Standing("done", _lt("It runs: what happens is told."), *OPEN)
    if endpoint.state == "paused":
        text = _lt("It is paused: %(reason)s Press Start to go on.")
        reason = endpoint.pause_reason or ""
        return Standing("todo", text, *OPEN, {"reason": reason})
    text = _lt("Press Start: from then on what happens in the shop is told.")
    return Standing("todo", text, *OPEN)


def judge_history(endpoint):
    """Was the past sent?"""
    if not endpoint.id or endpoint.state == "draft":
        return Standing("blocked", START_FIRST)
    runs = endpoint.env["mindbox.import"].search([("endpoint_id", "=", endpoint.id)])
    button = (_lt("Historical Imports"), "action_view_imports")
    if runs.filtered(lambda run: run.state == "done"):
        return Standing("done", _lt("The past was sent."), *button)
    if runs.filtered(lambda run: run.state in ("running", "paused")):
        return Standing("todo", _lt("An import is on its way."), *button)
    text = _lt("Send the customers and orders of the past.")
    return Standing("todo", text, *button)


def judge_monitoring(endpoint):
    """Is somebody told when something goes wrong?"""
    if not endpoint.id:
        return Standing("blocked", _lt("Make an integration point first."))
    if not endpoint.user_id:
        text = _lt("Choose who is responsible: nobody is told of trouble.")
        return Standing("todo", text, *OPEN)
    text = _lt("%(name)s gets an activity when something goes wrong.")
    return Standing("done", text, *CHECK_UP, {"name": endpoint.user_id.name})


STEPS = {
    "connect": Step(_lt("Connect"), judge_connection, is_needed=True),
    "questions": Step(_lt("Questions for the Mindbox manager"), judge_questions),
    "operations": Step(
        _lt("Operations and statuses"), judge_operations, is_needed=True
    ),
    "contacts": Step(_lt("Shared contacts"), judge_contacts, is_needed=True),
    "runner": Step(_lt("Job runner"), judge_runner, is_needed=True),
    "feed": Step(_lt("Product feed"), judge_feed),
    "start": Step(_lt("Go live"), judge_start, is_needed=True),
    "history": Step(_lt("History"), judge_history),
    "monitoring": Step(_lt("Monitoring"), judge_monitoring),
}
