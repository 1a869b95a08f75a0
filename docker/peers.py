"""`make peers`: Odoo's own tests of the shop, with the add-ons and without them.

With them, every company has a running integration point with all its operations. What
fails there and does not fail without the add-ons is their fault. A test that fails is
tried once more: a browser on a busy machine is late now and then.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import call
from xml.etree import ElementTree

import databases
import postgres
import processes
from steps import PYTHON, ROOT, Stop, main, say, with_path

MODULES = (
    "loyalty",
    "portal",
    "sale_loyalty",
    "sale_stock",
    "website_sale",
    "website_sale_loyalty",
    "website_sale_wishlist",
)
HOOK = "shop_peers"
HOOKS = ROOT / "tests" / "addons"


def tests_of(module):
    """The folder of a module's tests, wherever this Odoo has its modules."""
    import odoo.addons

    for place in (Path(folder) / module / "tests" for folder in odoo.addons.__path__):
        if place.is_dir():
            return place
    raise Stop(f"This Odoo has come without the tests of {module}.")


def install_hook(database, address):
    """Have each company told of, also those that the tests make."""
    options = ["--addons-path", HOOKS, "--stop-after-init", "--no-http", "-i", HOOK]
    log = databases.LOGS / "install-peers.log"
    databases.odoo(database, *options, log=log, MINDBOX_PEER=address)


def run(database, tests, report, address):
    """Run tests; return (number of tests, {ID: message} of those that fail)."""
    words = ["-c", ROOT / "pytest.ini", "--rootdir", ROOT, "-q", "--no-header"]
    words += ["--odoo-http", f"--odoo-database={database}"]
    words += [f"--odoo-extra=data-dir={databases.DATA}"]
    words += ["--odoo-extra=http-interface=127.0.0.1"]
    words += [f"--odoo-extra=addons-path={HOOKS}"]
    words += ["-o", "junit_family=xunit1", f"--junitxml={report}"]
    command = [str(word) for word in (PYTHON, "-m", "pytest", *words, *tests)]
    with report.with_suffix(".log").open("w") as log:
        environ = with_path(MINDBOX_PEER=address)
        code = call(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    # 0: all passed, 1: some failed.
    if code not in (0, 1):
        raise Stop(f"The tests did not run: the reason is in {log.name}.")
    return read(report)


def read(report):
    cases = ElementTree.parse(report).findall(".//testcase")
    failed = {}
    for case in cases:
        faults = [*case.findall("failure"), *case.findall("error")]
        if faults:
            *_, group = case.get("classname").split(".")
            name = "::".join((case.get("file"), group, case.get("name")))
            failed[name] = (faults[0].get("message") or "").splitlines()[:1]
    return len(cases), failed


def twice(source, kind, modules, address):
    """Run the tests on a clone, those that fail once more; return as :func:`run`."""
    database = databases.clone(source, f"{databases.PREFIX}peers_{kind}")
    report = databases.LOGS / f"peers-{kind}.xml"
    try:
        if kind == "with":
            install_hook(database, address)
        count, failed = run(database, map(tests_of, modules), report, address)
        if failed:
            again = report.with_stem(f"{report.stem}-again")
            failed = run(database, sorted(failed), again, address)[1]
    finally:
        databases.drop(database)
    say(f"  {kind} the add-ons: {count} tests, {len(failed)} fail")
    return count, failed


def compare(modules, address):
    sources = {"with": databases.ready(), "without": databases.shop()}
    databases.LOGS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        found = {
            kind: pool.submit(twice, source, kind, modules, address)
            for kind, source in sources.items()
        }
        results = {kind: future.result() for kind, future in found.items()}
    return [results[kind] for kind in ("with", "without")]


def peers():
    """`peers.py [MODULE …]`: compare, and tell what fails because of the add-ons."""
    modules = sys.argv[1:] or MODULES
    port, page = processes.free_port(), processes.free_port()
    sandbox = [PYTHON, "-m", "tests.sandbox", "--api-port", port, "--port", page]
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        log = databases.LOGS / "peers-sandbox.log"
        with processes.child(sandbox, log, cwd=ROOT):
            (count, ours), (others, theirs) = compare(
                modules, f"http://127.0.0.1:{port}"
            )
    for name in sorted(ours.keys() & theirs.keys()):
        say(f"  fails without them, too: {name}")
    fault = sorted(ours.keys() - theirs.keys())
    for name in fault:
        say(f"  FAILS BECAUSE OF US: {name}\n    {' '.join(ours[name])}")
    if fault or count != others:
        raise Stop(f"{len(fault)} tests fail because of the add-ons.")
    say("\nNo test fails that does not fail without the add-ons.")


if __name__ == "__main__":
    main(peers)
