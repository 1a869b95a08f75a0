"""Segments of customers, in four rooms: each calls only those before it."""

from . import scheme
from . import result
from . import run
from . import use
