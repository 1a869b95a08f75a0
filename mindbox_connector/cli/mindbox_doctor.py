# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The command ``odoo mindbox_doctor -d DB [--json]``: the page Health Check, in text.

Odoo takes it as ``odoo.cli.mindbox_doctor`` and loads no add-on for it: what it needs
of the connector comes with the database.
"""

import json
import optparse
import sys

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli.command import Command
from odoo.modules.registry import Registry
from odoo.tools import config

# Exit status by the worst that was found.
STATUS = {"ok": 0, "note": 0, "warning": 1, "error": 2}
CANNOT_LOOK = 2
MARKS = {"ok": "ok", "note": "note", "warning": "WARN", "error": "FAIL"}


class MindboxDoctor(Command):
    """Look for what keeps the Mindbox connector from working, and say what helps.

    Name the configuration file of the server by -c: it is looked at, too.
    """

    name = "mindbox_doctor"

    def run(self, args):
        """Print what is found; end with 0 (well), 1 (warnings) or 2 (errors)."""
        options = self._read(args)
        database = self._get_database()
        try:
            registry = Registry(database)
        except Exception as error:
            # A monitor reads the status; whatever it is, nothing could be looked at.
            _stop(f"The database {database} cannot be opened: {type(error).__name__}")
        with registry.cursor() as cr:
            context = {"lang": options.mindbox_language}
            env = Environment(cr, SUPERUSER_ID, context)
            if "mindbox.doctor" not in env:
                _stop(f"The connector is not installed in {database}.")
            found = env["mindbox.doctor"]._examine(env["mindbox.endpoint"].search([]))
            # It only looks.
            cr.rollback()
        found["status"] = STATUS[found["level"]]
        _print(
            json.dumps(found, ensure_ascii=False) if options.as_json else _tell(found)
        )
        sys.exit(found["status"])

    def _read(self, args):
        parser = config.parser
        parser.prog = self.prog
        group = optparse.OptionGroup(parser, "Mindbox doctor", self.__doc__)
        group.add_option(
            "--json", action="store_true", dest="as_json", help="print JSON"
        )
        group.add_option(
            "--language",
            dest="mindbox_language",
            my_default="en_US",
            help="language of the words, one that is installed: ru_RU",
        )
        parser.add_option_group(group)
        return config.parse_config(args, setup_logging=True)

    def _get_database(self):
        names = config["db_name"]
        if len(names) != 1:
            _stop("Name one database: -d DB")
        return names[0]


def _tell(found):
    """Return what was found as text."""
    parts = [("Server", found["server"])]
    parts += [(point["name"], point["lines"]) for point in found["points"]]
    lines = []
    for title, findings in parts:
        lines += ["", title]
        for line in findings:
            lines.append(f"  {MARKS[line['level']]:<5}{line['title']}: {line['text']}")
            if line["helps"]:
                lines.append(f"       → {line['helps']}")
    return "\n".join(lines[1:])


def _print(text):
    sys.stdout.write(f"{text}\n")


def _stop(message):
    sys.stderr.write(f"{message}\n")
    sys.exit(CANNOT_LOOK)
