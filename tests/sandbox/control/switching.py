"""What can be switched: faults, keys, operations, settings; and waiting."""

from aiohttp import web

from .. import strictness
from .replies import overview, reply


class Switching:
    def __init__(self, box):
        self.box = box

    def routes(self):
        return [
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
            web.get("/api/strictness", self.strictness),
            web.post("/api/settle", self.settle),
            web.post("/api/reset", self.reset),
        ]

    async def faults(self, request):
        return reply({"faults": self.box.faults.shown()})

    async def add_fault(self, request):
        values = await request.json()
        if "latency" in values:
            latency = values.pop("latency")
            self.box.project.configure({"latency_ms": latency})
            if not values:
                return reply({"latency_ms": latency})
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

    async def strictness(self, request):
        return reply(strictness.described(self.box.project.settings["strictness"]))

    async def settle(self, request):
        """Answer when everything that was accepted is executed, or the time is over."""
        asked = await request.json()
        done = await self.box.settle(asked.get("timeout", 30), asked.get("now", False))
        return reply({"settled": done, "waiting": self.box.log.waiting})

    async def reset(self, request):
        self.box.reset()
        await self.box.settled()
        return reply(overview(self.box))
