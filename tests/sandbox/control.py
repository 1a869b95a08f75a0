"""The control listener: what tests and the page ask and switch (JSON over HTTP)."""

import asyncio
import contextlib
from pathlib import Path

from aiohttp import web

from . import answers, calls
from .books.customer import survivor
from .showing import listings

PAGE = Path(__file__).parent / "page"
TICK = 0.25
BURST = 200
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def reply(document, status=200):
    return web.Response(
        text=answers.dumps(document), status=status, content_type="application/json"
    )


@web.middleware
async def plain_errors(request, handler):
    """Changes come as JSON (so no foreign web page can make them); errors are
    sentences.
    """
    if request.method in ("POST", "PUT") and request.content_type != "application/json":
        return reply({"error": "Content-Type must be application/json"}, 415)
    try:
        return await handler(request)
    except (ValueError, TypeError, KeyError) as error:
        return reply({"error": str(error) or type(error).__name__}, 400)


class Control:
    def __init__(self, box):
        self.box = box

    def routes(self):
        return [
            web.get("/", self.page),
            web.get("/page/{name}", self.page),
            web.get("/api/stream", self.stream),
            web.get("/api/state", self.state),
            web.get("/api/calls", self.calls),
            web.get("/api/calls/{seq:\\d+}", self.one_call),
            web.get("/api/faults", self.faults),
            web.post("/api/faults", self.add_fault),
            web.delete("/api/faults", self.clear_faults),
            web.delete("/api/faults/{id:\\d+}", self.clear_faults),
            web.get("/api/endpoints", self.endpoints),
            web.put("/api/endpoints", self.set_endpoints),
            web.get("/api/operations", self.operations),
            web.put("/api/operations", self.set_operations),
            web.get("/api/settings", self.settings),
            web.put("/api/settings", self.set_settings),
            web.post("/api/reset", self.reset),
            web.get(
                "/api/{kind:customers|orders|cards|lists|segments|imports|products}",
                self.domain,
            ),
            web.get("/api/{kind:customers|orders|cards|imports}/{id}", self.domain_one),
        ]

    # -- the page ---
    async def page(self, request):
        path = PAGE / request.match_info.get("name", "index.html")
        if path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        response = web.Response(
            text=path.read_text("utf-8"), content_type=TYPES[path.suffix]
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    def overview(self):
        box = self.box
        counts = {
            **box.log.counts,
            **box.world.counts(),
            "in_flight": box.log.in_flight,
        }
        return {
            "last": box.log.last,
            "counts": counts,
            "faults": box.faults.shown(),
            "latency_ms": box.project.settings["latency_ms"],
        }

    async def stream(self, request):
        """Server-sent events: a few times a second what came in, and what is
        switched on.
        """
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        since = request.headers.get("Last-Event-ID") or request.query.get("since")
        seen, shown = int(since or self.box.log.last), None
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while True:
                overview = self.overview()
                if overview != shown:
                    await response.write(self.event(seen, overview))
                    seen, shown = overview["last"], overview
                await asyncio.sleep(TICK)
        return response

    def event(self, seen, overview):
        last = overview["last"]
        seen = 0 if last < seen else seen
        fresh = [
            self.live(call) for call in self.box.log.after(max(seen, last - BURST))
        ]
        document = {**overview, "calls": fresh, "missed": max(0, last - seen - BURST)}
        return f"id: {last}\ndata: {answers.dumps(document)}\n\n".encode()

    def live(self, call):
        """A call for the stream: with the customer's name and what it is about."""
        shown = calls.summary(call)
        customer = self.box.world.customers.by_number.get(str(call.customer_id))
        shown["customer"]["title"] = survivor(customer).title if customer else None
        shown["about"] = {}
        with contextlib.suppress(AttributeError, TypeError, KeyError, IndexError):
            shown["about"] = calls.digest(calls.as_json(call.body))
        return shown

    # -- what happened ---
    async def state(self, request):
        names = list(self.box.project.endpoints)
        return reply(
            {**self.overview(), "api_url": self.box.api_url, "endpoints": names}
        )

    async def calls(self, request):
        query = request.query
        limit = int(query.get("limit", 1000))
        since = int(query["since"]) if "since" in query else None
        wanted = {
            key: query.get(key)
            for key in ("operation", "endpoint_id", "transaction_id")
        }
        found = self.box.log.select(since, limit, **wanted)
        cut = since is not None and len(found) == limit
        shown = [calls.detail(call) for call in found]
        newest = self.box.log.last
        return reply(
            {"calls": shown, "last": found[-1].seq if cut else newest, "newest": newest}
        )

    async def one_call(self, request):
        seq = int(request.match_info["seq"])
        call = next(self.box.log.after(seq - 1), None)
        if call is None or call.seq != seq:
            return reply({"error": "no such call, or it is too long ago"}, 404)
        return reply(calls.detail(call))

    async def domain(self, request):
        query = request.query
        page = listings.listing(
            self.box.world,
            request.match_info["kind"],
            query.get("q", ""),
            int(query.get("offset", 0)),
            int(query.get("limit", 100)),
        )
        return reply(page)

    async def domain_one(self, request):
        kind, ident = request.match_info["kind"], request.match_info["id"]
        found = listings.one(self.box.world, kind, ident)
        return reply(found) if found is not None else reply({"error": "not found"}, 404)

    # -- switches ---
    async def faults(self, request):
        return reply({"faults": self.box.faults.shown()})

    async def add_fault(self, request):
        values = await request.json()
        if "latency" in values:
            self.box.project.configure({"latency_ms": values["latency"]})
            return reply({"latency_ms": values["latency"]})
        fault = self.box.faults.add(**values)
        await self.box.settled()
        return reply(fault.shown(), 201)

    async def clear_faults(self, request):
        fault_id = request.match_info.get("id")
        self.box.faults.clear(fault_id and int(fault_id), request.query.get("kind"))
        await self.box.settled()
        return reply({"faults": self.box.faults.shown()})

    async def endpoints(self, request):
        return reply(
            {
                "endpoints": {
                    name: {"keys": len(keys)}
                    for name, keys in self.box.project.endpoints.items()
                }
            }
        )

    async def set_endpoints(self, request):
        self.box.project.replace_endpoints(await request.json())
        return await self.endpoints(request)

    async def operations(self, request):
        return reply({"operations": self.box.project.described()})

    async def set_operations(self, request):
        values = await request.json()
        for one in values if isinstance(values, list) else [values]:
            self.box.project.save_operation(one)
        return await self.operations(request)

    async def settings(self, request):
        return reply(self.box.project.settings)

    async def set_settings(self, request):
        self.box.project.configure(await request.json())
        return await self.settings(request)

    async def reset(self, request):
        self.box.reset()
        await self.box.settled()
        return reply(self.overview())


def control_app(box):
    app = web.Application(middlewares=[plain_errors], client_max_size=16 * 1024 * 1024)
    app.add_routes(Control(box).routes())
    return app
