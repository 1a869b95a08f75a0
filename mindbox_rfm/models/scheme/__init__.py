"""How a company tells its customers apart: schemes, their rules and their segments.

What people edit, and what can be judged of it without looking at a single customer:
input, thresholds, the painted matrix, holes and overlaps. The ground floor: it calls
none of the other rooms.

``rfm.scheme`` is assembled from many methods: it is what people open, so each room adds
what it does with one, to run, to picture and to tell.
"""

from . import rfm_versioned
from . import rfm_scheme
from . import rfm_scheme_input
from . import rfm_scheme_matrix
from . import rfm_segment
from . import rfm_rule
from . import rfm_rule_sql
from . import rfm_condition
from . import rfm_scheme_content
from . import rfm_scheme_version
