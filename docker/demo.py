"""`make demo`: a shop with demo data beside a Mindbox sandbox, until Ctrl-C.

The first start installs, the next ones only start; the data stays in .var/demo.
"""

import json
import os
import signal
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import databases
import postgres
import processes
from databases import ODOO, SHOP, addons
from steps import PYTHON, ROOT, VAR, Stop, digest, main, say

HERE = Path(__file__).resolve().parent
HOME = VAR / "demo"
DATABASE = "mindbox_demo"
CONFIG = HOME / "odoo.conf"

HTTP = int(os.environ.get("DEMO_PORT") or 8069)
LIVE, API, PAGE = HTTP + 3, HTTP + 101, HTTP + 102
PORTS = {
    HTTP: "the shop",
    LIVE: "the shop's live updates",
    API: "the sandbox's API",
    PAGE: "the sandbox's page",
}
# Seconds; an Odoo that ends earlier was not killed, but cannot run.
LIVES = 10
SHOP_URL = f"http://localhost:{HTTP}"
API_URL = f"http://127.0.0.1:{API}"
PAGE_URL = f"http://localhost:{PAGE}"

# One worker more than jobs that may run at once, so that a shopper never waits
# for a job; the gevent worker of live updates comes on top.
SETTINGS = f"""\
[options]
data_dir = {HOME / "odoo"}
db_name = {DATABASE}
dbfilter = ^{DATABASE}$
list_db = False
http_interface = 127.0.0.1
http_port = {HTTP}
gevent_port = {LIVE}
workers = 4
max_cron_threads = 1
server_wide_modules = base,web,rpc,queue_job

[queue_job]
channels = root:3,root.mindbox:2,root.mindbox_import:1
"""

WELCOME = f"""
The shop is open.

  Shop            {SHOP_URL}/shop
  Back office     {SHOP_URL}/odoo       admin / admin
  A customer      {SHOP_URL}/web/login  portal / portal
  Mindbox sandbox {PAGE_URL}

What to try first, with the sandbox's page in a second window:
  1. Put something in the cart as a guest, then check out.
  2. Log in as portal, change your phone number, buy again.
  3. Switch the sandbox to "503", go on shopping, and look at Mindbox > Requests;
     switch it back and watch everything arrive.

Logs: {HOME / "log"}.  Ctrl-C stops everything; the data stays for the next time.
"""


def check_ports():
    for port, what in PORTS.items():
        if not processes.is_free(port):
            raise Stop(
                f"Port {port} is needed for {what} and is busy: stop what uses it, or"
                f" run `make demo DEMO_PORT={HTTP + 1000}`."
            )


def stop_on_signals():
    """SIGTERM, a closed terminal and a killed `make` end the demo as Ctrl-C does."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    processes.die_with_parent()


# -- The database -------------------------------------------------------------


def changed(mark, *inputs):
    """Whether something differs from the last time; `remember` settles it."""
    path = HOME / f"{mark}.stamp"
    return not path.exists() or path.read_text() != digest(*inputs)


def remember(mark, *inputs):
    (HOME / f"{mark}.stamp").write_text(digest(*inputs))


def prepare_database():
    """Install on the first start, update the add-ons when they changed."""
    if DATABASE not in databases.names():
        install()
    elif addons() and changed("addons", *databases.addon_files()):
        update()
    remember("addons", *databases.addon_files())


def install():
    half = f"{DATABASE}_part"
    databases.drop(half, HOME / "odoo")
    say("Installing the shop with demo data, English and Russian (a few minutes) ...")
    databases.install(
        half,
        [*SHOP, *addons()],
        log=HOME / "log/install.log",
        data=HOME / "odoo",
        show_every=15,
    )
    databases.rename(half, DATABASE, HOME / "odoo")
    (HOME / "sandbox.stamp").unlink(missing_ok=True)


def update():
    say(f"Updating {', '.join(addons())} ...")
    words = ["-u", ",".join(addons()), "-i", ",".join(addons())]
    options = {"log": HOME / "log/update.log", "data": HOME / "odoo"}
    databases.odoo(DATABASE, *words, "--stop-after-init", "--no-http", **options)


def connect():
    """Point the demo's integration point at the sandbox, once per address."""
    script = HERE / "demo_shop.py"
    inputs = (API_URL, script, *databases.addon_files())
    if not changed("sandbox", *inputs):
        return
    say("Connecting the shop to the sandbox ...")
    databases.odoo(
        DATABASE,
        "--no-http",
        command="shell",
        log=HOME / "log/connect.log",
        data=HOME / "odoo",
        stdin=script,
        MINDBOX_SANDBOX=API_URL,
    )
    remember("sandbox", *inputs)


# -- The servers --------------------------------------------------------------


def start_sandbox(stack):
    if not (ROOT / "tests/sandbox/__main__.py").exists():
        return say("No sandbox in this checkout: the shop runs alone.")
    command = [PYTHON, "-m", "tests.sandbox", "--api-port", API, "--port", PAGE]
    log = HOME / "log/sandbox.log"
    sandbox = stack.enter_context(processes.child(command, log, cwd=ROOT))
    processes.wait_for(PAGE_URL, sandbox)
    set_up_project()


def set_up_project():
    """The shop had customers before it had Mindbox: let an edit create them there."""
    operation = {"name": "Website.EditCustomer", "customer": "import"}
    request = urllib.request.Request(
        f"{PAGE_URL}/api/operations",
        json.dumps(operation).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=10).close()


def start_odoo(stack):
    CONFIG.write_text(SETTINGS)
    command = [ODOO, "-c", CONFIG]
    server = stack.enter_context(processes.child(command, HOME / "log/odoo.log"))
    processes.wait_for(f"{SHOP_URL}/web/health", server, seconds=120)
    # The first page builds the style sheets: nobody should wait for them.
    processes.wait_for(f"{SHOP_URL}/shop", server, seconds=120)
    return server


def demo():
    stop_on_signals()
    started = time.monotonic()
    (HOME / "log").mkdir(parents=True, exist_ok=True)
    check_ports()
    with ExitStack() as stack:
        say("Starting PostgreSQL ...")
        # A power cut may take the last second, never the database.
        cluster = postgres.Cluster(HOME / "pg", synchronous_commit="off")
        os.environ.update(stack.enter_context(postgres.served(cluster)))
        prepare_database()
        start_sandbox(stack)
        connect()
        say("Starting Odoo ...")
        while serve(started):
            # Whoever kills the shop wants to see it come back; Mindbox goes on.
            say("\nOdoo has ended and is started again ...")
            started = time.monotonic()


def serve(started):
    """Run Odoo; return True where it was killed, False where a person stops it.

    :param float started: when preparing it began, by the monotonic clock
    """
    with ExitStack() as stack:
        server = start_odoo(stack)
        opened = time.monotonic()
        say(f"{WELCOME}\nReady after {opened - started:.0f} s.")
        try:
            server.wait()
        except KeyboardInterrupt:
            say("\nStopping, a few seconds ...")
            return False
    if time.monotonic() - opened < LIVES:
        raise Stop(f"Odoo has ended: the reason is in {server.log}.")
    return True


if __name__ == "__main__":
    main(demo)
