# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import sys
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase
from odoo.tests.loader import get_module_test_cases, get_test_modules

from . import discovery

HERE = Path(__file__).parent


class TestDiscovery(BaseCase):
    def test_odoo_runs_each_test_module_of_each_room(self):
        files = list(HERE.rglob("test_*.py"))
        modules = {module.__file__ for module in get_test_modules("mindbox_connector")}
        self.assertEqual(set(map(str, files)) - modules, set())

    def test_a_package_that_only_tests_need_may_be_missing(self):
        name = f"{__package__}.outbox.test_lanes"
        with patch.dict(sys.modules, {"hypothesis": None}):
            del sys.modules[name]
            [test] = get_module_test_cases(discovery.load(name))
        result = test.defaultTestResult()
        test.run(result)
        [(_test, reason)] = result.skipped
        self.assertIn("hypothesis is not installed", reason)

    def test_what_cannot_be_imported_for_another_reason_fails(self):
        with self.assertRaises(ImportError):
            discovery.load(f"{__package__}.outbox.no_such_module")
