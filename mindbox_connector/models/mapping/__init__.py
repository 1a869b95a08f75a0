"""Fields of Odoo that additional fields of Mindbox are filled with, without code.

A map is a path, a type and a name. It says what bodies tell beside what is built in,
and which changes make an event. Calls the shop and the rooms below it; the import and
the product feed ask it for the same values.
"""

from . import mindbox_path
from . import mindbox_field_map
from . import mindbox_field_example
from . import mindbox_endpoint
from . import base
from . import res_partner
from . import sale_order
from . import loyalty_card
from . import product_product
