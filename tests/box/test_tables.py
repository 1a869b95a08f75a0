"""Exports of customers, segments, actions and merges, as their pages have them."""

import json

import pytest
import requests

from .sender import TIMEOUT, who
from .test_exports import download, minute, ready

EDIT = "Website.EditCustomer"


@pytest.fixture()
def anna(api):
    """A customer who has subscribed, on her own IDs."""
    part = {"pointOfContact": "Email", "isSubscribed": True}
    api.register(subscriptions=[part])
    return who()["customer"]["ids"]


def table(api, name, **body):
    """(The name of the list, its rows) of an export from its start to its file."""
    operation = f"Website.Export{name}"
    export_id = api.send(operation, body, "sync").json()["exportId"]
    [url] = ready(api, export_id, operation)
    [(title, rows)] = json.loads(download(url)).items()
    return title, rows


def happen(box, what, *happenings):
    url = f"{box.page_url}/api/happenings/{what}"
    requests.post(url, json=list(happenings), timeout=TIMEOUT).raise_for_status()


def test_customers_by_their_last_change_without_names_and_contacts(api, box, anna):
    title, [row] = table(api, "Customers", sinceDateTimeUtc=minute(-5))
    assert title == "customers"
    assert row.keys() == {"ids", "changeDateTimeUtc", "subscriptions"}
    assert anna.items() <= row["ids"].items()
    [part] = row["subscriptions"]
    assert (part["pointOfContact"], part["isSubscribed"]) == ("Email", True)
    assert table(api, "Customers", tillDateTimeUtc=minute(-5))[1] == []


def test_a_segmentation_has_whoever_was_ever_in_it(api, box, anna):
    [key] = anna.values()
    place = {"customer": f"websiteID:{key}", "segmentation": "RFM"}
    about = {"segmentation": {"ids": {"externalId": "RFM"}}}
    assert table(api, "Segments", **about)[1] == []
    happen(box, "segments", {**place, "segment": "vip"})
    title, [row] = table(api, "Segments", **about)
    assert title == "customerSegments"
    assert row["inSegmentation"] is True
    assert row["segment"] == {"ids": {"externalId": "vip"}}
    happen(box, "segments", {**place, "segment": None})
    [row] = table(api, "Segments", **about)[1]
    assert row["inSegmentation"] is False
    assert "segment" not in row


def test_actions_with_mailings(api, box, anna):
    [key] = anna.values()
    happen(
        box,
        "mailings",
        {
            "customer": f"websiteID:{key}",
            "action": "MailingNotDelivered",
            "reason": "EmailMailboxFull",
        },
    )
    title, [row] = table(api, "Actions", sinceDateTimeUtc=minute(-1))
    assert title == "customerActions"
    assert row["mailing"]["action"] == "MailingNotDelivered"
    reason = row["mailing"]["notDeliveredReason"]
    assert reason["ids"]["systemName"] == "EmailMailboxFull"


def test_merges_page_by_page_until_five_minutes_ago(api, box):
    page = {"pageNumber": 1, "itemsPerPage": 1000, "tillDateTimeUtc": minute(-6)}
    ask = "Website.ExportMerges"
    answer = api.send(ask, {"customerMergesPage": page}, "sync").json()
    assert answer["customerMerges"] == []
    page["tillDateTimeUtc"] = minute(-4)
    answer = api.send(ask, {"customerMergesPage": page}, "sync").json()
    assert answer["status"] == "ValidationError"


def test_two_exports_at_a_time_whatever_they_are_of(api, box, settings):
    settings(export_seconds=5)
    names = ("Customers", "Actions", "OperationLogs")
    codes = [
        api.send(f"Website.Export{name}", {}, "sync").status_code for name in names
    ]
    assert codes == [200, 200, 400]
