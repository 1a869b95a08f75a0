# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The events of the shop that Mindbox hears of, as data.

A new event is one entry here plus one method ``_mindbox_<code>_body`` on its model.
Another add-on adds its entries by extending ``mindbox.catalogue``.
"""

from types import MappingProxyType
from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

from . import told

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class Event(NamedTuple):
    """What an event is, apart from its body.

    * ``label``: its name for people; a lazy translation where it is translated
    * ``model``: the model whose records it is about
    * ``operation``: the default name of the Mindbox operation; empty where no
      operation of the integration point is called, as for the files of an import
    * ``topic``: set for *state* events: what waits is merged per record and topic,
      and the body is built when it is sent. Empty for *facts*, which carry the body
      and the time of their moment.
    * ``guest_operation``: another operation where the customer has no account
    * ``instead``: the event to try once when Mindbox refuses this one, since the
      customer or the order is already known there
    * ``if_missing``: the same where what it is about is not known there
    * ``needs``: what Mindbox must have processed before, keys of :data:`KINDS` and
      ``contacts`` that are free: whoever is on the way is waited for
    * ``makes``: the same, what it makes where there is none yet
    * ``priority``: lower leaves first; equal priorities keep a customer's order
    * ``mode``: how Mindbox is called unless the operation says otherwise
    * ``send_execution_time``: the same for whether its moment is sent
    * ``send_device``: the same for whether the visitor's device is sent
    * ``active``: whether the operation of a new integration point is switched on
    * ``options``: parameters of the call of a bulk import, as pairs
    * ``kind``: of the record that Mindbox then knows, a key of :data:`KINDS`
    """

    label: str
    model: str
    operation: str = ""
    topic: str = ""
    guest_operation: str = ""
    instead: str = ""
    if_missing: str = ""
    needs: tuple = ()
    makes: str = ""
    priority: int = 10
    mode: str = "async"
    send_execution_time: bool = True
    send_device: bool = False
    active: bool = True
    options: tuple = ()
    kind: str = ""


class Kind(NamedTuple):
    """A kind of record that Mindbox keeps, so that both sides can be compared.

    * ``first_event``: what tells of a new record; without its operation none is told
    * ``expected``: the method of the model that says what Mindbox should know, see
      ``_mindbox_expected`` of ``mindbox.source``
    * ``send``: the method of the records that has them sent again, see
      ``_mindbox_send_again`` of ``mindbox.source``
    * ``told``: what the ledger keeps of it, and where that stands in the bodies of its
      events: {column: expression, see :mod:`.told`}. ``reference``: its ID there,
      ``amount``: a number, ``digest``: of what may not be kept, ``state``: an object
      of what else is told; its keys are overwritten one by one
    * ``sums``: whether the amounts that are told add up
    """

    label: str
    model: str
    first_event: str
    expected: str = "_mindbox_expected"
    send: str = "_mindbox_send_again"
    told: dict = MappingProxyType({})
    sums: bool = False


KINDS = {
    "customers": Kind(
        _lt("Customers"),
        "res.partner",
        "customer_edit",
        told={"digest": told.PROFILE},
    ),
    "orders": Kind(
        _lt("Orders"),
        "sale.order",
        "order_create",
        told={
            "reference": told.REFERENCE,
            "amount": told.TOTAL,
            "state": told.STATUSES,
        },
    ),
    "cards": Kind(
        _lt("Cards"),
        "loyalty.card",
        "card_issue",
        told={"amount": told.CHANGE},
        sums=True,
    ),
    "consents": Kind(
        _lt("Consents"),
        "mindbox.consent",
        "customer_subscription",
        told={"state": told.CONSENT},
    ),
}

# A customer gives up a contact that is another one's.
RELEASE = "customer_release"
# Who is to be forgotten withdraws all consents.
FAREWELL = "customer_farewell"

# The order of the entries is the order of rows that one transaction makes.
EVENTS = {
    # By the operation of customer_edit, in the lane of whoever gets the contact.
    RELEASE: Event(
        _lt("Contact given up"), "res.partner", makes="contacts", mode="sync"
    ),
    # By the operation that withdraws a consent.
    FAREWELL: Event(
        _lt("All consents withdrawn"), "mindbox.erasure", priority=0, mode="sync"
    ),
    "customer_register": Event(
        _lt("Customer registered"),
        "res.partner",
        "Website.RegisterCustomer",
        topic="customer",
        instead="customer_edit",
        # Not after the consent that was given with it: that would create a stub.
        priority=0,
        kind="customers",
        needs=("contacts",),
        makes="customers",
        # Known to be there before anything else of the customer leaves.
        mode="sync",
    ),
    "customer_authorize": Event(
        _lt("Customer logged in"),
        "res.partner",
        "Website.AuthorizeCustomer",
        needs=("customers",),
        send_device=True,
    ),
    "customer_edit": Event(
        _lt("Customer changed"),
        "res.partner",
        "Website.EditCustomer",
        topic="customer",
        if_missing="customer_register",
        kind="customers",
        needs=("customers", "contacts"),
        # Where its step is an import it makes customers, too.
        makes="customers",
        mode="sync",
    ),
    "customer_subscription": Event(
        _lt("Consent given or withdrawn"),
        "mindbox.consent",
        "Website.SubscribeCustomer",
        priority=0,
        kind="consents",
        needs=("customers",),
        makes="customers",
        mode="sync",
    ),
    "customer_merge": Event(
        _lt("Customers merged"),
        "res.partner",
        "Website.MergeCustomers",
        # Merging on demand exists only as a synchronous operation.
        mode="sync",
        needs=("customers",),
    ),
    "card_issue": Event(
        _lt("Card issued"),
        "loyalty.card",
        "Website.IssueDiscountCard",
        topic="card",
        kind="cards",
        needs=("customers",),
        makes="cards",
        mode="sync",
    ),
    "card_import": Event(
        _lt("Cards made"),
        "loyalty.card",
        "DirectCrm.Customers.ImportCards",
        topic="card_import",
        mode="bulk",
        send_execution_time=False,
        options=(("newCardCreationAllowed", "true"),),
    ),
    "cart_set": Event(
        _lt("Cart changed"),
        "sale.order",
        "Website.SetCart",
        topic="cart",
        needs=("customers",),
        send_device=True,
    ),
    "order_create": Event(
        _lt("Order placed"),
        "sale.order",
        "Website.CreateAuthorizedOrder",
        topic="order",
        guest_operation="Website.CreateUnauthorizedOrder",
        instead="order_update",
        kind="orders",
        needs=("customers",),
        makes="orders",
        mode="sync",
    ),
    "order_update": Event(
        _lt("Order changed"),
        "sale.order",
        "Website.UpdateOrder",
        topic="order",
        kind="orders",
        needs=("customers", "orders"),
        # Statuses of parts of lines depend on what was told before, as on the order.
        makes="orders",
        mode="sync",
    ),
    "order_status": Event(
        _lt("Order status changed"),
        "sale.order",
        "Website.UpdateOrderStatus",
        kind="orders",
        needs=("orders",),
        makes="orders",
    ),
    "order_favorite": Event(
        _lt("Order marked as favourite"),
        "sale.order",
        "Website.SetFavoriteOrder",
        needs=("customers", "orders"),
    ),
    "card_balance": Event(
        _lt("Card balance changed"),
        "loyalty.card",
        "Website.ChangeCustomerBalance",
        kind="cards",
        needs=("customers", "cards"),
    ),
    "cart_clear": Event(
        _lt("Cart emptied"),
        "sale.order",
        "Website.ClearCart",
        topic="cart_end",
        needs=("customers",),
        send_device=True,
    ),
    "wishlist_set": Event(
        _lt("Wish list changed"),
        "res.partner",
        "Website.SetWishList",
        topic="wishlist",
        needs=("customers",),
        send_device=True,
    ),
    "wishlist_clear": Event(
        _lt("Wish list emptied"),
        "res.partner",
        "Website.ClearWishList",
        topic="wishlist",
        needs=("customers",),
        send_device=True,
    ),
    "restock_set": Event(
        _lt("Waiting list changed"),
        "res.partner",
        "Website.SetBackInStockList",
        topic="restock",
        needs=("customers",),
        send_device=True,
    ),
    "product_view": Event(
        _lt("Product viewed"),
        "product.product",
        "Website.ViewProduct",
        needs=("customers",),
        send_device=True,
    ),
    "category_view": Event(
        _lt("Category viewed"),
        "product.public.category",
        "Website.ViewCategory",
        needs=("customers",),
        send_device=True,
    ),
    "recommendation_view": Event(
        _lt("Recommendations seen"),
        "product.product",
        "Website.ViewRecommendations",
        needs=("customers",),
        send_device=True,
        active=False,
    ),
    "recommendation_click": Event(
        _lt("Recommendation clicked"),
        "product.product",
        "Website.ClickRecommendation",
        needs=("customers",),
        send_device=True,
        active=False,
    ),
    "product_set": Event(
        _lt("Product changed"),
        "product.product",
        "Website.SaveProduct",
        topic="product",
        # Shoppers first: the product feed tells the same, only later.
        priority=20,
        active=False,
    ),
}

MODE_SELECTION = [
    ("async", "Asynchronous"),
    ("sync", "Synchronous"),
    ("bulk", "Bulk"),
]

# Milestones of an order; a project gives each of them a status of its own.
MILESTONE_SELECTION = [
    ("created", "Placed"),
    ("confirmed", "Confirmed"),
    ("paid", "Paid"),
    ("partially_shipped", "Partially shipped"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
    ("returned", "Returned"),
    ("quotation", "Back to quotation"),
]
