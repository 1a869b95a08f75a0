"""The product feed: the catalogue of a website as Mindbox fetches it.

A build takes stock of the products, reads them batch by batch and writes the file, in
several sittings. It lies on top of shop, capture, outbox and endpoint and may call
these; history, comparison and monitoring may call it. Lower rooms are joined by hooks
that are extended here with ``super()``.
"""

from . import mindbox_reason
from . import mindbox_feed
from . import mindbox_feed_health
from . import mindbox_feed_work
from . import mindbox_feed_build
from . import mindbox_feed_offer
from . import mindbox_feed_reader
from . import mindbox_feed_params
from . import mindbox_endpoint
from . import product_product
