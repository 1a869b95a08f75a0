"""The API listener: POST /v3/operations/{sync,async,bulk}, GET /exports/... ."""

import asyncio
import random
import re

from aiohttp import web

from . import faults
from .acceptance import Acceptance, key_of_raw
from .breakage import Breakage
from .calls import HIDDEN_HEADERS, Call

PATH = re.compile(r"/v3/operations/(sync|async|bulk)/?")


class Api:
    def __init__(self, project, log, book, world):
        self.project, self.log, self.faults, self.world = project, log, book, world
        self.acceptance = Acceptance(project, log, book, world)
        self.breakage = Breakage(self)
        self.header_cache = {}

    # -- one call ---
    async def handle(self, request):
        if request.method == "GET" and request.path.startswith("/exports/"):
            return await self.world.exports.download(request)
        call = self.open(request)
        self.log.in_flight += 1
        try:
            raw = await request.read()
            if self.project.latency:
                await asyncio.sleep(self.project.latency)
            fault = self.faults.pick(call, lambda: key_of_raw(raw))
            if fault is None:
                return self.finish(
                    call, self.acceptance.process(call, request, raw), raw
                )
            call.fault = fault.kind
            return await self.faulty(fault, call, request, raw)
        finally:
            self.log.in_flight -= 1

    def open(self, request):
        found = PATH.fullmatch(request.path)
        return Call(
            found[1] if found else None, request.query, self.shared_headers(request)
        )

    def shared_headers(self, request):
        """Headers without secrets, one copy for all calls that look alike."""
        shown = tuple(
            item
            for item in request.headers.items()
            if item[0].lower() not in HIDDEN_HEADERS and item[0] != "Content-Length"
        )
        if len(self.header_cache) > 1000:
            self.header_cache.clear()
        return self.header_cache.setdefault(shown, dict(shown))

    def finish(self, call, answer, raw):
        self.record(call, answer, raw)
        headers = {
            "X-Request-ID": f"{random.getrandbits(128):032x}",
            "X-Server-Name": "sandbox",
            **answer.headers,
        }
        if answer.content_type:
            headers["Content-Type"] = answer.content_type
        return web.Response(body=answer.body, status=answer.http, headers=headers)

    def record(self, call, answer, raw):
        self.log.record(call, answer, raw, self.project.settings["record_bodies"])

    # -- faults ---
    async def faulty(self, fault, call, request, raw):
        answer = faults.ANSWERS.get(fault.kind)
        if answer:
            return self.finish(call, answer(fault), raw)
        play = getattr(self.breakage, fault.kind)
        return await play(fault, call, request, raw)
