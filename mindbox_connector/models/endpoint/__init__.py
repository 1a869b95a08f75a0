from . import mindbox_setting
from . import mindbox_endpoint
from . import mindbox_operation
from . import mindbox_order_status
from . import res_config_settings
