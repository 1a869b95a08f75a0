"""What happens in Mindbox by itself: people open mails, somebody moves a customer."""

import time

from aiohttp import web

from ..books.customer import survivor
from ..showing.listings import find_customer
from .replies import reply


class Happenings:
    def __init__(self, box):
        self.box = box

    def routes(self):
        return [
            web.post("/api/happenings/mailings", self.mailings),
            web.post("/api/happenings/segments", self.segments),
        ]

    async def mailings(self, request):
        """Actions with mailings: `customer`, `action`, `mailing`, `reason`, `at`."""
        now = time.time()
        for one in await request.json():
            self.box.world.mailings.append(
                {
                    "customer": self.find(one["customer"]),
                    "action": one["action"],
                    "mailing": one.get("mailing", "News"),
                    "reason": one.get("reason"),
                    "at": one.get("at", now),
                    "entered": now,
                }
            )
        return reply({}, 201)

    async def segments(self, request):
        """Put customers into a segment past everybody: `segment` null takes out."""
        for one in await request.json():
            customer = self.find(one["customer"])
            place = one["segmentation"], one.get("segment")
            self.box.world.set_segment(customer, *place, time.time())
        return reply({}, 201)

    def find(self, customer):
        found = find_customer(self.box.world, str(customer))
        if found is None:
            raise ValueError(f"no such customer: {customer}")
        return survivor(found)
