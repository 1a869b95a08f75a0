"""The steps that export: start one, or ask what became of it; merges are paged."""

import time
from itertools import islice

from ..contract.errors import Invalid
from ..oplog import tables

MOST_ROWS = 10_000
# Seconds that must have passed since the end of the period.
AGE = 5 * 60


def export(ctx):
    ctx.call.effect = False
    exports = ctx.world.exports
    if ctx.body.get("exportId") is not None:
        return {"exportResult": exports.ask(ctx.call, ctx.body["exportId"])}
    made, duplicate = exports.start(ctx.body, ctx.operation.step)
    return {
        "exportId": made.id,
        **({"isDuplicate": True} if duplicate else {}),
    }


def export_merges(ctx):
    ctx.call.effect = False
    page = ctx.body.get("customerMergesPage") or {}
    number, size = page.get("pageNumber"), page.get("itemsPerPage")
    if not isinstance(number, int) or number < 1:
        raise Invalid("pages are counted from 1", "/customerMergesPage/pageNumber")
    if not isinstance(size, int) or not 0 < size <= MOST_ROWS:
        raise Invalid("at most 10 000 a page", "/customerMergesPage/itemsPerPage")
    wanted = tables.read(page)
    if wanted.till is None or wanted.till > time.time() - AGE:
        raise Invalid("must be five minutes ago", "/customerMergesPage/tillDateTimeUtc")
    found = islice(tables.merges(ctx.world, wanted), (number - 1) * size, number * size)
    return {"customerMerges": list(found)}
