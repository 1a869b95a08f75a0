"""What `make lint`, `make format` and `make test` run, one after the other."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import databases
import dates
import postgres
import stages
from steps import PYTHON, ROOT, VENV, Stop, main, say, with_path

HERE = Path(__file__).resolve().parent
BIN = VENV / "bin"
NODE_BIN = ROOT / "node_modules" / ".bin"
WEB = ("xml", "js", "css", "scss", "json", "yml")
TOUR = "test_tour*.py"
# Unit tests that take minutes and know one calendar only.
LONG = {
    Path("mindbox_rfm/tests/run/test_cdnow.py"),
    Path("mindbox_rfm/tests/run/test_properties.py"),
    Path("mindbox_connector/tests/shop/test_amounts.py"),
}

# End-to-end tests that wait for outages, kills and what settles: minutes each.
PATIENT = {
    *("test_kill.py", "test_lease.py", "test_lives.py"),
    *("test_outage.py", "test_outcomes.py", "test_proof.py", "test_races.py"),
    *("test_random_lives.py", "test_storm.py"),
    *("test_uninstall.py", "test_update.py"),
}
# End-to-end tests that are commands of their own.
ON_DEMAND = {Path("tests/test_chaos.py")}


# -- Lint ---------------------------------------------------------------------


def tracked(*patterns):
    """Files of this project: known to git or new, but not ignored."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    listing = subprocess.check_output(command, cwd=ROOT, text=True)
    return [path for path in listing.splitlines() if (ROOT / path).exists()]


def lint_commands():
    """(what is checked, the command, the files; without files there is nothing)."""
    addons = databases.addons()
    python = tracked("*.py")
    web = tracked(*(f"mindbox_*.{kind}" for kind in WEB), "*.cjs", "package.json")
    catalogues = tracked("*.po", "*.pot")
    pylint = [BIN / "pylint", "--jobs=1"]
    checks_po = [BIN / "oca-checks-po", "--disable=po-pretty-format"]
    licenses = ["--addons-path-from-import-odoo", "-d", ROOT, "check-licenses"]
    compose = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return [
        ("Python style", [BIN / "ruff", "check"], python),
        ("Python format", [BIN / "ruff", "format", "--check"], python),
        ("Odoo rules", pylint, addons),
        ("OCA add-on checks", [BIN / "oca-checks-odoo-module"], addons),
        ("Translations", checks_po, catalogues),
        ("XML, CSS, JS format", [NODE_BIN / "prettier", "--check"], web),
        ("JavaScript", [NODE_BIN / "eslint"], tracked("mindbox_*.js", "*.cjs")),
        ("Licences", [BIN / "manifestoo", *licenses], addons and [""]),
        (
            "Dockerfiles",
            [BIN / "hadolint", "--ignore=DL3066"],
            tracked("docker/Dockerfile", "docker/*.sandbox"),
        ),
        ("Compose file", compose, ["docker/compose.yml"]),
        ("Add-ons' READMEs", [PYTHON, HERE / "readmes.py"], addons and ["check"]),
    ]


def format_commands():
    return [
        ("Python style", [BIN / "ruff", "check", "--fix"], tracked("*.py")),
        ("Python format", [BIN / "ruff", "format"], tracked("*.py")),
        (
            "XML, CSS, JS format",
            [NODE_BIN / "prettier", "--write"],
            tracked(*(f"mindbox_*.{kind}" for kind in WEB), "*.cjs", "package.json"),
        ),
        ("Add-ons' READMEs", [PYTHON, HERE / "readmes.py"], [""]),
    ]


def run_all(commands):
    """Run every command; tell the failed ones at the end."""
    failed = [title for title, *command in commands if not passes(title, *command)]
    if failed:
        raise Stop(f"To mend: {', '.join(failed)}.")


def passes(title, command, files):
    if not files:
        return True
    words = [str(word) for word in [*command, *filter(None, files)]]
    result = subprocess.run(
        words,
        cwd=ROOT,
        env=with_path(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    say(f"  {title}: {'failed' if result.returncode else 'ok'}")
    if result.returncode:
        say(result.stdout.rstrip())
    return not result.returncode


def lint():
    run_all(lint_commands())


def rewrite():
    run_all(format_commands())


# -- Tests --------------------------------------------------------------------


def test_files(pattern, folders):
    return {path.relative_to(ROOT) for path in ROOT.glob(f"{folders}/{pattern}")}


def pytest(files, *words, **environ):
    """Run pytest on files; no files means no tests yet, which is no failure."""
    if not files:
        return say("  no tests yet")
    command = [str(word) for word in (PYTHON, "-m", "pytest", *words, *sorted(files))]
    if subprocess.call(command, cwd=ROOT, env=with_path(**environ)):
        raise Stop("pytest found failures.")


def pytest_odoo(files, *options, demo=False, name="unit"):
    """Run add-ons' tests inside Odoo, on a fresh clone that goes afterwards.

    Without demo data: tests see what they have made, today and on any other day.
    """
    name = f"{databases.PREFIX}{name}"
    with databases.cloned(databases.ready(demo), name) as database:
        pytest_in(database, files, *options)


def pytest_in(database, files, *options, **environ):
    words = [f"--odoo-database={database}", "--odoo-http", *options]
    words += [f"--odoo-extra=data-dir={databases.DATA}"]
    words += ["--odoo-extra=http-interface=127.0.0.1"]
    pytest(files, *words, **environ)


def install():
    """Install the add-ons; a warning in the log of it is a failure."""
    checklog = [BIN / "checklog-odoo", "--config", ROOT / "checklog-odoo.cfg"]
    commands = []
    kinds = {True: "with demo data", False: "without demo data"}
    with ThreadPoolExecutor() as pool:
        list(pool.map(databases.ready, kinds))
    for demo, title in kinds.items():
        log = databases.install_log(demo)
        if databases.addons() and log.exists():
            commands.append((f"Log of an installation {title}", checklog, [log]))
    run_all(commands)


def unit_files(addons="mindbox_*"):
    everything = test_files("**/test_*.py", f"{addons}/tests")
    return everything - test_files(TOUR, f"{addons}/tests")


def unit(addon):
    pytest_odoo(unit_files(addon), name=addon)


def another_date():
    """The short form of it: at one moment, what reckons with days."""
    folders = ("mindbox_connector/tests/shop", "mindbox_rfm/tests/run")
    files = set().union(*(test_files("test_*.py", folder) for folder in folders))
    if not dates.possible():
        return say("  no C compiler: the clock cannot be moved")
    return other_dates(dates.SHORT, files=files - LONG)


def other_dates(*names, files=None):
    """The unit tests at some moments, or at all that there are."""
    failed = []
    for name, database, environ in dates.visit(names or dates.MOMENTS):
        try:
            pytest_in(database, files or unit_files(), **environ)
        except Stop:
            failed.append(name)
    if failed:
        raise Stop(f"pytest found failures: {', '.join(failed)}.")


def end_to_end(patient):
    """Those that wait for most of their time, or all the others."""
    everything = test_files("**/test_*.py", "tests") - ON_DEMAND
    pytest({path for path in everything if (path.name in PATIENT) == patient})


def lives():
    """The long form of the random lives, from another seed each time."""
    with postgres.served(postgres.dev_cluster()) as environ:
        how = {"MINDBOX_LIVES": os.environ.get("MINDBOX_LIVES", "500x30")}
        pytest({Path("tests/lives/test_random_lives.py")}, **environ, **how)


def chaos():
    """The long form of the chaos, from another seed each time."""
    with postgres.served(postgres.dev_cluster()) as environ:
        how = {"MINDBOX_CHAOS": os.environ.get("MINDBOX_CHAOS", "1800")}
        pytest({Path("tests/test_chaos.py")}, **environ, **how)


def tours():
    """Odoo skips a tour when no browser starts; here that is a failure."""
    report = databases.LOGS / "tours.xml"
    files = test_files(TOUR, "mindbox_*/tests")
    pytest_odoo(files, f"--junitxml={report}", demo=True)
    skipped = ElementTree.parse(report).findall(".//skipped")
    if skipped:
        raise Stop(f"{len(skipped)} tours were skipped: {skipped[0].get('message')}")


UNIT = {"Unit tests": partial(unit, "mindbox_connector")}
UNIT["Unit tests of RFM"] = partial(unit, "mindbox_rfm")
E2E = {"End-to-end tests": partial(end_to_end, patient=True)}
E2E["End-to-end tests of the shop"] = partial(end_to_end, patient=False)
INSTALL = {"Installation": install}
# What `make test` consists of, in this order. What stands in one line runs at the same
# time: it leaves the other a processor, and has databases of its own.
STAGES = (
    {**INSTALL, "Lint": lint},
    UNIT,
    {"Another date": another_date},
    E2E,
    {"Browser tours": tours},
)
PARTS = {title: part for stage in STAGES for title, part in stage.items()}
# Runs one part by its title, where others run beside it.
ONE = (HERE / "checks.py", "part")


def test(parts=STAGES):
    """Run every part, whatever the one before found; tell the failed at the end."""
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        failed = stages.run(parts, ONE)
    if failed:
        raise Stop(f"Failed: {', '.join(failed)}.")
    say("\nAll is well.")


def part():
    """Run a part that another process has asked for."""
    PARTS[sys.argv[2]]()


def only(title):
    return lambda: test([{title: PARTS[title]}])


COMMANDS = {
    "lint": lint,
    "format": rewrite,
    "test": test,
    "part": part,
    # Parts that run side by side find the databases ready: two would make the same.
    "unit": lambda: test([INSTALL, UNIT]),
    "e2e": lambda: test([INSTALL, E2E]),
    "tours": only("Browser tours"),
    "lives": lives,
    "chaos": chaos,
    "dates": lambda: test([{"Other dates": lambda: other_dates(*sys.argv[2:])}]),
}

if __name__ == "__main__":
    main(COMMANDS[sys.argv[1]])
