"""An integration point's configuration as a file, from one database to another.

What a file has, field by field, follows from the models: all that somebody can set, but
no key, nor what an add-on or Mindbox has found out. Each part is read, compared, judged
and written by ``mindbox.configuration``, which other add-ons extend by parts of theirs.
"""

from . import mindbox_configuration
from . import mindbox_configuration_write
from . import mindbox_endpoint
