from . import scheme
from . import result
from . import run
from . import use
