"""What a run leaves behind: profiles, moves, the log of runs, the sizes of segments.

Tables that runs fill, and the pictures that are drawn of them. It may call the schemes
below; of how a run works it knows nothing.
"""

from . import rfm_profile
from . import rfm_transition
from . import rfm_run
from . import rfm_segment
from . import rfm_scheme
from . import rfm_overview
from . import rfm_moves
