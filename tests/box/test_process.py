"""The sandbox as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
import requests

from .sender import TIMEOUT, Sender, who

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(*options):
    ports = free_port(), free_port()
    command = [
        sys.executable,
        "-m",
        "tests.sandbox",
        "--api-port",
        ports[0],
        "--port",
        ports[1],
    ]
    process = subprocess.Popen(
        [str(part) for part in (*command, *options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, ports


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_one_line_and_stops_cleanly(number):
    process, (api_port, _port) = start("--endpoint", "x.Site", "--key", "k1")
    assert "Sandbox ready" in process.stdout.readline()
    url = f"http://127.0.0.1:{api_port}/v3/operations/async"
    query = {"endpointId": "x.Site", "operation": "Website.ClearCart"}
    headers = {"Authorization": "SecretKey k1", "Accept": "application/json"}
    answer = requests.post(
        url, params=query, json=who(), headers=headers, timeout=TIMEOUT
    )
    assert answer.json() == {"status": "Success"}
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_busy_port_is_said_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process, _ports = start("--api-port", taken.getsockname()[1])
        _out, err = process.communicate(timeout=10)
    assert process.returncode == 1 and err.startswith("The sandbox cannot start:")
    assert err.count("\n") == 1


def test_tls_is_spoken_where_a_certificate_is_given(tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    )
    names = "subjectAltName=IP:127.0.0.1"
    made = [*command.split(), names, "-keyout", str(key), "-out", str(cert)]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    process, (api_port, _port) = start("--tls-cert", cert, "--tls-key", key)
    try:
        assert "https://" in process.stdout.readline()
        url = f"https://127.0.0.1:{api_port}/v3/operations/async"
        with pytest.raises(requests.exceptions.SSLError):
            requests.post(url, timeout=TIMEOUT)
        assert requests.post(url, timeout=TIMEOUT, verify=str(cert)).status_code == 400
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_many_senders_at_once_have_one_effect_each(api, box):
    keys = [str(uuid.uuid4()) for _ in range(40)]

    def work():
        sender = Sender(box)
        for key in keys:
            sender.call("AuthorizeCustomer", who(), transactionId=key)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert box.counts["effects"] == 40 and box.counts["duplicates"] == 200
