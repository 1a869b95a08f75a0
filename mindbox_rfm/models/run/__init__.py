"""A run: facts, thresholds, scores, segments, and who moved; or a preview of all that.

:class:`~.run.Run` is a plain object beside a thin model, as are its parts, in this
order: customers, corrections, facts, cuts, scores, changes. Runs read the schemes below
and write to the results below; what follows a run is added to ``_after_run`` by those
above.
"""

from . import rfm_sources
from . import rfm_scheme
from . import rfm_scheme_form
from . import rfm_scheme_rest
