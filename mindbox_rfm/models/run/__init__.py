from . import rfm_engine
from . import rfm_sources
