"""The shop itself is ill: its workers, its servers, its database, its clock."""

import os
import random
import time

import postgres

from .clock import ServerClock
from .weather import go_through, scenario, skip


@scenario("Workers killed with -9 at random")
def workers_killed(there, short):
    dice = random.Random(19)

    def kill(seconds):
        there.sandbox.fault(latency=200)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(dice.uniform(1, 4))
            dice.choice(there.server.workers() or [Nobody]).kill()
        there.sandbox.fault(latency=0)

    go_through(there, kill, 12 if short else 25)


class Nobody:
    """All workers are dead already."""

    @staticmethod
    def kill():
        pass


@scenario("The whole server killed with -9")
def server_killed(there, short):
    def kill(seconds):
        for _turn in range(1 if short else 2):
            there.sandbox.fault(latency=200)
            time.sleep(3)
            there.server.kill9()
            time.sleep(2)
            there.server.start()

    go_through(there, kill, 15, recovery=30)


@scenario("PostgreSQL restarted")
def postgres_restarted(there, short):
    cluster = postgres.dev_cluster()
    if os.environ.get("PGHOST") != cluster.environ()["PGHOST"]:
        skip(there, "the database server is the machine's own")
        return

    def restart(seconds):
        there.sandbox.fault(latency=100)
        for _turn in range(2):
            time.sleep(3)
            cluster.stop()
            time.sleep(2)
            cluster.start()
            # Odoo ends where a new worker finds no database: its service starts again.
            for _second in range(5):
                time.sleep(1)
                there.server.revive()

    # queue_job's runner waits 5 s after a lost connection, and 10 s for dead jobs.
    go_through(there, restart, 15, recovery=40)


@scenario("queue_job's runner killed with -9")
def runner_killed(there, short):
    def kill(seconds):
        for _turn in range(4):
            time.sleep(3)
            there.server.kill9_workers("WorkerJobRunner")

    go_through(there, kill, 15)


@scenario("The database's disk full", small=True)
def disk_full(there, short):
    """What cannot be recorded is refused as a whole: no change without its event."""
    if not there.disk:
        skip(there, "a disk of its own needs root and the embedded PostgreSQL")
        return

    def fill(seconds):
        there.disk.fill()
        time.sleep(seconds)
        there.disk.free()

    go_through(there, fill, 20)


@scenario("The server's clock moved by an hour, both ways")
def clock_moved(there, short):
    clock = ServerClock(there)

    def move(seconds):
        for hours in (1, 0, -1, 0):
            there.sandbox.fault(kind="503", times=3)
            clock.move(hours)
            time.sleep(seconds / 4)

    go_through(there, move, 20)


@scenario("Two servers on one database, one of them killed", nodes=2, workers=2)
def two_nodes(there, short):
    def kill(seconds):
        there.sandbox.fault(latency=100)
        time.sleep(seconds / 3)
        there.servers[1].kill9()
        time.sleep(seconds / 3)
        there.servers[1].start()
        time.sleep(seconds / 3)
        there.sandbox.fault(latency=0)

    go_through(there, kill, 15)
