"""How a company tells its customers apart: schemes, their rules and their segments.

What people edit, and what can be judged of it without looking at a single customer:
input, thresholds, the painted matrix, holes and overlaps. The ground floor: it calls
none of the other rooms.
"""

from . import rfm_scheme
from . import rfm_scheme_input
from . import rfm_scheme_matrix
from . import rfm_segment
from . import rfm_rule
from . import rfm_condition
