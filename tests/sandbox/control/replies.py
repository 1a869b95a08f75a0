"""Replies and errors of the control interface."""

from aiohttp import web

from .. import answers


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


def overview(box):
    """Counters and what is switched on, as the page shows them all the time."""
    settings, log = box.project.settings, box.log
    return {
        "last": log.last,
        "counts": {
            **log.counts,
            **box.world.counts(),
            "in_flight": log.in_flight,
            "waiting": log.waiting,
        },
        "faults": box.faults.shown(),
        "latency_ms": settings["latency_ms"],
        "seed": settings["seed"],
        "strictness": settings["strictness"],
    }
