"""What became of accepted calls: what Mindbox's log tells, and what Odoo knows."""

import time

EXPORT = "Website.ExportOperationLogs"
NOT_OVER = [("state", "in", ("making", "reading"))]
# What is told of a call twice, since a repeat fails: the first of these counts.
RANKS = ("with_remarks", "processed", "failed")


def start_asking(shop):
    shop.rpc("mindbox.endpoint", "action_ask_for_outcomes", [shop.endpoint_id])


def ask(shop, wait_until):
    """Ask what became of the calls, until nothing is under way."""
    start_asking(shop)
    wait_until(lambda: not exports(shop, NOT_OVER), 300, every=0.5)


def ask_for_all(shop, wait_until):
    """The same, so that all that was executed by now is told.

    Mindbox's log is asked for by whole minutes that are over.
    """
    minute = time.time() // 60
    wait_until(lambda: time.time() // 60 > minute, 61, every=0.5)
    ask(shop, wait_until)


def exports(shop, domain=()):
    fields = ["state", "file_number", "rows_read", "rows_matched", "reason_code"]
    return shop.rpc("mindbox.export", "search_read", list(domain), fields, order="id")


def told(shop):
    """What the sandbox knows: {transaction ID: outcome} of asynchronous calls."""
    found = {}
    for row in shop.sandbox.control("GET", "log?limit=100000")["rows"]:
        if row["mode"] == "async":
            outcomes = found.setdefault(row["transaction_id"], set())
            outcomes.add(name(row))
    return {key: min(names, key=RANKS.index) for key, names in found.items()}


def name(row):
    if row["state"] == "failed":
        return "failed"
    return "with_remarks" if row["has_errors"] else "processed"


def known(shop):
    """What Odoo knows: the same."""
    rows = shop.rows("outcome", domain=[("mode", "=", "async")])
    return {row["transaction_id"]: row["outcome"] for row in rows if row["outcome"]}
