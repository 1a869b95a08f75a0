"""The two listeners and their life: the API, which can be closed, and the page."""

import asyncio
import contextlib
import ssl
import time

from aiohttp import web

from .api import Api
from .calls import CallLog
from .control import control_app
from .faults import FaultBook
from .oplog.exports import Exports
from .project import Project
from .webhooks.sender import Webhooks
from .world import World

LARGEST = 210 * 1024 * 1024


class Listener:
    """The API's socket, which really opens and closes."""

    def __init__(self, handler, host, port, tls=None):
        self.handler, self.host, self.port, self.tls = handler, host, port, tls
        self.server = self.protocols = None
        self.busy = asyncio.Lock()

    def make_request(self, message, payload, protocol, writer, task):
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=LARGEST
        )

    async def open(self):
        async with self.busy:
            if self.server is None:
                self.protocols = web.Server(
                    self.handler,
                    request_factory=self.make_request,
                    keepalive_timeout=75,
                )
                loop = asyncio.get_running_loop()
                self.server = await loop.create_server(
                    self.protocols, self.host, self.port, ssl=self.tls, backlog=1024
                )
                self.port = self.server.sockets[0].getsockname()[1]

    async def close(self):
        """Nobody listens any more, and open connections end."""
        async with self.busy:
            if self.server is not None:
                server, protocols = self.server, self.protocols
                self.server = self.protocols = None
                server.close()
                for protocol in list(protocols.connections):
                    if protocol.transport is not None:
                        protocol.transport.abort()
                await protocols.shutdown(0)


def tls_context(cert, key):
    if not cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


class SandboxServer:
    """Everything together, on the running event loop."""

    def __init__(
        self,
        host="127.0.0.1",
        api_port=0,
        port=0,
        tls=None,
        endpoints=None,
        max_calls=200_000,
        **settings,
    ):
        self.project = Project(endpoints, **settings)
        self.log = CallLog(max_calls)
        self.faults = FaultBook(self.project)
        self.world = World(self.project)
        self.world.exports = Exports(self.project, self.log, self.faults)
        self.world.exports.world = self.world
        self.world.exports.scheme = "https" if tls else "http"
        self.api = Api(self.project, self.log, self.faults, self.world)
        self.listener = Listener(self.api.handle, host, api_port, tls)
        self.host, self.port = host, port
        self.tls = tls
        self.faults.on_change = self.follow_faults
        self.tasks = set()
        self.webhooks = Webhooks(self.spawn)

    @property
    def api_url(self):
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.listener.port}"

    @property
    def page_url(self):
        return f"http://{self.host}:{self.port}"

    async def start(self):
        await self.listener.open()
        self.runner = web.AppRunner(
            control_app(self), access_log=None, shutdown_timeout=0.2
        )
        await self.runner.setup()
        site = web.TCPSite(self.runner, self.host, self.port)
        await site.start()
        self.port = self.runner.addresses[0][1]
        self.spawn(self.watch())

    async def stop(self):
        self.faults.on_change = lambda: None
        self.faults.clear()
        for task in list(self.tasks):
            task.cancel()
        self.world.imports.stop()
        self.api.acceptance.later.stop()
        self.world.exports.reset()
        await self.listener.close()
        await self.runner.cleanup()

    def spawn(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def watch(self):
        """Faults with an end in time end also when nobody calls."""
        while True:
            await asyncio.sleep(0.2)
            self.faults.prune()

    def follow_faults(self):
        self.spawn(
            self.listener.close() if self.faults.refusing else self.listener.open()
        )

    async def settled(self):
        """The listener is as the faults want it."""
        with contextlib.suppress(OSError):
            await (
                self.listener.close() if self.faults.refusing else self.listener.open()
            )

    async def settle(self, timeout=30, at_once=False):
        """Wait until all that was accepted is executed, imports too."""
        deadline = time.monotonic() + timeout
        done = await self.api.acceptance.later.settle(timeout, at_once)
        while self.world.imports.waiting and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return done and not self.world.imports.waiting

    def reset(self):
        self.log.reset()
        self.world.reset()
        self.faults.clear()
        self.world.exports.reset()
        self.api.acceptance.reset()
        self.webhooks.reset()
