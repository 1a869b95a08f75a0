"""States of the add-ons that were released before: installed as they were then."""

import ast
import subprocess
import tarfile

import databases
import pytest
from steps import ROOT

# The last state of each version, and the first that could be installed at all.
VERSION_2 = "691c5acca3739f74ed6a1794edd627cdae1a3d34"
VERSION_1 = "946b527c1e8c2d839ca19aeca0a7c1e2c6f8dca4"
FIRST = "e59672d9d63e225dfe3e29180f86dea5c7dd9eb1"

ADDONS = ("mindbox_connector", "mindbox_rfm")


def unpack(commit, folder):
    """Write the add-ons of a commit into a folder, as a part of ``odoo.addons``."""
    target = folder / "odoo" / "addons"
    target.mkdir(parents=True)
    paths = subprocess.check_output(
        ["git", "ls-tree", "--name-only", commit], cwd=ROOT, text=True
    ).split()
    present = [addon for addon in ADDONS if addon in paths]
    archive = folder / "addons.tar"
    command = ["git", "archive", "-o", archive, commit, "--", *present]
    subprocess.run(command, cwd=ROOT, check=True)
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return present


def install(commit, name, folder, log):
    """Make the database ``name``: a shop with the add-ons of a commit."""
    if subprocess.call(["git", "cat-file", "-e", commit], cwd=ROOT):
        pytest.fail("This needs the whole history: git fetch --unshallow")
    present = unpack(commit, folder)
    databases.clone(databases.shop(), name)
    once = ("--stop-after-init", "--no-http", "--with-demo")
    # Before the add-ons of this checkout, which are a part of odoo.addons, too.
    first = {"PYTHONPATH": str(folder)}
    databases.odoo(name, *once, "-i", ",".join(present), log=log, **first)
    check_versions(commit, present, name)


def check_versions(commit, present, name):
    """What was installed is of that commit, and not of this checkout."""
    versions = dict(
        databases.query(
            "SELECT name, latest_version FROM ir_module_module WHERE name = ANY(%s)",
            present,
            database=name,
        )
    )
    for addon in present:
        manifest = ["git", "show", f"{commit}:{addon}/__manifest__.py"]
        text = subprocess.check_output(manifest, cwd=ROOT, text=True)
        assert ast.literal_eval(text)["version"] == versions[addon]


def update(name, log):
    """Update a database to the add-ons of this checkout."""
    installed = """SELECT name FROM ir_module_module
                    WHERE state = 'installed' AND name = ANY(%s)"""
    present = databases.query(installed, list(ADDONS), database=name)
    modules = ",".join(module for (module,) in present)
    databases.odoo(name, "--stop-after-init", "--no-http", "-u", modules, log=log)
