"""Segments of customers, in eight rooms: each calls only those before it."""

from . import scheme
from . import result
from . import run
from . import cohort
from . import forecast
from . import experiment
from . import use
from . import site
