# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finds the tests of an add-on in whatever room they are, so that none is forgotten.

Odoo runs the modules that are attributes of an add-on's package ``tests``. Where a
package is missing that only tests need, the module that imports it is skipped: who
installs this add-on beside others can still run the tests of them all.
"""

import importlib
import pkgutil
import unittest
from types import ModuleType

from odoo.tests import BaseCase, tagged

# Packages of test-requirements.txt that an add-on's tests import.
FOR_TESTS = {"hypothesis", "lifetimes", "pandas", "prometheus_client"}


def find_tests(package, path):
    """Return {name: module} of all test modules of a package ``tests``."""
    names = [info.name for info in pkgutil.walk_packages(path, f"{package}.")]
    return {
        f"test_{name.removeprefix(f'{package}.').replace('.', '_')}": load(name)
        for name in names
        if name.rpartition(".")[2].startswith("test_")
    }


def load(name):
    """Return a test module, or what stands for one that cannot be run here."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name.partition(".")[0]
        if missing not in FOR_TESTS:
            raise
        return stand_in(name, f"{missing} is not installed: see test-requirements.txt")


def stand_in(name, reason):
    """Return a module of one test, which is skipped with the reason."""

    @tagged("post_install", "-at_install")
    class TestSkipped(BaseCase):
        @unittest.skip(reason)
        def test_all_of_it(self):
            pass

    TestSkipped.__module__ = name
    module = ModuleType(name)
    module.TestSkipped = TestSkipped
    return module
