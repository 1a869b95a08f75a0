from . import mindbox_feed
from . import mindbox_feed_build
from . import mindbox_feed_offer
from . import mindbox_feed_reader
from . import mindbox_feed_setup
