"""Webhooks: where they go, how reliably, and what happens in Mindbox to cause one."""

import asyncio
import time

from aiohttp import web

from ..books.customer import survivor
from ..showing.listings import find_customer
from ..showing.records import iso
from ..webhooks.sender import consent_of
from .replies import reply


class Webhooks:
    def __init__(self, box):
        self.box = box

    def routes(self):
        return [
            web.get("/api/webhooks", self.look),
            web.put("/api/webhooks", self.set),
            web.get("/api/webhooks/calls", self.calls),
            web.post("/api/webhooks/calls", self.send),
            web.post("/api/webhooks/consent", self.decide),
            web.post("/api/webhooks/settle", self.settle),
        ]

    async def look(self, request):
        return reply(self.box.webhooks.shown())

    async def set(self, request):
        self.box.webhooks.configure(await request.json())
        return await self.look(request)

    async def calls(self, request):
        return reply({"calls": self.box.webhooks.sent})

    async def send(self, request):
        """Call the shop with bodies as they are, one or many."""
        bodies = await request.json()
        bodies = bodies if isinstance(bodies, list) else [bodies]
        return reply({"sent": [self.box.webhooks.call(body) for body in bodies]}, 201)

    async def decide(self, request):
        """Let a customer follow the link in a mail; a scenario tells the shop."""
        asked = await request.json()
        found = find_customer(self.box.world, str(asked["customer"]))
        if found is None:
            return reply({"error": "no such customer"}, 404)
        customer, when = survivor(found), time.time()
        channel, topic = asked.get("channel", "Email"), asked.get("topic", "")
        subscribed = bool(asked.get("subscribed", False))
        state = "subscribed" if subscribed else "unsubscribed"
        brand = asked.get("brand", "")
        self.box.world.customers.touch(customer, when)
        customer.bag("subscriptions")[brand, channel, topic] = (state, when)
        customer.note(when, state, channel=channel, topic=topic, brand=brand)
        body = consent_of(customer, iso(when), channel, topic, subscribed)
        return reply({"sent": self.box.webhooks.call(body)}, 201)

    async def settle(self, request):
        """Answer when no call is on its way any more, or the time is over."""
        deadline = time.monotonic() + (await request.json()).get("timeout", 30)
        while self.box.webhooks.on_the_way and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        return await self.look(request)
