"""The page, and the stream of server-sent events it lives on."""

import asyncio
import contextlib
from itertools import islice
from pathlib import Path

from aiohttp import web

from .. import answers, calls
from ..books.customer import survivor
from .replies import overview

PAGE = Path(__file__).parents[1] / "page"
TICK = 0.25
BURST = 200
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class Live:
    def __init__(self, box):
        self.box = box

    def routes(self):
        return [
            web.get("/", self.page),
            web.get("/page/{name}", self.page),
            web.get("/api/stream", self.stream),
        ]

    async def page(self, request):
        path = PAGE / request.match_info.get("name", "index.html")
        if path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        response = web.Response(
            text=path.read_text("utf-8"), content_type=TYPES[path.suffix]
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def stream(self, request):
        """A few times a second what came in, what was executed, and what is on."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        since = request.headers.get("Last-Event-ID") or request.query.get("since")
        seen = int(since or self.box.log.last), self.box.log.executed
        shown = None
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while True:
                now = overview(self.box)
                if now != shown:
                    await response.write(self.event(*seen, now))
                    seen, shown = (now["last"], self.box.log.executed), now
                await asyncio.sleep(TICK)
        return response

    def event(self, seen, executed, now):
        log, last = self.box.log, now["last"]
        seen = 0 if last < seen else seen
        fresh = [self.live(call) for call in log.after(max(seen, last - BURST))]
        number = min(max(log.executed - executed, 0), BURST, len(log.late))
        late = islice(log.late, len(log.late) - number, None)
        document = {
            **now,
            "calls": fresh,
            "executed": [self.live(call) for call in late],
            "missed": max(0, last - seen - BURST),
        }
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
