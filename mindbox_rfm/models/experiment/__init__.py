"""Experiments: some are left out, and what the others bring more is measured.

Who is in the control group, what both groups buy, and what may be said of the
difference. It may call runs and all below them. That offers, programs and Mindbox leave
the control group out is for the room above, by ``_on_membership``.
"""

from . import rfm_experiment
from . import rfm_experiment_member
from . import rfm_experiment_line
from . import rfm_experiment_outlook
from . import rfm_experiment_report
from . import rfm_scheme
from . import res_partner
