from . import rfm_profile
from . import rfm_transition
from . import rfm_run
from . import rfm_overview
from . import rfm_stock
