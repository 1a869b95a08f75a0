"""The sandbox: a small real HTTP server that plays the Mindbox HTTP API v3.

It keeps to Mindbox's public documentation: what Mindbox says no to, it says no to. Each
module says what was decided where that is silent.

    api         a call from its arrival to its answer
    acceptance  is it accepted? envelope and contract say what a call must look like
    execution   it is executed, at once or later, in the books of customers, orders...
    steps       ...by the step of its operation
    bulk        import files, read row by row
    oplog       the operation log, and its export
    showing     how what is stored is shown, in answers and on the page
    webhooks    calls to the shop, repeated, late, shuffled or lost
    control     what tests and the page ask and switch

How closely it keeps to the documentation is a profile of behaviours, see
`strictness`: `strict` does what Mindbox does (asynchronous calls are executed later and
shuffled, their failures are in the operation log only, cards come from import
files...), `kind` does at once what it is told.

    python -m tests.sandbox --api-port 8170 --port 8171    a process of its own
    python -m tests.sandbox --seed 7                       as strict as Mindbox
    python -m tests.sandbox --kind                         or kind
    MINDBOX_SANDBOX_PROFILE=kind                           the same for every sandbox
    python -m tests.sandbox.sample                         a made-up day to look at
    with Sandbox() as box: ...                             in a test, on free ports

The API listens on one port; the page (GET /) and the control interface on the other.
A change is sent as JSON with its Content-Type.

    GET  /api/calls   ?since=&operation=&transaction_id=&endpoint_id=&outcome=&limit=
                      {"calls": [...], "last": the next `since`, "newest": seq}
                      outcome: processing, completed, remarks, failed
    GET  /api/calls/<seq>
    GET  /api/log     ?since=<moment>&state=&has_errors=&operation=&endpoint_id=&limit=
                      rows of Mindbox's operation log: what became of each call
    GET  /api/exports exports of it: Website.ExportOperationLogs makes them
    POST /api/settle  {"timeout": seconds, "now": do not wait for the delays}
                      answers when all that was accepted is executed, imports too
    GET  /api/state   counters, active faults, seed and strictness
    GET  /api/customers, orders, cards, lists, segments, products, imports
                      ?q=&offset=&limit=
    GET  /api/customers/<mindboxId, value or name:value>, orders/<id>, cards/<number>
    POST /api/faults  {"kind", "operation", "endpoint", "times", "share", "seconds",
                      "retry_after", "for_seconds", "message", "seed"}
                      or {"series": [...], "per"}; late_failure and late_remark come
                      to accepted calls, export_not_ready and export_cancelled to
                      exports
    GET, DELETE /api/faults, DELETE /api/faults/<id>, /api/faults?kind=<kind>
    GET, PUT /api/endpoints   {"<endpointId>": "key" or ["key", ...]}, replaces all
    GET, PUT /api/operations  {"name", "rename", "remove", or options of Operation}
    GET, PUT /api/settings    any of project.DEFAULTS
    GET  /api/strictness      each behaviour, its value and what it could be
    GET, PUT /api/webhooks    {"url", "key", "lost", "doubled", "late", ...}: see
                      webhooks.sender; shares from 0 to 1
    GET, POST /api/webhooks/calls     what was sent; send one body or many
    POST /api/webhooks/consent  {"customer", "channel", "topic", "subscribed"}: decided
                      in Mindbox, by the link in a mail; tells the shop
    POST /api/webhooks/settle   {"timeout"}: answers when none is on its way
    POST /api/reset           forgets calls, what waits, state, keys and faults
    GET  /api/stream          server-sent events, what the page lives on
"""

from .box import Sandbox

__all__ = ["Sandbox"]
