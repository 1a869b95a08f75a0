"""The monitoring: how the integration points do, and who is told when they do not.

Measures for Prometheus, alerts and the dashboard; samples of five minutes, so that
pictures of weeks cost nothing. It lies on top of all other rooms and may call them;
none calls it. They are joined by hooks that are extended here with ``super()``.
"""

from . import mindbox_alert
from . import mindbox_sample
from . import mindbox_endpoint
from . import mindbox_health
from . import mindbox_job_runner
from . import mindbox_request
from . import res_config_settings
