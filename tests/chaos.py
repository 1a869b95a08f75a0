"""What goes wrong in an hour of bad luck: of wire, database, machine and people.

Each of these hurts a shop for seconds; what it has broken heals by itself or by
:meth:`Chaos.heal`. Chance goes by a seed, so that the same things happen again.
"""

import random
import time
from contextlib import suppress

import databases

WIRE = (
    *({"kind": "500"}, {"kind": "503"}, {"kind": "502"}, {"kind": "504"}),
    *({"kind": "lost_answer"}, {"kind": "half_answer"}, {"kind": "reset"}),
    *({"kind": "html"}, {"kind": "firewall"}, {"kind": "empty"}),
    *({"kind": "429", "retry_after": 1}, {"kind": "slow", "seconds": 2}),
    *({"kind": "early_hints"}, {"kind": "black_hole"}),
)
# Of all connections but this one's: queries, locks of deliveries, the runner's.
END_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid != pg_backend_pid()
       AND mod(pid, %s) = %s
"""
LOCK = """
    BEGIN; LOCK TABLE mindbox_request IN SHARE MODE; SELECT pg_sleep(%s); COMMIT
"""
DELIVERIES = (1, 2, 3)


class Chaos:
    """Bad luck of a shop.

    :param shop: a running :class:`~.shop.Shop`
    :param seed: of all that happens
    :param disk: of the shop's database, None where it has none of its own
    """

    def __init__(self, shop, seed, disk=None):
        self.shop, self.dice = shop, random.Random(f"chaos {seed}")
        self.disk = disk
        self.happened = []
        self.kinds = (
            *[self.hurt_the_wire] * 6,
            *(self.kill_a_worker, self.kill_the_runner, self.kill_the_server),
            *(self.end_connections, self.lock_the_outbox),
            *(self.pause_and_start, self.refuse_the_key, self.divide_customers),
            *(self.press_start, self.look_for_shared_contacts),
            *([self.fill_the_disk] if disk else ()),
        )

    def rage(self, seconds):
        """Let something go wrong every few seconds, for so long.

        Not in a thread of its own: servers that it starts would end with the thread.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(self.dice.uniform(0.5, 3))
            kind = self.dice.choice(self.kinds)
            self.happened.append(kind.__name__)
            # Who does something to a shop that is just being hurt may be hurt, too.
            with suppress(Exception):
                kind()

    def heal(self):
        """All works again, and the shop's people have seen to it."""
        if self.disk:
            self.disk.free()
        self.shop.sandbox.heal()
        self.shop.server.start()
        self.shop.server.revive()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(Exception):
                return self.shop.start()
            time.sleep(1)
        return None

    # -- the wire ---
    def hurt_the_wire(self):
        fault = dict(self.dice.choice(WIRE))
        if self.dice.random() < 0.5:
            fault["times"] = self.dice.randint(1, 5)
        else:
            fault["for_seconds"] = self.dice.uniform(0.5, 3)
        if self.dice.random() < 0.3:
            fault["share"] = 0.3
        self.shop.sandbox.fault(**fault)

    # -- processes ---
    def kill_a_worker(self):
        self.dice.choice(self.shop.server.workers()).kill()

    def kill_the_runner(self):
        self.shop.server.kill9_workers("WorkerJobRunner")

    def kill_the_server(self):
        self.shop.server.kill9()
        self.shop.server.start()

    # -- the database ---
    def end_connections(self):
        share = self.dice.choice([1, 2, 3])
        self.query(END_CONNECTIONS, share, self.dice.randrange(share))
        time.sleep(1)
        self.shop.server.revive()

    def lock_the_outbox(self):
        self.query(LOCK, self.dice.uniform(0.5, 3))

    def query(self, statement, *values):
        database = self.shop.server.database
        return databases.query(statement, *values, database=database)

    # -- the machine ---
    def fill_the_disk(self):
        self.disk.fill()
        time.sleep(self.dice.uniform(0.5, 3))
        self.disk.free()

    # -- the shop's people ---
    def pause_and_start(self):
        self.shop.pause()
        time.sleep(self.dice.uniform(0.1, 2))
        self.shop.start()

    def refuse_the_key(self):
        """Mindbox says 401, until somebody has seen to it."""
        self.shop.sandbox.fault(kind="401", times=3)
        time.sleep(2)
        self.shop.sandbox.heal()
        self.shop.start()

    def divide_customers(self):
        self.shop.set(delivery_count=self.dice.choice(DELIVERIES))

    def press_start(self):
        self.shop.start()

    def look_for_shared_contacts(self):
        self.shop.rpc(
            "mindbox.endpoint", "action_check_contacts", [self.shop.endpoint_id]
        )
