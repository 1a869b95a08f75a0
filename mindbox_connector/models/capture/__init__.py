from . import mindbox_source
