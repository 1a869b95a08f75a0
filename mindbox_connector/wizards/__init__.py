from . import base_partner_merge
from . import mindbox_configuration_wizard
from . import mindbox_connection_test
from . import mindbox_import_wizard
from . import mindbox_inbound_setup
from . import mindbox_replay
