"""The step "Export: operation logs": start an export, or ask what became of it."""


def log_export(ctx):
    ctx.call.effect = False
    exports = ctx.world.exports
    if ctx.body.get("exportId") is not None:
        return {"exportResult": exports.ask(ctx.call, ctx.body["exportId"])}
    export, duplicate = exports.start(ctx.body)
    return {
        "exportId": export.id,
        **({"isDuplicate": True} if duplicate else {}),
    }
