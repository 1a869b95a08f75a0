"""`make proof`: run the scenarios named on the command line, or all, and report.

python -m tests.proof                 all of them
python -m tests.proof week flapping   these; the report keeps the others' last results
python -m tests.proof --list          what there is
python -m tests.proof --short         shorter forms
"""

import argparse
import os
import platform
import sys
import time
import traceback

import postgres
from steps import main, say

from . import (  # noqa: F401  the scenarios
    hot_key,
    ill_delivery,
    ill_mindbox,
    ill_shop,
    masses,
    odd_rows,
    report,
    weather,
)
from .verdict import Result


def arguments():
    parser = argparse.ArgumentParser("python -m tests.proof", description=__doc__)
    parser.add_argument("scenario", nargs="*", choices=[*weather.SCENARIOS, []])
    parser.add_argument("--list", action="store_true", help="list the scenarios")
    parser.add_argument("--short", action="store_true", help="run shorter forms")
    return parser.parse_args()


def prove(name, short):
    """Run one scenario; whatever happens in it, the proof goes on with the next."""
    result = Result(name, weather.SCENARIOS[name][0])
    began = time.monotonic()
    try:
        weather.run(name, result, short)
    except Exception as error:
        traceback.print_exc()
        result.faults.append(f"the scenario broke off: {type(error).__name__}")
    say(f"\n== {name}, {time.monotonic() - began:.0f} s")
    for line in [*report.table([result])[2:], *report.notes([result])]:
        say(line)
    return result


def command_line():
    options = arguments()
    if options.list:
        for name, (title, _hurt, _options) in weather.SCENARIOS.items():
            say(f"{name:20} {title}")
        return 0
    results = []
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        for name in options.scenario or weather.SCENARIOS:
            results.append(prove(name, options.short))
            if not options.short:
                report.keep(results[-1])
    if not options.short:
        report.write(report.kept(weather.SCENARIOS), machine())
    return 0 if all(result.passed for result in results) else 1


def machine():
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, on"
        f" {time.strftime('%Y-%m-%d')}; times are compressed, see `tests/proof`."
    )


if __name__ == "__main__":
    sys.exit(main(command_line))
