"""Exports of what the project knows of its customers, as their pages have them.

* Customers are chosen by their last change; what a page says "may be left out" is left
  out: there are no names and no contacts.
* A segmentation is asked for by name; without a date there is a row of everybody who
  was ever in it.
* Actions are those with mailings, by the time when they were entered.
"""

from datetime import datetime, timezone
from typing import NamedTuple

from ..books.customer import NOTHING, survivor
from ..contract.errors import BusinessError
from ..showing import records
from ..showing.read_back import consents
from .conditions import external_id, minute


class Wanted(NamedTuple):
    since: float | None = None
    till: float | None = None
    segmentation: str | None = None

    def fits(self, moment):
        return (self.since is None or moment >= self.since) and (
            self.till is None or moment < self.till
        )


def read(body):
    return Wanted(
        minute(body, "sinceDateTimeUtc"),
        minute(body, "tillDateTimeUtc"),
        external_id(body.get("segmentation")),
    )


def stamp(moment):
    shown = datetime.fromtimestamp(moment, timezone.utc)
    return f"{shown:%Y-%m-%d %H:%M:%S}.{shown.microsecond // 1000:03d}"


def ids(customer):
    return {"mindboxId": customer.id, **customer.ids}


def customers(world, wanted):
    for customer in list(world.customers.all.values()):
        if wanted.fits(customer.changed) and not customer.nameless:
            full = records.full_customer(world, customer)
            yield {
                "ids": ids(customer),
                "changeDateTimeUtc": stamp(customer.changed),
                "subscriptions": consents(full["subscriptions"]),
            }


def segments(world, wanted):
    if not wanted.segmentation:
        raise BusinessError("No segmentation is named")
    for customer in list(world.customers.all.values()):
        moments = [
            when
            for when, kind, _seq, data in customer.timeline
            if kind == "segment" and data["segmentation"] == wanted.segmentation
        ]
        if moments and wanted.fits(max(moments)):
            segment = (customer.segments or NOTHING).get(wanted.segmentation)
            row = {"customer": {"ids": ids(customer)}, "inSegmentation": bool(segment)}
            if segment:
                row["segment"] = {"ids": {"externalId": segment}}
            yield row


def actions(world, wanted):
    for one in list(world.mailings):
        if not wanted.fits(one["entered"]):
            continue
        mailing = {"name": one["mailing"], "action": one["action"]}
        if one["reason"]:
            reason = {"ids": {"systemName": one["reason"]}, "name": one["reason"]}
            mailing["notDeliveredReason"] = reason
        yield {
            "dateTimeUtc": stamp(one["at"]),
            "creationDateTimeUtc": stamp(one["entered"]),
            "customer": {"ids": ids(survivor(one["customer"]))},
            "mailing": mailing,
        }


# By the step: the name of the list in the file, and its rows.
TABLES = {
    "export_customers": ("customers", customers),
    "export_segments": ("customerSegments", segments),
    "export_actions": ("customerActions", actions),
}


def merges(world, wanted):
    """Whom customers have taken in, and when; this one is no file."""
    for customer in list(world.customers.all.values()):
        others = [
            (when, world.customers.by_number[str(data["other"])])
            for when, kind, _seq, data in customer.timeline
            if kind == "merged" and wanted.fits(when)
        ]
        if others:
            when = max(when for when, _other in others)
            yield {
                "resultingCustomer": {
                    "ids": ids(customer),
                    "changeDateTimeUtc": stamp(when),
                },
                "mergedCustomers": [{"ids": ids(other)} for _when, other in others],
            }
