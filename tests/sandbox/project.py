"""The make-believe Mindbox project: its operations, integration points and settings
(§0, §4).

Everything here is data and can be changed over HTTP while the sandbox runs, because
every real project names its operations differently.
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass, fields, replace

BOTH = ("sync", "async")
SYNC, ASYNC, BULK = ("sync",), ("async",), ("bulk",)
CATEGORIES = ("created", "paid", "delivered", "cancelled", "returned")
# Beginnings of status names, for a project that does not list its statuses.
CATEGORY_HINTS = (
    ("cancelled", ("cancel", "отмен")),
    ("returned", ("return", "refund", "возвр")),
    ("delivered", ("deliver", "complete", "доставл", "выполн")),
    ("paid", ("paid", "pay", "оплач")),
)


@dataclass(slots=True, frozen=True)
class Operation:
    """One operation of the project.

    step: what it does (steps.STEPS or bulk.IMPORTS). customer: how the customer of the
    body is treated (§3.2): register, edit, complement, existing or none. device:
    needed, accepted or refused (§1.3). needs_transaction: it is callable only with an
    idempotency key (§1.7).
    """

    name: str
    step: str
    modes: tuple = BOTH
    customer: str = "existing"
    needs_key: bool = True
    needs_transaction: bool = False
    device: str = "refused"
    returns_validation_errors: bool = False
    list: str | None = None
    segmentation: str | None = None
    segment: str | None = None

    @property
    def sync_idempotent(self):
        """Sync calls keep to their transactionId only where an order is written
        (§1.7).
        """
        return self.step in ("order_create", "order_save", "order_process")


def op(name, step, **options):
    return Operation(name, step, **options)


def site(name, step, **options):
    """An operation the site calls: it takes the visitor's device."""
    return Operation(
        f"Website.{name}", step, device=options.pop("device", "accepted"), **options
    )


def browser(name, step, **options):
    return site(name, step, needs_key=False, **options)


def back(name, step, **options):
    return site(name, step, device="refused", **options)


def product_list(list_name, label, **options):
    return (
        browser(f"Set{label}", "list_set", list=list_name, **options),
        browser(f"Clear{label}", "list_clear", list=list_name, **options),
    )


def read(name, **options):
    return back(name, "read", modes=SYNC, customer="find", **options)


def bulk(name):
    return op(name, name, modes=BULK, customer="none")


STANDARD = (
    site(
        "RegisterCustomer",
        "register",
        customer="register",
        returns_validation_errors=True,
    ),
    browser("AuthorizeCustomer", "authorize"),
    site("EditCustomer", "edit", customer="edit", returns_validation_errors=True),
    site(
        "FillCustomerProfile", "edit", customer="edit", returns_validation_errors=True
    ),
    site("SyncCustomer", "read", modes=SYNC, customer="find"),
    site("CheckCustomer", "read", modes=SYNC, customer="find"),
    site("CheckCustomerByEmail", "read", modes=SYNC, customer="find"),
    site("CheckCustomerByMobilePhone", "read", modes=SYNC, customer="find"),
    read("CheckCustomerActive"),
    read("CheckLoyaltyProgramParticipants"),
    read("GetCustomerInfo"),
    read("GetCustomerDataByDiscountCard"),
    read("GetCustomerSubscriptions"),
    read("GetCustomerBalance"),
    read("GetCustomerPoints"),
    read("GetCustomerBonusPointsHistory"),
    read("GetCustomerBalanceHistory"),
    read("GetCustomerLoyaltyLevel"),
    read("GetCustomerSegments"),
    read("GetCustomerOrders"),
    read("GetOrdersList"),
    read("GetOrder"),
    site(
        "SubscribeCustomer",
        "subscribe",
        customer="complement",
        returns_validation_errors=True,
    ),
    site("SubscriptionInFooter", "subscribe", customer="complement", needs_key=False),
    site("MergeCustomers", "merge", modes=SYNC, customer="none"),
    back("IssueDiscountCard", "card_issue"),
    back("ChangeCustomerBalance", "balance_change"),
    *product_list("Cart", "Cart"),
    browser("AddToCart", "list_add", list="Cart"),
    browser("RemoveProduct", "list_remove", list="Cart"),
    browser("SetProductCount", "list_count", list="Cart"),
    browser("EditCart", "list_count", list="Cart"),
    *product_list("WishList", "WishList"),
    *product_list("WishList", "Favourite"),
    browser("AddToWishList", "list_add", list="WishList"),
    browser("RemoveFromWishList", "list_remove", list="WishList"),
    browser("EditFavourite", "list_count", list="WishList"),
    *product_list("BackInStock", "BackInStockList", customer="complement"),
    browser(
        "SetTovarNeVNalichiiItemList",
        "list_set",
        list="BackInStock",
        customer="complement",
    ),
    browser("ViewProduct", "view_product"),
    browser("ViewCategory", "view_category"),
    site("CreateAuthorizedOrder", "order_create"),
    site("CreateUnauthorizedOrder", "order_create", customer="complement"),
    site("UpdateOrder", "order_save"),
    site("UpdateOrderItems", "order_save"),
    back("UpdateOrderStatus", "order_status"),
    back("ChangeStatus", "order_status"),
    site("UpdateOrderItemsStatus", "order_status"),
    back("SaveOfflineOrder", "order_save", modes=ASYNC),
    back("SetFavoriteOrder", "order_note"),
    site("CalculateAuthorizedOrder", "order_calculate", modes=SYNC, customer="find"),
    site("CalculateUnauthorizedOrder", "order_calculate", modes=SYNC, customer="find"),
    site("CalculateAuthorizedCart", "order_calculate", modes=SYNC, customer="find"),
    site("CalculateUnauthorizedCart", "order_calculate", modes=SYNC, customer="find"),
    site("CalculateCart", "order_calculate", modes=SYNC, customer="find"),
    back("ManualCalculateOrder", "order_calculate", modes=SYNC, customer="find"),
    back("ManualCreateOrder", "order_process", modes=SYNC, needs_transaction=True),
    back("ManualChangeStatus", "order_status"),
    back("SaveProduct", "product_save", customer="none"),
    site("SendMobilePhoneAuthorizationCode", "accept"),
    site("CheckMobilePhoneAuthorizationCode", "accept", modes=SYNC),
    site("ConfirmMobilePhone", "accept", modes=SYNC),
    site("ResendMobilePhoneConfirmationCode", "accept"),
    site("ConfirmEmail", "accept", modes=SYNC),
    site("ResendEmailConfirmation", "accept"),
    *(
        bulk(name)
        for name in (
            "DirectCrm.Customers.Import",
            "DirectCrm.Customers.Edit",
            "DirectCrm.Customers.ImportCards",
            "RetailOrder.Import",
            "DirectCrm.StaticCustomerSegments.Import",
            "DirectCrm.CreateCustomerBalanceChangeOperation",
        )
    ),
)


DEFAULT_IDS = {
    "customer": ["websiteID", "mindboxId"],
    "order": ["websiteID", "mindboxId"],
    "product": ["website"],
    "category": ["website"],
    "card": ["number"],
}
# Settings that PUT /api/settings may change, with their defaults.
DEFAULTS = {
    "strict": True,
    "latency_ms": 0,
    "record_bodies": True,
    "ids": DEFAULT_IDS,
    "custom_fields": None,
    "statuses": None,
    "total_includes_delivery": True,
    "new_cards_allowed": True,
    "sync_ignores_transaction": True,
    "calls_per_minute": 8000,
    "bulk_per_hour": 60,
    "domain": True,
}


def digest(key):
    return hashlib.sha256(key.encode()).digest()


class Project:
    """Operations, integration points (only digests of their keys are kept) and
    settings.
    """

    def __init__(self, endpoints=None, **settings):
        self.operations = {operation.name: operation for operation in STANDARD}
        self.endpoints = {}
        self.settings = {}
        self.configure({**DEFAULTS, **settings})
        for endpoint, keys in (endpoints or {"demo.Website": ["sandbox-key"]}).items():
            self.set_endpoint(endpoint, keys)

    def configure(self, values):
        unknown = set(values) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        self.settings = {**self.settings, **values}
        self.strict = self.settings["strict"]
        self.custom_fields = self.settings["custom_fields"]
        self.latency = self.settings["latency_ms"] / 1000
        self.ids = {
            of: names and {n.lower() for n in names}
            for of, names in {**DEFAULT_IDS, **self.settings["ids"]}.items()
        }

    # -- integration points ---
    def set_endpoint(self, endpoint, keys):
        keys = [keys] if isinstance(keys, str) else keys
        self.endpoints[endpoint] = [digest(key) for key in keys]

    def replace_endpoints(self, mapping):
        self.endpoints = {}
        for endpoint, keys in mapping.items():
            self.set_endpoint(endpoint, keys)

    def key_fits(self, endpoint, key):
        given = digest(key)
        return any(
            hmac.compare_digest(given, known) for known in self.endpoints[endpoint]
        )

    # -- operations ---
    def save_operation(self, values):
        """Add or change an operation; `rename` gives it another name, `remove` takes
        it away.
        """
        values = dict(values)
        current = self.operations.pop(values.get("name"), None)
        if values.pop("remove", False):
            return None
        new_name = values.pop("rename", None) or values["name"]
        known = {field.name for field in fields(Operation)}
        if set(values) - known:
            raise ValueError(
                f"unknown option: {', '.join(sorted(set(values) - known))}"
            )
        values = {**values, "name": new_name}
        if "modes" in values:
            values["modes"] = tuple(values["modes"])
        saved = replace(current, **values) if current else Operation(**values)
        self.operations[saved.name] = saved
        return saved

    def described(self):
        return [asdict(operation) for operation in self.operations.values()]

    # -- order statuses ---
    def category(self, status):
        """The category of a line status; None where the project does not know the
        status.
        """
        known = self.settings["statuses"]
        if known is not None:
            return known.get(status)
        word = (status or "").lower()
        hits = (c for c, hints in CATEGORY_HINTS if any(h in word for h in hints))
        return next(hits, "created")
