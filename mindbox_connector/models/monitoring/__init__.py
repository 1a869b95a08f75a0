from . import mindbox_health
from . import mindbox_sample
from . import mindbox_alert
from . import mindbox_dashboard
from . import mindbox_health_summary
