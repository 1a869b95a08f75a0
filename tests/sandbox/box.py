"""The sandbox inside a test process: a server in a thread, and handles to look into
it.
"""

import asyncio
import json
import threading
import time

from . import answers, calls
from .oplog import conditions, rows
from .server import SandboxServer
from .showing import listings


class Faults:
    """`box.faults.set("503", times=2)`, `box.faults.series([...], per=...)`,
    `box.faults.clear()`.
    """

    def __init__(self, box):
        self.box = box

    def set(self, kind, **options):
        return self.box.on_loop(self._add, {"kind": kind, **options})

    def series(self, steps, per="call", **options):
        return self.box.on_loop(self._add, {"series": steps, "per": per, **options})

    async def _add(self, options):
        fault = self.box.server.faults.add(**options)
        await self.box.server.settled()
        return fault.shown()

    def clear(self, fault_id=None):
        return self.box.on_loop(self._clear, fault_id)

    async def _clear(self, fault_id):
        self.box.server.faults.clear(fault_id)
        await self.box.server.settled()

    def list(self):
        return self.box.on_loop(self.box.server.faults.shown)


class Sandbox:
    """`with Sandbox() as box:` runs it on free ports; options as of `SandboxServer`."""

    def __init__(self, **options):
        self.options = options
        self.faults = Faults(self)
        self.server = None

    # -- life ---
    def start(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(20)
        if self.failure:
            raise self.failure
        return self

    def _run(self, ready):
        self.failure = None
        self.loop = asyncio.new_event_loop()
        try:
            self.server = self.loop.run_until_complete(self._open())
        except Exception as error:
            self.failure = error
            return
        finally:
            ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._close())
        self.loop.close()

    async def _open(self):
        server = SandboxServer(**self.options)
        await server.start()
        return server

    async def _close(self):
        await self.server.stop()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()

    def on_loop(self, work, *args, **kwargs):
        """Run a function or coroutine function on the server's own thread."""

        async def run():
            result = work(*args, **kwargs)
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(30)

    # -- looking in ---
    @property
    def api_url(self):
        return self.server.api_url

    @property
    def page_url(self):
        return self.server.page_url

    def calls(self, since=None, limit=None, **wanted):
        """Calls as GET /api/calls shows them, oldest first."""
        return self.on_loop(
            lambda: [
                calls.detail(c) for c in self.server.log.select(since, limit, **wanted)
            ]
        )

    def wait_for(self, count, timeout=10, **wanted):
        """Until so many matching calls are there (or the time is over), then them."""
        deadline = time.monotonic() + timeout
        while (
            len(found := self.calls(**wanted)) < count and time.monotonic() < deadline
        ):
            time.sleep(0.02)
        return found

    def settle(self, timeout=30, now=True):
        """Have all that was accepted executed, at once or when its time comes."""
        return self.on_loop(self.server.settle, timeout, now)

    def operation_log(self, **wanted):
        """Rows of Mindbox's operation log, as GET /api/log shows them."""
        server = self.server
        asked = conditions.Conditions(**wanted)
        return self.on_loop(
            lambda: [
                rows.brief(call)
                for call in conditions.select(server.log, server.project, asked)
            ]
        )

    def wait_imports(self, timeout=30):
        deadline = time.monotonic() + timeout
        while (
            self.on_loop(lambda: self.server.world.imports.waiting)
            and time.monotonic() < deadline
        ):
            time.sleep(0.02)

    def listing(self, kind, q="", offset=0, limit=None):
        """All of a kind, as GET /api/<kind> shows them."""
        page = self.on_loop(
            listings.listing, self.server.world, kind, q, offset, limit or 10**9
        )
        return json.loads(answers.dumps(page))[kind]

    def one(self, kind, ident):
        found = self.on_loop(listings.one, self.server.world, kind, ident)
        return json.loads(answers.dumps(found))

    @property
    def counts(self):
        return self.on_loop(
            lambda: {**self.server.log.counts, **self.server.world.counts()}
        )

    customers = property(lambda self: self.listing("customers"))
    orders = property(lambda self: self.listing("orders"))
    cards = property(lambda self: self.listing("cards"))
    lists = property(lambda self: self.listing("lists"))
    segments = property(lambda self: self.listing("segments"))
    imports = property(lambda self: self.listing("imports"))

    # -- switching ---
    def reset(self):
        async def reset():
            self.server.reset()
            await self.server.settled()

        self.on_loop(reset)

    def settings(self, **values):
        self.on_loop(self.server.project.configure, values)

    def set_endpoints(self, **mapping):
        self.on_loop(self.server.project.replace_endpoints, mapping)

    def set_operation(self, name, **values):
        self.on_loop(self.server.project.save_operation, {"name": name, **values})
