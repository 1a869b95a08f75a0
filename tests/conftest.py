"""Fixtures of the end-to-end tests: real databases, real servers, a real sandbox.

def test_something(odoo_server, sandbox):
    server = odoo_server(workers=3)          # a fresh clone, served
    server.rpc("res.partner", "search_count", [])
    sandbox.fault(kind="503")
    assert sandbox.calls()
"""

import itertools
import os
import signal
import time

import databases
import postgres
import processes
import psutil
import pytest
import requests
from steps import PYTHON, ROOT, VAR

CHANNELS = "root:2,root.mindbox:1"
LOGS = VAR / "log" / "tests"


# pytest-odoo's own fixtures want one database in this process; here Odoo runs in
# processes of its own.
@pytest.fixture(scope="session")
def load_registry():
    pass


@pytest.fixture(scope="session")
def load_http():
    pass


@pytest.fixture(scope="module")
def enable_odoo_test_flag():
    pass


@pytest.fixture(scope="session")
def pg():
    """A running PostgreSQL, named by the PG variables of this process."""
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        yield


@pytest.fixture(scope="session")
def template_db(pg):
    """Name of the database with the shop, its demo data and the add-ons: clone it."""
    return databases.ready()


@pytest.fixture
def database(template_db, request):
    """Make fresh clones: `database()` gives a name; they go after the test."""
    made = []

    def make(source=template_db):
        number = len(made) + 1
        name = f"{databases.PREFIX}{os.getpid()}_{number}"
        made.append(databases.clone(source, name))
        return name

    yield make
    for name in made:
        databases.drop(name)


def command_of(process):
    """What a process calls itself; one that has just ended calls itself nothing."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


class OdooServer:
    """A real `odoo` server in prefork mode with queue_job's runner."""

    def __init__(self, database, log_path, workers, channels, environ, **config):
        self.database = database
        self.log_path = log_path
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config_path = log_path.with_suffix(".conf")
        self.environ = environ
        self._child = None
        self._cookies = None
        self._write_config(channels, workers=workers, **config)

    def _write_config(self, channels, **options):
        settings = {
            "data_dir": databases.DATA,
            "db_name": self.database,
            "dbfilter": f"^{self.database}$",
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            "gevent_port": processes.free_port(),
            "max_cron_threads": 1,
            "server_wide_modules": "base,web,rpc,queue_job",
            **options,
        }
        lines = [f"{key} = {value}" for key, value in settings.items()]
        text = "\n".join(["[options]", *lines, "[queue_job]", f"channels = {channels}"])
        self.config_path.write_text(f"{text}\n")

    def start(self):
        """Start, and wait until it serves; already running is fine."""
        if self._child:
            return self
        command = [databases.ODOO, "-c", self.config_path]
        environ = {**os.environ, **self.environ}
        self._child = processes.child(command, self.log_path, env=environ)
        self.process = self._child.__enter__()
        processes.wait_for(f"{self.url}/web/health", self.process)
        return self

    def stop(self):
        """Ask it to stop, as a service manager does."""
        if self._child:
            self._child.__exit__(None, None, None)
            self._child = None

    def restart(self):
        self.stop()
        return self.start()

    def revive(self):
        """Start again where it has ended, as a service manager does."""
        if self.process.poll() is not None:
            self.restart()

    def workers(self, kind="WorkerHTTP"):
        """Worker processes: `WorkerHTTP`, `WorkerCron`, `WorkerJobRunner`."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if kind in command_of(child)]

    def kill9_workers(self, kind="WorkerHTTP"):
        """Kill workers without a chance to clean up; the server makes new ones."""
        victims = self.workers(kind)
        for victim in victims:
            victim.kill()
        return len(victims)

    def hurry(self):
        """Let the ten seconds be over after which queue_job looks for dead workers."""
        databases.query(
            "UPDATE queue_job SET date_enqueued = date_enqueued - interval '20 s'"
            " WHERE state IN ('started', 'enqueued')",
            database=self.database,
        )

    def kill9(self):
        """Kill the whole server; `start()` brings it back."""
        processes.signal_group(self.process, signal.SIGKILL)
        self.stop()

    def leave(self):
        """End it for good: what it would tidy up first goes with its database."""
        if self._child:
            self.kill9()

    def rpc(self, model, method, *args, **kwargs):
        """Call a model's method as the administrator.

        Logged in as a browser is: to check a password takes the better part of a
        second, and each worker would do so again whenever its caches are cleared.
        """
        self._cookies = self._cookies or self._log_in()
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self._call(path, params, self._cookies)

    def _log_in(self):
        params = {"db": self.database, "login": "admin", "password": "admin"}
        cookies = requests.cookies.RequestsCookieJar()
        self._call("/web/session/authenticate", params, cookies)
        return cookies

    def gather(self, seconds):
        """Have deliveries wait so long for more; 0: each change has its own call."""
        name = "mindbox_connector.gather_seconds"
        self.rpc("ir.config_parameter", "set_param", name, str(seconds))

    def _call(self, path, params, cookies):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        url = f"{self.url}{path}"
        response = requests.post(url, json=body, cookies=cookies, timeout=300)
        cookies.update(response.cookies)
        answer = response.json()
        if error := answer.get("error"):
            raise RuntimeError(error["data"].get("debug") or error["message"])
        return answer.get("result")

    def log(self):
        return self.log_path.read_text(errors="replace")


@pytest.fixture
def odoo_server(database, request):
    """Start servers: `odoo_server(workers=3, channels=…, environ={…}, limit_…=…)`."""
    started = []
    numbers = itertools.count(1)
    LOGS.mkdir(parents=True, exist_ok=True)

    def start(name=None, workers=2, channels=CHANNELS, environ=(), **config):
        log_path = LOGS / f"{request.node.name}-{next(numbers)}.log"
        log_path.unlink(missing_ok=True)
        server = OdooServer(
            name or database(), log_path, workers, channels, dict(environ), **config
        )
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.leave()


class Sandbox:
    """The Mindbox sandbox, and its control interface."""

    def __init__(self, log):
        self.log_path = log
        self.api_port = processes.free_port()
        self.page_port = processes.free_port()
        self.api_url = f"http://127.0.0.1:{self.api_port}"
        self.page_url = f"http://127.0.0.1:{self.page_port}"

    def command(self):
        ports = ["--api-port", self.api_port, "--port", self.page_port]
        return [PYTHON, "-m", "tests.sandbox", *ports]

    def control(self, method, path, document=None):
        """Ask the control interface; see tests/sandbox."""
        url = f"{self.page_url}/api/{path}"
        answer = requests.request(method, url, json=document, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def calls(self, **query):
        """The calls as they arrived, oldest first."""
        words = "&".join(f"{key}={value}" for key, value in query.items())
        return self.control("GET", f"calls?{words}")

    def state(self):
        return self.control("GET", "state")

    def settle(self, timeout=30):
        """Wait until Mindbox has executed all that it accepted."""
        answer = self.control("POST", "settle", {"timeout": timeout})
        assert answer["settled"], f"{answer['waiting']} calls still wait"

    def fault(self, **fault):
        """Switch a fault on until `heal()`."""
        return self.control("POST", "faults", fault)

    def heal(self):
        return self.control("DELETE", "faults")

    def reset(self):
        """Forget everything."""
        return self.control("POST", "reset", {})


@pytest.fixture
def sandbox(request):
    """A sandbox of this test's own on free ports."""
    LOGS.mkdir(parents=True, exist_ok=True)
    box = Sandbox(LOGS / f"{request.node.name}-sandbox.log")
    with processes.child(box.command(), box.log_path, cwd=ROOT) as process:
        processes.wait_for(box.page_url, process)
        yield box


@pytest.fixture
def wait_until():
    """Wait for something to become true: `wait_until(lambda: …, seconds=10)`."""

    def wait(condition, seconds=10.0, every=0.05):
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen within {seconds} s")
            time.sleep(every)
        return found

    return wait
