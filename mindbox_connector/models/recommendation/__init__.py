"""Products that a visitor may like: asked of Mindbox, else found in the shop's orders.

It serves Odoo's own product block, which loads after the page; nothing is written, and
no page waits. It calls capture, shop and endpoint; another source of products extends
``_get_sources``.
"""

from . import mindbox_endpoint
from . import mindbox_recommendation
from . import product_product
from . import website_snippet_filter
