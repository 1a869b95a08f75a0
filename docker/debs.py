"""Debian packages without root: a private apt that downloads, and unpacks in a folder.

The machine's own mirror is used as it is configured; only lists, cache and status
are private, so nothing of the system is read wrongly or changed.
"""

import re
import shutil
from pathlib import Path

from steps import CACHE, Stop, run

APT = CACHE / "apt"
EMPTY_STATUS = APT / "status"
SYSTEM_STATUS = Path("/var/lib/dpkg/status")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
INDEX = re.compile(r"^'(?P<base>\S+)/dists/(?P<suite>\S+?)/(In)?Release'", re.M)


def require_tools():
    missing = [tool for tool in ("apt-get", "dpkg") if not shutil.which(tool)]
    if missing:
        raise Stop(
            f"{' and '.join(missing)} not found: this needs Debian's package tools, or"
            " set ODOO_HOME to an existing Odoo 19 (and put a chromium on PATH)."
        )


def codename():
    text = Path("/etc/os-release").read_text()
    found = re.search(r"^VERSION_CODENAME=\"?(\w+)", text, re.M)
    return found.group(1) if found else "unstable"


def machine_sources(name):
    """The machine's own (address, suite) pairs, as its apt reads them."""
    listing = run(["apt-get", "update", "--print-uris"], "Reading apt's sources")
    found = [(match["base"], match["suite"]) for match in INDEX.finditer(listing)]
    own = [pair for pair in found if pair[1].split("-")[0] == name]
    if not own:
        raise Stop(f"apt on this machine has no source for {name}: add one.")
    return own


def options(status):
    settings = {
        "Dir::State::lists": APT / "lists",
        "Dir::State::status": status,
        "Dir::Cache": APT / "cache",
        "Dir::Etc::sourcelist": APT / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        # Only what is asked for by name comes from unstable.
        "APT::Default-Release": f"/^{codename()}(-updates|-security)?$/",
        "APT::Sandbox::User": "root",
        "APT::Update::Post-Invoke": "",
        "APT::Install-Recommends": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    return [part for key in settings for part in ("-o", f"{key}={settings[key]}")]


def apt(tool, *words, status=EMPTY_STATUS, cwd=None):
    """Run apt with the private configuration."""
    return run([tool, *options(status), *words], "A package download", cwd=cwd)


def update():
    """Fetch the lists of the machine's own suite and of unstable."""
    name = codename()
    sources = machine_sources(name)
    base = next((uri for uri, suite in sources if suite == name), sources[0][0])
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    for folder in ("lists/partial", "cache/archives/partial"):
        (APT / folder).mkdir(parents=True, exist_ok=True)
    EMPTY_STATUS.touch()
    (APT / "sources.list").write_text(
        "".join(
            f"deb {signed}{uri} {suite} main\n"
            for uri, suite in [*sources, (base, "unstable")]
        )
    )
    apt("apt-get", "update", "--error-on=any")


def fetch(names, folder):
    """Download packages (`name/suite`) into a folder; those there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    apt("apt-get", "download", *names, cwd=folder)
    return sorted(folder.glob("*.deb"))


def fetch_missing(name, folder):
    """Download a package and those of its needs that this machine lacks."""
    plan = apt("apt-get", "install", "--simulate", name, status=SYSTEM_STATUS)
    found = re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", plan, re.M)
    return fetch([f"{package}={version}" for package, version in found], folder)


def unpack(archives, tree):
    """Unpack into a fresh tree that appears only when it is whole."""
    half = tree.with_name(tree.name + ".part")
    for leftover in (half, tree):
        shutil.rmtree(leftover, ignore_errors=True)
    half.mkdir(parents=True)
    for archive in archives:
        run(["dpkg", "-x", archive, half], f"Unpacking {archive.name}")
    half.rename(tree)
