"""Which operation's rows are handled by whom."""

from functools import partial

from .cards import balance, card, pool_card, segment
from .customers import customers
from .orders import order_row

HANDLERS = {
    "DirectCrm.Customers.Import": customers,
    "DirectCrm.Customers.Edit": partial(customers, create=False),
    "DirectCrm.DiscountCards.ImportCards": pool_card,
    "RetailOrder.Import": order_row,
    "DirectCrm.Customers.ImportCards": card,
    "DirectCrm.CreateCustomerBalanceChangeOperation": balance,
    "DirectCrm.StaticCustomerSegments.Import": segment,
}
