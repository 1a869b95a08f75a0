"""What happened: calls, the operation log, and everything that is stored."""

from datetime import datetime
from itertools import islice

from aiohttp import web

from .. import calls
from ..oplog import conditions, rows
from ..showing import listings
from .replies import overview, reply

KINDS = "customers|orders|cards|lists|segments|imports|products"


class Looking:
    def __init__(self, box):
        self.box = box

    def routes(self):
        return [
            web.get("/api/state", self.state),
            web.get("/api/calls", self.calls),
            web.get("/api/calls/{seq:\\d+}", self.one_call),
            web.get("/api/log", self.operation_log),
            web.get("/api/exports", self.exports),
            web.get(f"/api/{{kind:{KINDS}}}", self.domain),
            web.get("/api/{kind:customers|orders|cards|imports}/{id}", self.domain_one),
        ]

    async def state(self, request):
        names = list(self.box.project.endpoints)
        return reply(
            {**overview(self.box), "api_url": self.box.api_url, "endpoints": names}
        )

    async def calls(self, request):
        query = request.query
        limit = int(query.get("limit", 1000))
        since = int(query["since"]) if "since" in query else None
        wanted = {
            key: query.get(key)
            for key in ("operation", "endpoint_id", "transaction_id", "outcome")
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

    async def operation_log(self, request):
        """Rows of Mindbox's log, oldest first, of calls after `since` (a moment)."""
        query = request.query
        since = query.get("since")
        wanted = conditions.Conditions(
            since=datetime.fromisoformat(since).timestamp() if since else None,
            state=query.get("state"),
            endpoint=query.get("endpoint_id"),
            operations=frozenset(query.getall("operation", ())),
            has_errors={None: None, "true": True, "false": False}[
                query.get("has_errors")
            ],
        )
        found = conditions.select(self.box.log, self.box.project, wanted)
        found = islice(found, int(query.get("limit", 1000)))
        return reply({"rows": [rows.brief(call) for call in found]})

    async def exports(self, request):
        exports = self.box.world.exports.all.values()
        return reply({"exports": [export.shown() for export in exports]})

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
