"""Segments of customers, in five rooms: each calls only those before it."""

from . import scheme
from . import result
from . import run
from . import experiment
from . import use
