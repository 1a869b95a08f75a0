# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How PostgreSQL plans the queries of a run: settings of its transaction."""

from contextlib import contextmanager

# Room for a million customers. Everything joins whole tables: a nested loop is only
# ever chosen where statistics are missing, and then takes minutes instead of a second.
# All cores read them, however many rows they hand over.
WHOLE_TABLES = {
    "work_mem": "'256MB'",
    "jit": "off",
    "enable_nestloop": "off",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
}
# Millions of orders are sorted by all cores before they are added up: a hash table of a
# million customers misses the processor's cache at every order; after a sort the sums
# of one customer are next to each other. Orders are never fetched one by one by an
# index: all of them are needed.
SORTED = {"enable_hashagg": "off", "enable_indexscan": "off"}
# The orders of a few customers are fetched one by one by an index, and are at hand: a
# plan that reads all orders takes longer than all the rest.
FEW_ROWS = {
    "work_mem": "'256MB'",
    "jit": "off",
    "enable_nestloop": "on",
    "random_page_cost": "1.1",
}


@contextmanager
def planned(cr, settings):
    """Let queries be planned with some settings.

    They are not given back after an exception: the transaction, which they end with,
    is of no more use.
    """
    cr.execute("; ".join(f"SET LOCAL {name} TO {settings[name]}" for name in settings))
    yield
    cr.execute("; ".join(f"RESET {name}" for name in settings))
