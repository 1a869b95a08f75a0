"""Run the benchmarks named on the command line, or all of them."""

import importlib
import pkgutil
import sys
from pathlib import Path

from . import _odoo

HERE = Path(__file__).parent


def names():
    """Every module of this folder with a main() is a benchmark."""
    found = (module.name for module in pkgutil.iter_modules([str(HERE)]))
    return sorted(name for name in found if not name.startswith("_"))


with _odoo.server():
    for name in sys.argv[1:] or names():
        module = importlib.import_module(f"tests.bench.{name}")
        print(f"\n== {name}: {module.__doc__.splitlines()[0]}\n", flush=True)
        module.main()
