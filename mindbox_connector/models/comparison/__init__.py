from . import mindbox_expectation
from . import mindbox_reconciliation
from . import mindbox_difference
from . import mindbox_read_back
