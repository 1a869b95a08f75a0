"""What tests and the page ask and switch."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import requests

from tests.sandbox import Sandbox

from .sender import TIMEOUT, Sender, who

ROOT = Path(__file__).parents[2]


def test_calls_can_be_followed_filtered_and_limited(api, box):
    for _ in range(3):
        api.call("ClearCart", who())
    api.call("AuthorizeCustomer", who(), headers=api.headers(X_Customer_IP="10.0.0.7"))
    url = f"{box.page_url}/api/calls"
    first = requests.get(url, params={"since": 0, "limit": 2}, timeout=TIMEOUT).json()
    assert [call["seq"] for call in first["calls"]] == [1, 2] and first["last"] == 2
    rest = requests.get(url, params={"since": first["last"]}, timeout=TIMEOUT).json()
    assert [call["seq"] for call in rest["calls"]] == [3, 4] and rest["last"] == 4
    one = requests.get(
        url, params={"operation": "Website.AuthorizeCustomer"}, timeout=TIMEOUT
    )
    call = one.json()["calls"][0]
    assert call["body"] == who() and call["answer"] == {"status": "Success"}
    assert (
        call["customer_ip"] == "10.0.0.7" and call["customer"]["key"] == "websiteID:42"
    )


def test_the_log_keeps_the_last_calls_only():
    with Sandbox(max_calls=5, record_bodies=False) as small:
        for _ in range(8):
            Sender(small).call("ClearCart", who())
        assert [call["seq"] for call in small.calls()] == [4, 5, 6, 7, 8]
        assert small.counts["calls"] == 8 and small.calls()[0]["body"] == ""


def test_reset_forgets_everything(api, box):
    api.register()
    requests.post(f"{box.page_url}/api/reset", json={}, timeout=TIMEOUT)
    assert box.counts["calls"] == box.counts["customers"] == 0


def test_foreign_web_pages_cannot_switch_anything(box):
    url = f"{box.page_url}/api/faults"
    answer = requests.post(url, data='{"kind": "500"}', timeout=TIMEOUT)
    assert answer.status_code == 415 and box.faults.list() == []


def test_the_page_is_self_contained_and_hears_of_calls_at_once(api, box):
    page = requests.get(box.page_url, timeout=TIMEOUT).text
    names = re.findall(r"/page/([\w.-]+)", page)
    parts = [
        requests.get(f"{box.page_url}/page/{name}", timeout=TIMEOUT) for name in names
    ]
    assert len(parts) > 8 and all(part.ok for part in parts)
    assert "https://" not in page + "".join(part.text for part in parts)
    stream = requests.get(f"{box.page_url}/api/stream", stream=True, timeout=TIMEOUT)
    lines = stream.iter_lines(chunk_size=1)
    api.call("ClearCart", who())
    found = next(text for text in lines if b"ClearCart" in text)
    stream.close()
    assert json.loads(found.removeprefix(b"data: "))["calls"][0]["seq"] == 1


def test_the_page_speaks_both_languages_completely():
    node = "const w = {}; globalThis.window = w;"
    node += "require(process.argv[1]); require(process.argv[2]);"
    node += "const keys = Object.values(w.WORDS).map((x) => Object.keys(x).sort());"
    node += "console.log(JSON.stringify(keys))"
    words = [ROOT / f"tests/sandbox/page/words-{code}.js" for code in ("en", "ru")]
    try:
        done = subprocess.run(
            ["node", "-e", node, *words], capture_output=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("no node here")
    english, russian = json.loads(done.stdout)
    assert english == russian
