"""Which fields the page of an operation's step names: a body with others is flagged.

A name leads to the fields below it that are named, or to None where all of them are. A
step that is missing here takes whatever any page names.
"""

IDENTITY = ("ids", "email", "mobilePhone", "discountCard")
WHO = {"customer": IDENTITY}
ANYBODY = {"customer": None}
# What every operation takes.
ALWAYS = {"executionDateTimeUtc", "pointOfContact", "customerAction"}
VIEWED = ("product", "productGroup", "customerAction")
ORDER = {"customer": None, "order": None}
ORDER_STATUS = (
    "ids",
    "customFields",
    "returnedPayments",
    "lines",
    "email",
    "mobilePhone",
)
TAKES = {
    "register": ANYBODY,
    "edit": ANYBODY,
    "complement": ANYBODY,
    "subscribe": ANYBODY,
    "authorize": WHO,
    "merge": {"customersToMerge": None, "resultingCustomer": None},
    "card_issue": {**WHO, "discountCard": ("ids",)},
    "balance_change": {
        **WHO,
        "balanceChanges": ("changeAmount", "comment", "expirationDateTimeUtc"),
    },
    "order_create": ORDER,
    "order_save": ORDER,
    "order_status": {**WHO, "order": ORDER_STATUS, "orderLinesStatus": None},
    "order_note": {**WHO, "order": ("ids", "customFields")},
    "list_set": {**WHO, "productList": None},
    "list_clear": WHO,
    "list_add": {**WHO, "addProductToList": None},
    "list_remove": {**WHO, "removeProductFromList": None},
    "list_count": {**WHO, "setProductCountInList": None},
    "view_product": {
        **WHO,
        "viewProduct": VIEWED,
        "product": None,
        "productGroup": None,
    },
    "view_category": {
        **WHO,
        "viewProductCategory": ("productCategory", "customerAction"),
        "productCategory": None,
    },
    "recommend": {
        **WHO,
        "recommendation": ("limit", "area", *VIEWED[:1], "productCategory"),
    },
    "recommend_note": {**WHO, "viewProduct": VIEWED, "product": None},
    "segment_include": WHO,
    "segment_exclude": WHO,
    "product_save": {"product": None},
}
# Steps that are about no customer, or find theirs by the order.
NAMELESS = {
    "order_status",
    "read",
    "product_save",
    "recommend",
    "merge",
    "log_export",
    "export_customers",
    "export_segments",
    "export_actions",
    "export_merges",
}


def names_somebody(body):
    customer = body.get("customer")
    return isinstance(customer, dict) and any(map(customer.get, IDENTITY))


def only_named(body, operation):
    """The fields of a body that the operation takes, and the places of the others."""
    takes = TAKES.get(operation.step)
    if takes is None:
        return body, ()
    taken, strays = {}, []
    for key, value in body.items():
        if key in ALWAYS or key in operation.takes:
            taken[key] = value
        elif key not in takes:
            strays.append(f"/{key}")
        else:
            taken[key] = below(takes[key], key, value, operation.takes, strays)
    return taken, strays


def below(names, key, value, extra, strays):
    """The same for an object or for each object of a list; other values stay."""
    if names is None:
        return value
    if isinstance(value, list):
        return [
            below(names, f"{key}/{place}", one, extra, strays)
            for place, one in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    inner = {}
    for name, item in value.items():
        if name in names or f"{key.partition('/')[0]}.{name}" in extra:
            inner[name] = item
        else:
            strays.append(f"/{key}/{name}")
    return inner
