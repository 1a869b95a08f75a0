"""The operations of the make-believe project, as data."""

from dataclasses import dataclass

from .contract.takes import NAMELESS

BOTH = ("sync", "async")
SYNC, ASYNC, BULK = ("sync",), ("async",), ("bulk",)
# Steps of happenings on the site: their device is asked for.
OF_THE_SITE = ("authorize", "list_", "view_", "recommend")


@dataclass(slots=True, frozen=True)
class Operation:
    """One operation of the project.

    * step: what it does (steps.STEPS), for a bulk import its own name
    * customer: how the customer of the body is treated: register, edit, import,
      complement, existing, find or none
    * device: needed, accepted or refused
    * needs_transaction: it is callable only with an idempotency key
    * takes: fields it has beyond those of its page, as "order" or
      "balanceChanges.balanceType"
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
    takes: tuple = ()

    @property
    def device_flag(self):
        """The flag as Mindbox has it: a device is needed, or it is not expected."""
        if self.device != "accepted":
            return self.device
        return "needed" if self.step.startswith(OF_THE_SITE) else "refused"

    @property
    def needs_somebody(self):
        return self.step not in NAMELESS

    @property
    def sync_idempotent(self):
        """Sync calls keep to their transactionId only where an order is written."""
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


def export(name, step):
    return back(
        f"Export{name}",
        step,
        modes=SYNC,
        customer="none",
        returns_validation_errors=True,
    )


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
    site("GetRecommendations", "recommend", modes=SYNC, customer="none"),
    site("ViewRecommendations", "recommend_note"),
    site("ClickRecommendation", "recommend_note"),
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
    export("OperationLogs", "log_export"),
    export("Customers", "export_customers"),
    export("Segments", "export_segments"),
    export("Actions", "export_actions"),
    export("Merges", "export_merges"),
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
            "DirectCrm.DiscountCards.ImportCards",
            "RetailOrder.Import",
            "DirectCrm.StaticCustomerSegments.Import",
            "DirectCrm.CreateCustomerBalanceChangeOperation",
        )
    ),
)
