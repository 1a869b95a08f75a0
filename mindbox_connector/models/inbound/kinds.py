# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kinds of calls from Mindbox, as data."""

from types import MappingProxyType
from typing import Any, NamedTuple


class InboundKind(NamedTuple):
    """What Mindbox can tell, apart from what follows from it.

    * ``label``: its name for people; a lazy translation where it is translated
    * ``trigger``: when a scenario of Mindbox calls, in words for who builds it
    * ``template``: the part of the body that is this kind's own, as Mindbox fills it in
    * ``names_customer``: whether the body says whom it is about
    """

    label: Any
    trigger: Any = ""
    template: Any = MappingProxyType({})
    names_customer: bool = True
