from . import rfm_scheme
from . import rfm_segment
from . import rfm_rule
from . import rfm_condition
from . import rfm_check
