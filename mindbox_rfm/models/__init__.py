"""Segments of customers, in six rooms: each calls only those before it."""

from . import scheme
from . import result
from . import run
from . import forecast
from . import experiment
from . import use
