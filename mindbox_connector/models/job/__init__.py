"""The scaffold of long jobs: one at a time, for some seconds, commit by commit.

What a job does stands in the rooms above, which inherit the mixin; it calls nobody.
"""

from . import mindbox_lease
from . import mindbox_job
