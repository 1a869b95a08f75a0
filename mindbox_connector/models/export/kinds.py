# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kinds of exports, as data."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from .json_list import read_list


class ExportKind(NamedTuple):
    """What Mindbox can be asked for, apart from what follows from it.

    * ``label``: its name for people; a lazy translation where it is translated
    * ``operation``: the field of the integration point with the operation's name
    * ``every``: the field with the minutes from one to the next; None: each night
    * ``reach``: how far back the first one is asked for
    * ``longest``: the longest period that is asked for at once; None: all of the reach
    * ``overlap``: so much of the end of a period is read once more with the next one
    * ``lag``: so much younger may nothing be that is asked for
    * ``is_whole``: it has no period: each export is all there is
    * ``is_paged``: there are no files: Mindbox answers page by page
    * ``read_rows``: what yields the rows of a file
    """

    label: Any
    operation: str
    every: str | None = None
    reach: timedelta = timedelta(days=3650)
    longest: timedelta | None = None
    # A call may be executed after the export was made, an action entered later.
    overlap: timedelta = timedelta(minutes=10)
    lag: timedelta = timedelta()
    is_whole: bool = False
    is_paged: bool = False
    read_rows: Callable = read_list
