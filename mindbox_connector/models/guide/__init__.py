"""The set-up page: what is still to do until Mindbox hears of everything.

Each step is an entry of a table and judges from the world whether it is done: nothing
is ticked by hand. Questions for the Mindbox manager are data, too. It lies on top of
all rooms and may call them; none calls it.
"""

from . import mindbox_guide
from . import mindbox_endpoint
from . import mindbox_operation
