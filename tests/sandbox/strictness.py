"""How closely the sandbox keeps to what Mindbox documents, behaviour by behaviour.

Each behaviour has named values: one as kind as a first integration wishes, one as
Mindbox itself, and sometimes more. A profile is a value for each of them. They are the
setting `strictness`, and can be changed while the sandbox runs:

    PUT /api/settings  {"strictness": "strict"}
                       {"strictness": {"profile": "kind", "contacts": "unique"}}
"""

from types import SimpleNamespace
from typing import NamedTuple


class Behaviour(NamedTuple):
    kind: str
    strict: str
    more: tuple = ()

    @property
    def values(self):
        return tuple(dict.fromkeys((self.kind, self.strict, *self.more)))


BEHAVIOURS = {
    # An asynchronous call is executed when it arrives; or later, in another order.
    "execution": Behaviour("at_once", "later"),
    # What is wrong with the body of an asynchronous call is answered with 400; or, as
    # long as it is JSON, told in the operation log only.
    "async_bodies": Behaviour("refused", "logged"),
    # Somebody registers with an identifier or contact that is known: 400; a
    # ValidationError with HTTP 200; or the known customer is edited.
    "registration": Behaviour("protocol_error", "validation_error", ("edits",)),
    # An edit of somebody unknown: Success and nothing; or the step "import".
    "edits": Behaviour("nothing", "nothing", ("imports",)),
    # A card number nobody knows: the card is made; or made by import files only.
    "cards": Behaviour("made", "imported_only"),
    # Who is to be merged is unknown: 400; or Success with NotFound.
    "merges": Behaviour("protocol_error", "not_found"),
    # A contact of another customer: it moves; or it stays where it is.
    "contacts": Behaviour("move", "unique"),
    # A call with neither a customer nor a device: as its step needs; or an error.
    "identity": Behaviour("by_step", "required"),
    # A device: accepted where the site calls; or needed or refused by the flag.
    "devices": Behaviour("accepted", "by_flag"),
    # A field that the page of the operation does not name: taken if any page names it;
    # or flagged and ignored.
    "fields": Behaviour("any_page", "own_page"),
    # A column of a file that no page lists, or an empty one: taken; or the file fails.
    "columns": Behaviour("taken", "listed"),
    # A zipped file: taken; or refused where its page does not name gzip.
    "gzip": Behaviour("taken", "documented"),
    # What is wrong with a file: answered with 400; or its task fails, and nobody hears.
    "files": Behaviour("refused", "task_fails"),
    # Cells and owners the pages ask for: as far as needed; or all of them.
    "rows": Behaviour("lenient", "documented"),
    # Answers to reads: what is stored; or the documented nodes, with texts for numbers.
    "answers": Behaviour("stored", "documented"),
}
PROFILES = {
    profile: {name: getattr(one, profile) for name, one in BEHAVIOURS.items()}
    for profile in ("kind", "strict")
}
DEFAULT = "strict"


def changed(values, asked):
    """The values after a change: the name of a profile, or values by behaviour."""
    asked = {"profile": asked} if isinstance(asked, str) else dict(asked)
    profile = asked.pop("profile", None)
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(f"unknown profile {profile!r}, known are kind and strict")
        values = PROFILES[profile]
    for name, value in asked.items():
        if name not in BEHAVIOURS:
            raise ValueError(f"unknown behaviour {name!r}")
        if value not in BEHAVIOURS[name].values:
            known = ", ".join(BEHAVIOURS[name].values)
            raise ValueError(f"{name} must be one of {known}")
    return {**values, **asked}


def profile_of(values):
    """The profile these values are, or `mixed`."""
    return next((name for name, own in PROFILES.items() if own == values), "mixed")


def described(values):
    """What the page shows: each behaviour, its value and what it could be."""
    return {
        "profile": profile_of(values),
        "behaviours": [
            {"name": name, "value": values[name], "values": one.values}
            for name, one in BEHAVIOURS.items()
        ],
    }


def as_attributes(values):
    return SimpleNamespace(**values)
