"""Why something was not sent or does not go on: the catalogue, in the reader's words.

It calls nobody. What keeps a reason inherits a mixin of this room; a room that has
reasons of its own adds them to the catalogue.
"""

from . import mindbox_reason
from . import mindbox_reasoned
from . import mindbox_stoppable
