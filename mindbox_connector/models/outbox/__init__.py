from . import mindbox_catalogue
from . import mindbox_request
from . import mindbox_hold
from . import mindbox_kick
from . import mindbox_claim
from . import mindbox_delivery
