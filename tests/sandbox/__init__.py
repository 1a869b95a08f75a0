"""The sandbox: a small real HTTP server that plays the Mindbox HTTP API v3.

It keeps to Mindbox's public documentation: what Mindbox says no to, it says no to. Each
module says what was decided where that is silent.

    api        a call from its arrival to its answer; envelope, contract: is it valid?
    steps      what an operation does with it, in the books of customers, orders, cards
    bulk       import files, read row by row
    showing    how it is shown, in answers and on the page
    control    what tests and the page ask and switch

    python -m tests.sandbox --api-port 8170 --port 8171    a process of its own
    python -m tests.sandbox.sample                         a made-up day to look at
    with Sandbox() as box: ...                             in a test, on free ports

The API listens on one port; the page (GET /) and the control interface on the other.
A change is sent as JSON with its Content-Type.

    GET  /api/calls   ?since=&operation=&transaction_id=&endpoint_id=&limit=
                      {"calls": [...], "last": the next `since`, "newest": seq}
    GET  /api/calls/<seq>
    GET  /api/state   counters and active faults
    GET  /api/customers, orders, cards, lists, segments, products, imports
                      ?q=&offset=&limit=
    GET  /api/customers/<mindboxId, value or name:value>, orders/<id>, cards/<number>
    POST /api/faults  {"kind", "operation", "endpoint", "times", "seconds",
                      "retry_after", "for_seconds"} or {"series": [...], "per"}
    GET, DELETE /api/faults, DELETE /api/faults/<id>, /api/faults?kind=<kind>
    GET, PUT /api/endpoints   {"<endpointId>": "key" or ["key", ...]}, replaces all
    GET, PUT /api/operations  {"name", "rename", "remove", or options of Operation}
    GET, PUT /api/settings    any of project.DEFAULTS
    POST /api/reset           forgets calls, state, keys and faults
    GET  /api/stream          server-sent events, what the page lives on
"""

from .box import Sandbox

__all__ = ["Sandbox"]
