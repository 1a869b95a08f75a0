"""The rooms, from the ground up: each may call those above it in this list."""

from . import reason
from . import job
from . import endpoint
from . import outbox
from . import export
from . import capture
from . import identity
from . import shop
from . import mapping
from . import consent
from . import feed
from . import recommendation
from . import history
from . import comparison
from . import inbound
from . import issues
from . import monitoring
from . import checkup
from . import configuration
from . import guide
