"""The checkup: is all there that the connector needs, around it and in its settings?

Each check is an entry of a table: what it is called, how it is found out, what may be
found and what helps. The page and the command read the same table. It lies above the
monitoring, whose health it repeats, and may call all rooms below.
"""

from . import mindbox_doctor
from . import mindbox_endpoint
