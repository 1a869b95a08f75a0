"""Exports of the operation log, by the documented protocol."""

import csv
import gzip
import io
import json
import time
import uuid
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest
import requests

from .sender import TIMEOUT, who

EXPORT = "Website.ExportOperationLogs"
EDIT = "Website.EditCustomer"


def ask(api, operation=EXPORT, **body):
    return api.send(operation, body, "sync").json()


def result(api, export_id, operation=EXPORT):
    return ask(api, operation, exportId=export_id)["exportResult"]


def ready(api, export_id, operation=EXPORT):
    """The addresses of the files, as soon as there are some."""
    deadline = time.monotonic() + 5
    while (found := result(api, export_id, operation))["processingStatus"] != "Ready":
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found["urls"]


def download(url):
    return gzip.decompress(requests.get(url, timeout=TIMEOUT).content).decode()


def exported(api, **conditions):
    """The rows of an export from its start to its files."""
    urls = ready(api, ask(api, **conditions)["exportId"])
    found = []
    for url in urls:
        found += csv.DictReader(io.StringIO(download(url)))
    return [row for row in found if row["OperationLogOperationSystemName"] != EXPORT]


def minute(minutes):
    moment = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%d %H:%M")


# -- the protocol ---
def test_an_export_is_started_asked_for_and_downloaded(api, box):
    api.send(EDIT, who())
    (row,) = exported(api)
    assert row["OperationLogOperationSystemName"] == EDIT
    assert row["OperationLogStatus"] == "completed"


def test_it_is_not_ready_at_once(api, box, settings):
    settings(export_seconds=5)
    export_id = ask(api)["exportId"]
    assert result(api, export_id) == {"processingStatus": "NotReady"}


def test_the_same_export_is_a_duplicate_while_it_is_made(api, box, settings):
    settings(export_seconds=5)
    first, second = ask(api), ask(api)
    assert "isDuplicate" not in first
    assert second["isDuplicate"] and second["exportId"] == first["exportId"]


def test_when_it_is_ready_the_same_is_a_new_export(api, box):
    first = ask(api)["exportId"]
    ready(api, first)
    assert ask(api)["exportId"] != first


def test_two_at_a_time(api, box, settings):
    settings(export_seconds=5)
    bodies = [{"resultState": state} for state in ("failed", "completed", "processing")]
    codes = [api.send(EXPORT, body, "sync").status_code for body in bodies]
    assert codes == [200, 200, 400]


def test_nobody_elses_export_is_known(api, box):
    answer = api.send(EXPORT, {"exportId": str(uuid.uuid4())}, "sync")
    assert answer.status_code == 400


def test_it_can_only_be_asked_synchronously(api, box):
    assert api.send(EXPORT, {}, "async").status_code == 400


def test_a_file_has_its_address_and_nothing_else(api, box):
    (url,) = ready(api, ask(api)["exportId"])
    assert requests.get(url + "x", timeout=TIMEOUT).status_code == 404


def test_reset_forgets_exports(api, box):
    export_id = ask(api)["exportId"]
    box.reset()
    assert api.send(EXPORT, {"exportId": export_id}, "sync").status_code == 400


# -- conditions ---
@pytest.mark.parametrize(
    "conditions, found",
    [
        ({"resultState": "failed"}, 1),
        ({"resultState": "completed"}, 2),
        ({"resultState": "processing"}, 0),
        ({"hasErrors": "true"}, 2),
        ({"hasErrors": "false"}, 1),
        ({"endpoint": {"ids": {"externalId": "demo.Website"}}}, 3),
        ({"endpoint": {"ids": {"externalId": "other.Site"}}}, 0),
        ({"operations": [{"ids": {"systemName": EDIT}}]}, 1),
        ({"sinceDateTimeUtc": minute(-5), "tillDateTimeUtc": minute(5)}, 3),
        ({"tillDateTimeUtc": minute(-5)}, 0),
    ],
)
def test_rows_are_chosen_by_the_conditions(api, box, conditions, found):
    api.send(EDIT, who())
    api.send("Website.AuthorizeCustomer", who())
    status = {"order": {"ids": {"websiteID": "O"}}, "orderLinesStatus": "Paid"}
    api.send("Website.UpdateOrderStatus", status)
    assert len(exported(api, **conditions)) == found


@pytest.mark.parametrize(
    "conditions",
    [
        {"sinceDateTimeUtc": "2026-03-05 10:00:30"},
        {"sinceDateTimeUtc": "05.03.2026 10:00"},
        {"resultState": "refused"},
        {"hasErrors": "maybe"},
        {"sinceDateTimeUtc": minute(0), "tillDateTimeUtc": minute(0)},
    ],
)
def test_wrong_conditions_are_a_validation_error(api, box, conditions):
    assert ask(api, **conditions)["status"] == "ValidationError"


# -- rows ---
def test_the_callers_transaction_is_in_the_address(api, box):
    key = str(uuid.uuid4())
    api.send(EDIT, who(), transactionId=key)
    (row,) = exported(api)
    assert f"transactionId={key}" in row["OperationLogUrl"]
    assert row["OperationLogTransactionId"] != key


def test_it_can_be_in_the_column_of_the_transaction_too(api, box, settings):
    settings(export_id="transaction")
    key = str(uuid.uuid4())
    api.send(EDIT, who(), transactionId=key)
    assert exported(api)[0]["OperationLogTransactionId"] == key


def test_bodies_are_in_the_rows_but_the_key_is_not(api, box):
    api.send(EDIT, {"customer": {**who()["customer"], "email": "a@example.com"}})
    (row,) = exported(api)
    assert "a@example.com" in row["OperationLogRequestBody"]
    assert "sandbox-key" not in str(row)


def test_a_waiting_call_has_no_end(api, box, settings):
    api.accept(EDIT, who())
    export_id = api.accept(EXPORT, {}, "sync").json()["exportId"]
    deadline = time.monotonic() + 5
    body = {"exportId": export_id}
    while "urls" not in (
        found := api.accept(EXPORT, body, "sync").json()["exportResult"]
    ):
        assert time.monotonic() < deadline
    row = next(csv.DictReader(io.StringIO(download(found["urls"][0]))))
    assert row["OperationLogStatus"] == "processing"
    assert row["OperationLogEndDateTimeUtc"] == ""


# -- files ---
@pytest.mark.parametrize(
    "changes, files", [({"export_files": 3}, 3), ({"export_rows": 4}, 3), ({}, 1)]
)
def test_rows_are_spread_over_files(api, box, settings, changes, files):
    settings(**changes)
    for number in range(9):
        api.accept(EDIT, who(str(number)))
    box.settle()
    only = {"operations": [{"ids": {"systemName": EDIT}}]}
    urls = ready(api, ask(api, **only)["exportId"])
    assert len(urls) == files
    rows = [row for url in urls for row in csv.DictReader(io.StringIO(download(url)))]
    assert len(rows) == 9


def test_an_export_of_nothing_has_one_file_with_a_header(api, box):
    assert exported(api, resultState="processing") == []


def test_json_can_be_chosen(api, box, settings):
    settings(export_format="json")
    api.send(EDIT, who())
    (url,) = ready(api, ask(api)["exportId"])
    rows = json.loads(download(url))["operationLogs"]
    assert rows[0]["OperationLogOperationSystemName"] == EDIT


def test_xml_can_be_chosen(api, box, settings):
    settings(export_format="xml")
    api.send(EDIT, who())
    (url,) = ready(api, ask(api)["exportId"])
    rows = ElementTree.fromstring(download(url)).findall("operationLog")
    assert rows[0].findtext("OperationLogOperationSystemName") == EDIT


def test_files_can_be_zipped_by_their_encoding(api, box, settings):
    settings(export_zip="encoding")
    (url,) = ready(api, ask(api)["exportId"])
    answer = requests.get(url, timeout=TIMEOUT)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.text.startswith("OperationLogTransactionId")


def test_a_download_can_be_slow(api, box, settings):
    settings(export_rate=2000)
    for number in range(30):
        api.accept(EDIT, who(str(number)))
    box.settle()
    (url,) = ready(api, ask(api)["exportId"])
    began = time.monotonic()
    download(url)
    assert time.monotonic() - began > 0.3


def test_rows_of_others_make_a_log_as_long_as_wanted(api, box, settings):
    settings(export_filler=1000)
    api.send(EDIT, who())
    found = exported(api)
    assert len(found) == 1001
    assert sum(row["OperationLogOperationSystemName"] == EDIT for row in found) == 1


# -- what goes wrong ---
def test_it_can_be_not_ready_so_many_times(api, box):
    export_id = ask(api)["exportId"]
    ready(api, export_id)
    box.faults.set("export_not_ready", times=2)
    states = [result(api, export_id)["processingStatus"] for _ in range(3)]
    assert states == ["NotReady", "NotReady", "Ready"]


def test_it_can_be_cancelled_once(api, box):
    box.faults.set("export_cancelled", times=1)
    first = result(api, ask(api)["exportId"])
    assert first["processingStatus"] == "Cancelled" and first["cancellationReason"]
    assert ready(api, ask(api)["exportId"])


def test_a_cancelled_export_stays_cancelled(api, box):
    box.faults.set("export_cancelled", times=1)
    export_id = ask(api)["exportId"]
    states = {result(api, export_id)["processingStatus"] for _ in range(2)}
    assert states == {"Cancelled"}


def test_exports_are_shown(api, box):
    ready(api, ask(api)["exportId"])
    url = f"{box.page_url}/api/exports"
    (shown,) = requests.get(url, timeout=TIMEOUT).json()["exports"]
    assert (shown["state"], shown["files"]) == ("Ready", 1)
