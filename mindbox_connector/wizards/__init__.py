from . import base_partner_merge
from . import mindbox_connection_test
