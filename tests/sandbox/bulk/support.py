"""What the handlers of rows share."""

from types import SimpleNamespace

from ..calls import Call

LATER = object()


class RowError(Exception):
    """This row is rejected."""


def context(world, job, number, when):
    """What the books want to know about a change, for a row."""
    return SimpleNamespace(
        when=when,
        seq=0,
        call=Call("bulk", {}, {}),
        project=world.project,
        strict=world.project.strict,
        warn=lambda where, what: job.warn(number, f"{where}: {what}"),
        remark=lambda where, what: job.warn(number, f"{where}: {what}"),
    )


def stamp(clean, name, job):
    return clean[name].timestamp() if name in clean else job.at


def known_ids(world, of, ids):
    known = world.project.ids.get(of)
    strange = [name for name in ids if known is not None and name.lower() not in known]
    if strange:
        raise RowError(f"unknown identifier '{strange[0]}'")
    return ids
