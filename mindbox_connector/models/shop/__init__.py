"""One file for each model of Odoo that is extended: which changes matter to Mindbox.

What a body looks like stands beside it, in ``*_body.py`` where it is long. Calls
capture and the rooms below it.

``res.partner`` is assembled from many methods: nearly every event is about a customer,
so who that is, by what Mindbox knows him, and what of him is told are asked of it. The
same holds of ``sale.order``: carts, content, money, transfers and statuses are told.
"""

from . import mindbox_endpoint
from . import res_partner
from . import res_partner_body
from . import res_partner_known
from . import res_partner_moved
from . import res_partner_name
from . import res_users
from . import website
from . import loyalty_card
from . import loyalty_card_join
from . import loyalty_card_import
from . import loyalty_history
from . import loyalty_program
from . import sale_order
from . import sale_order_body
from . import sale_order_cart
from . import sale_order_told
from . import sale_order_standing
from . import sale_order_line
from . import payment_transaction
from . import account_move
from . import account_move_reversal
from . import account_partial_reconcile
from . import account_payment
from . import stock_move
from . import stock_picking
from . import stock_quant
from . import product_product
from . import product_public_category
from . import product_template
from . import product_wishlist
