"""Prepare everything that `make setup`, `make demo` and `make test` need.

Needs Python 3.10-3.13 and Debian's package tools; no root, no Docker, no server.
What is downloaded stays in .cache/; what is made lies in .venv/, .odoo/ and .var/.
"""

import argparse
import os
import platform
import shutil
import sys
from pathlib import Path

import debs
import postgres
import steps
from steps import CACHE, PYTHON, ROOT, VAR, VENV, Step, Stop, main, run, say

HERE = Path(__file__).resolve().parent
ODOO_TREE = ROOT / ".odoo"
CHROMIUM_TREE = CACHE / "chromium"
NODE_MODULES = ROOT / "node_modules"
ODOO_NEEDS = HERE / "odoo-requirements.txt"
REQUIREMENTS = ROOT / "requirements.txt"
TEST_NEEDS = ROOT / "test-requirements.txt"
PACKAGE_JSON = ROOT / "package.json"
FREE_GIGABYTES = 4

# Debian's Odoo links to these. Unstable's Font Awesome is laid out otherwise, so
# the fonts come from the machine's own suite.
FROM_UNSTABLE = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-montserrat",
)
FROM_OWN_SUITE = (
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
)

# `python -m odoo` cannot restart itself as a prefork server: this script can. It
# also finds the embedded PostgreSQL when nobody says where the database is.
ODOO_SCRIPT = """\
#!{python}
import os
import sys

sys.path.insert(0, {docker!r})
import postgres  # noqa: E402

sys.path.pop(0)
own = any(word.startswith(("--db_host", "-c", "--config")) for word in sys.argv[1:])
if not own and not postgres.uses_own_server() and not os.environ.get("ODOO_RC"):
    os.environ.update(postgres.dev_cluster().environ())

import odoo.cli  # noqa: E402

if __name__ == "__main__":
    odoo.cli.main()
"""

CHROMIUM_SCRIPT = """\
#!/bin/sh
# Debian's chromium, unpacked beside the libraries that this machine lacks.
tree={tree}
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_FILE="$tree/fonts.conf"
exec "$tree/usr/lib/chromium/chromium" --no-sandbox "$@"
"""

FONTS_CONF = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{tree}/usr/share/fonts</dir>
  <dir>{odoo}/usr/share/fonts</dir>
  <cachedir>{tree}/fontcache</cachedir>
</fontconfig>
"""


# -- Python -------------------------------------------------------------------


def check_python():
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        raise Stop(
            f"This is Python {platform.python_version()}, and Odoo 19 needs 3.10 to"
            " 3.13: run `make PYTHON=python3.12 ...` with one that you have."
        )


def check_disk():
    free = shutil.disk_usage(ROOT).free / 1e9
    if not VENV.exists() and free < FREE_GIGABYTES:
        raise Stop(
            f"Only {free:.1f} GB are free on this disk, and {FREE_GIGABYTES} are"
            " needed: make room and run the same command again."
        )


def make_venv():
    postgres.stop_all()
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV], "Creating .venv")


def pip_install(*files):
    words = [word for file in files for word in ("-r", file)]
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *words]
    run(command, "Installing Python packages")


def site_packages():
    return next(VENV.glob("lib/python3*/site-packages"))


# -- Odoo ---------------------------------------------------------------------


def odoo_home():
    """Where the folder `odoo` lies: a given Odoo 19, or the unpacked package."""
    given = os.environ.get("ODOO_HOME")
    return (
        Path(given).resolve() if given else ODOO_TREE / "usr/lib/python3/dist-packages"
    )


def fetch_odoo():
    if os.environ.get("ODOO_HOME"):
        return
    debs.require_tools()
    debs.update()
    suite = debs.codename()
    names = [f"{name}/unstable" for name in FROM_UNSTABLE]
    names += [f"{name}/{suite}" for name in FROM_OWN_SUITE]
    debs.unpack(debs.fetch(names, CACHE / "odoo"), ODOO_TREE)
    dangling = [path for path in ODOO_TREE.rglob("*") if not path.exists()]
    if dangling:
        raise Stop(
            f"Debian's odoo-19 on this mirror links to files that are not there"
            f" ({dangling[0].name}): set ODOO_HOME to another Odoo 19."
        )


def check_odoo_home():
    if not os.environ.get("ODOO_HOME"):
        return
    release = odoo_home() / "odoo/release.py"
    if not release.exists() or "version_info = (19, 0" not in release.read_text():
        raise Stop(
            f"ODOO_HOME={odoo_home()} holds no Odoo 19: name the folder in which the"
            " folder `odoo` lies."
        )


def connect_odoo():
    """Let Python and pip see Odoo 19, and give it a command."""
    site = site_packages()
    (site / "odoo19.pth").write_text(f"{odoo_home()}\n")
    metadata = site / "odoo-19.0.dist-info/METADATA"
    metadata.parent.mkdir(exist_ok=True)
    metadata.write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    write_script("odoo", ODOO_SCRIPT.format(python=PYTHON, docker=str(HERE)))


def write_script(name, text):
    script = VENV / "bin" / name
    script.write_text(text)
    script.chmod(0o755)


def link_addons():
    """Make the add-ons part of Odoo's own path, as an editable install does."""
    folder = site_packages() / "odoo/addons"
    folder.mkdir(parents=True, exist_ok=True)
    for link in folder.glob("mindbox_*"):
        link.unlink()
    for manifest in ROOT.glob("mindbox_*/__manifest__.py"):
        (folder / manifest.parent.name).symlink_to(manifest.parent)


# -- What only tests need -----------------------------------------------------


def fetch_chromium():
    """Use the machine's chromium, else bring one without installing it."""
    if found := shutil.which("chromium") or shutil.which("google-chrome"):
        return say(f"      using {found}")
    debs.require_tools()
    debs.update()
    debs.unpack(debs.fetch_missing("chromium", CACHE / "chromium-debs"), CHROMIUM_TREE)
    (CHROMIUM_TREE / "fonts.conf").write_text(
        FONTS_CONF.format(tree=CHROMIUM_TREE, odoo=ODOO_TREE)
    )
    # Some libraries lie in folders of their own, like those of PulseAudio.
    folders = sorted({str(path.parent) for path in CHROMIUM_TREE.rglob("*.so*")})
    script = CHROMIUM_SCRIPT.format(tree=CHROMIUM_TREE, libraries=":".join(folders))
    write_script("chromium", script)
    command = [VENV / "bin/chromium", "--headless", "--disable-gpu", "--version"]
    run(command, "Starting Chromium")


def fetch_node_tools():
    """Node comes from a Python wheel, so that no system package is needed."""
    command = [VENV / "bin/npm", "install", "--no-package-lock", "--ignore-scripts"]
    run(command, "Installing the JavaScript linters", cwd=ROOT, env=steps.with_path())


# -- The plan -----------------------------------------------------------------


def run_steps():
    """What a running Odoo needs."""
    home = os.environ.get("ODOO_HOME", "")
    here = (str(ROOT), home, platform.python_version())
    scripts = (ODOO_SCRIPT, *here)
    odoo = (FROM_UNSTABLE, FROM_OWN_SUITE, home)
    odoo_stamp = CACHE / "odoo-home.stamp" if home else ODOO_TREE / ".stamp"
    return [
        Step("Python environment", VENV / ".stamp", here, make_venv),
        Step("Odoo 19 source, 130 MB", odoo_stamp, odoo, fetch_odoo),
        Step("The odoo command", VENV / ".stamp-odoo", scripts, connect_odoo),
        Step(
            "Python packages of Odoo, and PostgreSQL",
            VENV / ".stamp-needs",
            (ODOO_NEEDS, REQUIREMENTS),
            lambda: pip_install(ODOO_NEEDS, REQUIREMENTS),
        ),
    ]


def test_steps():
    """What checking the add-ons needs on top of it."""
    return [
        Step(
            "Test and lint tools",
            VENV / ".stamp-test",
            (TEST_NEEDS,),
            lambda: pip_install(TEST_NEEDS),
        ),
        Step(
            "JavaScript linters",
            NODE_MODULES / ".stamp",
            (PACKAGE_JSON,),
            fetch_node_tools,
        ),
        Step(
            "Chromium, for browser tours",
            VENV / ".stamp-chromium",
            (CHROMIUM_SCRIPT, str(ROOT)),
            fetch_chromium,
        ),
    ]


def bootstrap():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("goal", choices=("run", "test"), nargs="?", default="test")
    goal = parser.parse_args().goal
    check_python()
    check_disk()
    check_odoo_home()
    VAR.mkdir(exist_ok=True)
    CACHE.mkdir(exist_ok=True)
    steps.take_all(run_steps() + (test_steps() if goal == "test" else []))
    link_addons()


if __name__ == "__main__":
    main(bootstrap)
