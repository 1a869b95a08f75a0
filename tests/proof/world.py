"""A shop under proof: its servers, its customers' events, and what became of them.

An event is a fact that can be recognised at the other end: the n-th event of a card
adds n points. So what arrived is judged by what the sandbox took in, card by card, and
not by what the outbox says of itself.
"""

import random
import threading
import time
from contextlib import ExitStack, contextmanager

import databases
import processes
from steps import ROOT, VAR

from tests.conftest import OdooServer, Sandbox
from tests.shop import Shop

from . import disk
from .relay import Relay
from .verdict import (
    count_doubled,
    count_failed_late,
    count_inversions,
    moment,
    read_accepted,
    read_stories,
)

LOGS = VAR / "log" / "proof"
# Cards whose points change in one call of the shop, and threads that do so.
GROUP = 20
GROUPS = 12
PATIENCE = 420
SHOP_IS_BACK = 90
ENDPOINT = {"timeout": 30, "concurrency": 8, "rate_limit": 8000}


def wait_until(condition, seconds=PATIENCE, every=0.2):
    """Wait for something to become true; return what it became."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(every)
    return found


class World(Shop):
    """A fresh database, served and connected to a sandbox of its own.

    :param Result result: where to write down what is seen
    :param int nodes: how many servers work on the database
    :param bool small: put the database on a disk of its own, with little room
    """

    def __init__(
        self, result, stack, nodes=1, workers=3, environ=(), small=False, **endpoint
    ):
        self.result = result
        LOGS.mkdir(parents=True, exist_ok=True)
        self.disk = stack.enter_context(disk.small()) if small else None
        self.database = databases.clone(
            databases.ready(), f"{databases.PREFIX}proof_{result.name}"
        )
        stack.callback(databases.drop, self.database)
        if self.disk:
            self.disk.take(self.database)
        self.sandbox = self._start_sandbox(stack)
        self.relay = stack.enter_context(Relay(self.sandbox.api_port))
        self.servers = [
            self._start_server(stack, number, workers, environ)
            for number in range(nodes)
        ]
        values = {"url": self.relay.url, **ENDPOINT, **endpoint}
        super().__init__(self.servers[0], self.sandbox, gather=None, **values)
        self.endpoint = self.endpoint_id
        # By its card a balance change is found again at the sandbox.
        self.take_balances_of_cards()
        self.cards = self._make_cards()
        self.acknowledged, self.calm = {}, []
        self.over = threading.Event()

    def _start_sandbox(self, stack):
        box = Sandbox(LOGS / f"{self.result.name}-sandbox.log")
        command = [*box.command(), "--calls-per-minute", "0"]
        child = processes.child(command, box.log_path, cwd=ROOT)
        processes.wait_for(box.page_url, stack.enter_context(child))
        return box

    def _start_server(self, stack, number, workers, environ):
        log = LOGS / f"{self.result.name}-{number}.log"
        log.unlink(missing_ok=True)
        channels = "root:2,root.mindbox:2"
        server = OdooServer(self.database, log, workers, channels, dict(environ))
        stack.callback(server.leave)
        return server.start()

    def _make_cards(self):
        program = {"name": "Club", "program_type": "loyalty"}
        program = self.rpc("loyalty.program", "create", program)
        customers = [
            {"name": f"Customer {n}", "email": f"proof{n}@example.com"}
            for n in range(GROUP * GROUPS)
        ]
        self.partners = self.rpc("res.partner", "create", customers)
        cards = [{"program_id": program, "partner_id": p} for p in self.partners]
        made = self.rpc("loyalty.card", "create", cards)
        self.settle()
        cards = self.rpc("loyalty.card", "read", made, ["code"])
        return [cards[at : at + GROUP] for at in range(0, len(cards), GROUP)]

    def query(self, statement, *values):
        return databases.query(statement, *values, database=self.database)

    def waiting(self):
        """As the database says: the shop's servers may be down."""
        statement = "SELECT count(*) FROM mindbox_request WHERE state = 'pending'"
        return self.query(statement)[0][0]

    # -- events ---
    def live(self, seconds, rate=lambda _share: 3.0):
        """Let customers' points change for so long.

        :param rate: changes of a group of cards a second, by the share of the time
        """
        began = time.monotonic()
        while (share := (time.monotonic() - began) / seconds) < 1:
            if self.over.wait(1 / rate(share)):
                return
            self.add_points(random.choice(self.cards))

    def live_beside(self, seconds, rate=lambda _share: 3.0):
        """The same in a thread; call the result to end it."""
        self.over.clear()
        thread = threading.Thread(target=self.live, args=(seconds, rate))
        thread.start()

        def end():
            self.over.set()
            thread.join()

        return end

    def add_points(self, group):
        """One more event of each card of the group, repeated until the shop has it.

        What is written is the sum, so that a repeat after a lost answer adds nothing.
        """
        number = group[0].get("number", 0) + 1
        points = {"points": number * (number + 1) / 2}
        deadline = time.monotonic() + SHOP_IS_BACK
        while True:
            try:
                self.rpc(
                    "loyalty.card", "write", [card["id"] for card in group], points
                )
                break
            except Exception:
                # The shop itself is down or refuses: a person would try again.
                if time.monotonic() > deadline:
                    self.result.expect(False, "the shop does not come back")
                    return
                time.sleep(0.3)
        now = time.time()
        for card in group:
            card["number"] = number
            self.acknowledged[card["code"], number] = now

    # -- what became of them ---
    def watch(self):
        """Write down backlog, calls and memory each second, until the end is called."""
        done = threading.Event()
        series = self.result.series
        began = time.monotonic()

        def look():
            while not done.wait(1):
                try:
                    values = {
                        "backlog": self.waiting(),
                        "calls": self.sandbox.state()["counts"]["calls"],
                        "memory": self.memory(),
                    }
                except Exception:
                    # The database or the sandbox is just being hurt.
                    continue
                at = time.monotonic() - began
                for name, value in values.items():
                    series.setdefault(name, []).append((at, value))

        thread = threading.Thread(target=look, daemon=True)
        thread.start()

        def end():
            done.set()
            thread.join()

        return end

    def memory(self):
        """MB of the largest worker: a job runs in one of them."""
        sizes = [
            worker.memory_info().rss / 2**20
            for server in self.servers
            for worker in server.workers()
        ]
        return max(sizes, default=0)

    def settle(self, seconds=PATIENCE):
        """Wait until nothing waits; return how long it took."""
        began = time.monotonic()
        while True:
            try:
                if not self.waiting():
                    return time.monotonic() - began
            except Exception:
                # A statement beside may have to wait, the database may come back.
                time.sleep(0.5)
            if time.monotonic() > began + seconds:
                self.result.faults.append(f"{self.waiting()} rows still wait")
                return seconds
            time.sleep(0.2)

    def calls(self):
        """All calls as they arrived, page by page."""
        since, found = 0, []
        while True:
            page = self.sandbox.calls(since=since, limit=2000)
            if not page["calls"]:
                return found
            found += page["calls"]
            since = page["last"]

    def heal(self):
        """Everything works again; return when."""
        self.sandbox.heal()
        self.relay.heal()
        return time.time()

    def judge(self, healed=None):
        """Compare what the shop has acknowledged with what Mindbox has processed."""
        self.sandbox.settle()
        calls = self.calls()
        stories, arrived = read_stories(calls)
        result = self.result
        result.events = len(self.acknowledged)
        result.accepted = len(read_accepted(calls))
        result.processed = len(arrived)
        result.failed_late = count_failed_late(calls)
        result.lost = len(self.acknowledged.keys() - arrived.keys())
        result.doubled = count_doubled(calls, stories)
        result.reordered = sum(map(count_inversions, stories.values()))
        result.latencies = [
            max(0, arrived[event] - self.acknowledged[event])
            for event in self.calm
            if event in arrived
        ]
        backlog = [value for _at, value in result.series.get("backlog", ())]
        result.peak = max(backlog, default=0)
        memory = [value for _at, value in result.series.get("memory", ())]
        result.memory = (memory[0], max(memory)) if memory else ()
        if healed:
            after = [moment(c) for c in calls if c["effect"] and moment(c) > healed]
            result.first_after = after and min(after) - healed or None
        return calls

    def remember_calm(self, seconds, rate=lambda _share: 3.0):
        """Live for a while, and note these events as those whose latency counts."""
        before = set(self.acknowledged)
        self.over.clear()
        self.live(seconds, rate)
        self.calm += [event for event in self.acknowledged if event not in before]


@contextmanager
def world(result, **options):
    """A world for one scenario; all of it ends and goes afterwards."""
    with ExitStack() as stack:
        yield World(result, stack, **options)
