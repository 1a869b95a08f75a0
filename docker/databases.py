"""Databases for development and tests: made once, cloned in seconds.

`shop` holds Odoo's own modules and changes only with their list; `ready` is a clone of
it with the add-ons installed, made anew when they change. Both exist twice: with demo
data, for the demo and who walks through it, and bare, for the unit tests, which see
nothing but what they have made.
"""

import ast
import os
import shutil
import subprocess
import sys
from contextlib import closing, contextmanager

import postgres
from steps import ROOT, VAR, VENV, Stop, advise, digest, main, say

ODOO = VENV / "bin" / "odoo"
DATA = VAR / "odoo"
LOGS = VAR / "log"

# The shop of the demo and of the tests, whatever the add-ons themselves depend on.
SHOP = (
    "account",
    "auth_totp",
    "base_import",
    "mass_mailing",
    "payment_demo",
    "phone_validation",
    "portal",
    "privacy_lookup",
    "queue_job",
    "sale_loyalty",
    "sale_management",
    "stock",
    "website_mass_mailing",
    "website_sale",
    "website_sale_loyalty",
    "website_sale_mass_mailing",
    "website_sale_stock",
    "website_sale_wishlist",
)
PREFIX = "mindbox_test_"
LANGUAGES = "en_US,ru_RU"


# -- Add-ons ------------------------------------------------------------------


def manifests():
    return sorted(ROOT.glob("mindbox_*/__manifest__.py"))


def addons():
    """The add-ons as far as they exist."""
    return [manifest.parent.name for manifest in manifests()]


def shop_modules():
    read = (ast.literal_eval(path.read_text()) for path in manifests())
    needed = {name for manifest in read for name in manifest.get("depends", ())}
    return sorted(needed.union(SHOP).difference(addons()))


def addon_files():
    """What installing the add-ons reads: all but their tests and readme."""
    files = (
        path
        for manifest in manifests()
        for path in sorted(manifest.parent.rglob("*"))
        if path.is_file()
    )
    apart = {"tests", "readme", "__pycache__"}
    return [path for path in files if not apart.intersection(path.parts)]


# -- Databases ----------------------------------------------------------------


def query(statement, *values, database="postgres"):
    import psycopg2

    with closing(psycopg2.connect(dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


def names():
    return [name for (name,) in query("SELECT datname FROM pg_database")]


def filestore(name, data=DATA):
    return data / "filestore" / name


def drop(name, data=DATA):
    query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name, data), ignore_errors=True)


def clone(source, name):
    """Copy a database; the files, which never change, are linked."""
    drop(name)
    query(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    if filestore(source).exists():
        shutil.copytree(filestore(source), filestore(name), copy_function=os.link)
    return name


@contextmanager
def cloned(source, name):
    """Have a clone for the block."""
    try:
        yield clone(source, name)
    finally:
        drop(name)


def rename(name, final, data=DATA):
    """Give a finished database its name: a half-made one never has it."""
    drop(final, data)
    query(f'ALTER DATABASE "{name}" RENAME TO "{final}"')
    if filestore(name, data).exists():
        filestore(name, data).rename(filestore(final, data))
    return final


# -- Odoo ---------------------------------------------------------------------


def odoo(
    name, *words, log, data=DATA, command="server", stdin=None, show_every=0, **environ
):
    """Run a one-off odoo command to its end, its log in a file."""
    here = ["-d", name, "-D", data, "--http-interface", "127.0.0.1"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stream, open(stdin or os.devnull) as source:
        process = subprocess.Popen(
            [str(word) for word in [ODOO, command, *here, *words]],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **environ},
        )
        code = finish(process, stream, show_every)
    if code:
        raise Stop(advise(log.read_text()) or f"Odoo failed: the reason is in {log}.")


def finish(process, stream, show_every):
    try:
        follow(process.stdout, stream, show_every)
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def follow(lines, stream, show_every):
    for line in lines:
        stream.write(line)
        place = line.partition(" Loading module ")[2].strip()
        if show_every and place:
            show_progress(place, show_every)


def show_progress(place, every):
    """`name (12/90)`: one plain line for every so many modules."""
    name, _, count = place.partition(" (")
    if (
        count[:-1].partition("/")[0].isdigit()
        and not int(count.partition("/")[0]) % every
    ):
        say(f"      {count[:-1]} modules, {name}")


def install(name, modules, demo=True, **options):
    odoo(
        name,
        *(["--with-demo"] if demo else []),
        *("--load-language", LANGUAGES),
        "--stop-after-init",
        "--no-http",
        *("-i", ",".join(modules)),
        **options,
    )


# -- Templates ----------------------------------------------------------------


def cached(kind, key, make):
    """A database made once per key; those of older keys go."""
    name = f"{PREFIX}{kind}_{key[:12]}"
    existing = names()
    if name in existing:
        return name
    for old in existing:
        if old.startswith(f"{PREFIX}{kind}_"):
            drop(old)
    half = f"{PREFIX}{kind}_part"
    make(half)
    return rename(half, name)


def odoo_release():
    """Which Odoo this is: a changed one wants new databases."""
    return subprocess.check_output(
        [ODOO, "--version"], text=True, stderr=subprocess.DEVNULL
    )


def shop(demo=True):
    """The shop without the add-ons."""
    kind = "shop" if demo else "bareshop"
    modules = shop_modules()

    def make(name):
        what = "the shop" if demo else "a shop without demo data"
        say(f"      making {what}, {len(modules)} modules and what they need ...")
        log = LOGS / f"install-{kind}.log"
        install(name, modules, demo, log=log, show_every=25)

    return cached(kind, digest(odoo_release(), LANGUAGES, *modules), make)


def install_log(demo):
    """Where installing the add-ons last left its log."""
    return LOGS / f"install-addons-{'demo' if demo else 'bare'}.log"


def ready(demo=True):
    """The shop with the add-ons as they are now."""
    source = shop(demo)
    if not addons():
        return source
    kind = "ready" if demo else "bare"

    def make(name):
        clone(source, name)
        say(f"      installing {', '.join(addons())} ...")
        install(name, addons(), demo, log=install_log(demo))

    files = addon_files()
    paths = (path.relative_to(ROOT) for path in files)
    return cached(kind, digest(source, *map(str, paths), *files), make)


def command_line():
    """`databases.py NAME`: make NAME a fresh clone with demo data and the add-ons."""
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        clone(ready(), sys.argv[1])


if __name__ == "__main__":
    main(command_line)
