"""Calls that end otherwise than with an answer, as switched on by a fault."""

import asyncio
import socket
import struct

from aiohttp import web

from . import answers

INFORMATION = (
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
    b"HTTP/1.1 102 Processing\r\n\r\n"
)


class Breakage:
    """Plays the faults of the connection and of the clock."""

    def __init__(self, api):
        self.api, self.faults = api, api.faults

    async def slow(self, fault, call, request, raw):
        """Late, but done: also when the sender has given up waiting."""
        await asyncio.sleep(fault.seconds if fault.seconds is not None else 3)
        return self.api.finish(
            call, self.api.acceptance.process(call, request, raw), raw
        )

    async def black_hole(self, fault, call, request, raw):
        call.error = "never answered"
        self.api.record(call, None, raw)
        transport = request.transport
        while self.faults.holds(fault.id) and transport and not transport.is_closing():
            await asyncio.sleep(0.1)
        return self.hang_up(request)

    async def reset(self, fault, call, request, raw):
        call.error = "connection reset before the effect"
        self.api.record(call, None, raw)
        return self.hang_up(request, hard=True)

    async def lost_answer(self, fault, call, request, raw):
        self.api.record(call, self.api.acceptance.process(call, request, raw), raw)
        return self.hang_up(request)

    async def half_answer(self, fault, call, request, raw):
        answer = self.api.acceptance.process(call, request, raw)
        self.api.record(call, answer, raw)
        length = str(len(answer.body) + 20)
        headers = {"Content-Length": length, "Content-Type": answers.JSON}
        response = web.StreamResponse(status=answer.http, headers=headers)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
        return self.hang_up(request, response, flush=True)

    async def early_hints(self, fault, call, request, raw):
        """Information before the answer (RFC 9110, 15.2), as proxies send it."""
        if request.transport is not None:
            request.transport.write(INFORMATION)
        return self.api.finish(
            call, self.api.acceptance.process(call, request, raw), raw
        )

    def hang_up(self, request, response=None, hard=False, flush=False):
        """End the connection without a (whole) answer; `hard` with a TCP reset."""
        transport = request.transport
        if transport is not None and hard:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
        if transport is not None:
            (transport.close if flush else transport.abort)()
        return response or web.Response()
