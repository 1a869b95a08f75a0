"""The bodies of the contract as data, and the walk that checks a body against them
(§3).

A node of a shape is a check from `fields`, a dict (an object with known keys), a list
with one node (an array), or one of the classes below. What is wrong with a *container*
is a wrong body (400 ProtocolError); what is wrong with a single *value* drops that
value and is noted (§2.4).
"""

import json
from decimal import Decimal

from . import fields
from .fields import BadField, FatalField, Noted

DROP = object()


class ProtocolError(Exception):
    """The call is refused: wrong envelope or wrong body, in every mode (§2.2)."""

    def __init__(self, message, http=400):
        super().__init__(message)
        self.http = http


class BusinessError(Exception):
    """What the operation itself says no to: 400 in sync mode, in async mode only
    logged (§1.1).
    """


class Throttled(ProtocolError):
    """A limit of §1.6 is exceeded."""

    def __init__(self, message, retry_after=None):
        super().__init__(message, 429)
        self.retry_after = retry_after


class Report:
    """What was noted about one body."""

    def __init__(self, project):
        self.project = project
        self.warnings = []
        self.dropped = []
        self.fatal = []

    def note(self, location, message):
        self.warnings.append({"location": location, "message": message})

    def drop(self, location, message):
        """A bad value: dropped with a warning, or told where validation errors are
        (§2.4).
        """
        self.note(location, f"{message}, dropped")
        self.dropped.append({"location": location, "message": message})

    def fail(self, location, message):
        self.fatal.append({"location": location, "message": message})


class Ids:
    """`"ids": {"<system name>": "<value>"}` with the names the project knows (§3.0)."""

    def __init__(self, of):
        self.of = of

    def clean(self, value, path, report):
        if not isinstance(value, dict):
            raise ProtocolError(f"{path} must be an object")
        known = report.project.ids.get(self.of)
        clean = {}
        for key, item in value.items():
            if known is not None and key.lower() not in known:
                raise ProtocolError(f"Unknown identifier '{key}' at {path}")
            item = self.one(key, item, f"{path}/{key}", report)
            if item is not DROP:
                clean[key] = item
        return clean

    @staticmethod
    def one(key, item, path, report):
        if isinstance(item, int) and not isinstance(item, bool):
            if key.lower() != "mindboxid":
                report.note(path, "an identifier is a string, the number was converted")
            item = str(item)
        if not isinstance(item, str) or not item.strip() or len(item) > 1000:
            report.drop(path, "an identifier is a string of 1 to 1000 characters")
            return DROP
        return item


class CustomFields:
    """`customFields`: they must exist in the project, where the project lists them
    (§3.0).
    """

    def clean(self, value, path, report):
        if not isinstance(value, dict):
            raise ProtocolError(f"{path} must be an object")
        clean = {
            key: self.one(key, item, f"{path}/{key}", report)
            for key, item in value.items()
        }
        return {key: item for key, item in clean.items() if item is not DROP}

    @staticmethod
    def one(key, item, path, report):
        if item == fields.CLEAR:
            return item
        known = report.project.custom_fields
        kind = "any" if known is None else known.get(key)
        if kind is None:
            report.drop(path, "no such custom field in the project")
            return DROP
        return leaf(fields.CUSTOM_KINDS[kind], item, path, report)


class Status:
    """A line status: a string, or the object form of the processing operations
    (§9.8).
    """

    def clean(self, value, path, report):
        if isinstance(value, dict):
            value = dig(value, "ids.externalId")
        return leaf(fields.enum, value, path, report)


class Anything:
    def clean(self, value, path, report):
        return value


def leaf(check, value, path, report):
    try:
        return check(value)
    except Noted as noted:
        report.note(path, str(noted))
        return noted.value
    except FatalField as error:
        report.fail(path, str(error))
    except BadField as error:
        report.drop(path, str(error))
    return DROP


def clean_object(shape, value, path, report):
    if not isinstance(value, dict):
        raise ProtocolError(f"{path or '/'} must be an object")
    clean = {}
    for key, item in value.items():
        node = shape.get(key)
        if node is None:
            report.note(f"{path}/{key}", "unknown field, ignored")
        elif item is not None:
            item = walk(node, item, f"{path}/{key}", report)
            if item is not DROP:
                clean[key] = item
    return clean


def clean_array(shape, value, path, report):
    if not isinstance(value, list):
        raise ProtocolError(f"{path} must be an array")
    clean = (
        walk(shape[0], item, f"{path}/{i}", report) for i, item in enumerate(value)
    )
    return [item for item in clean if item is not DROP]


def walk(node, value, path, report):
    if callable(node):
        return leaf(node, value, path, report)
    if isinstance(node, dict):
        return clean_object(node, value, path, report)
    if isinstance(node, list):
        return clean_array(node, value, path, report)
    return node.clean(value, path, report)


ANY = Anything()
CUSTOM = CustomFields()
STATUS = Status()
PRODUCT = {
    "ids": Ids("product"),
    "name": fields.text,
    "sku": {"ids": Ids("product")},
    "price": fields.price,
    "oldPrice": fields.price,
    "description": fields.kept_text,
    "url": fields.text,
    "pictureUrl": fields.text,
    "isAvailable": fields.boolean,
    "shelfLife": ANY,
    "categories": [{"ids": Ids("category")}],
    "customFields": CUSTOM,
}
GROUP = {"ids": Ids("product"), "name": fields.text}
CATEGORY = {"ids": Ids("category"), "name": fields.text}
EXTERNAL = {"ids": {"externalId": fields.enum}}
CARD = {
    "ids": Ids("card"),
    "type": {"ids": {"externalId": fields.enum}},
    "status": {"ids": {"systemName": fields.enum}},
    "customFields": CUSTOM,
}
SUBSCRIPTION = {
    "brand": fields.enum,
    "pointOfContact": fields.channel,
    "topic": fields.enum,
    "isSubscribed": fields.boolean,
    "valueByDefault": fields.boolean,
}
CUSTOMER = {
    "ids": Ids("customer"),
    "discountCard": CARD,
    "email": fields.email,
    "mobilePhone": fields.phone,
    "lastName": fields.name,
    "firstName": fields.name,
    "middleName": fields.name,
    "fullName": fields.name,
    "birthDate": fields.birth_date,
    "sex": fields.sex,
    "timeZone": fields.time_zone,
    "area": EXTERNAL,
    "customFields": CUSTOM,
    "subscriptions": [SUBSCRIPTION],
    "password": ANY,
    "authenticationTicket": ANY,
}
BALANCE_TYPE = {"ids": {"systemName": fields.enum}}
DISCOUNT = {
    "type": fields.enum,
    "amount": fields.money,
    "promoCode": {"ids": {"code": fields.text}},
    "externalPromoAction": EXTERNAL,
    "balanceType": BALANCE_TYPE,
}
PAYMENT = {"type": fields.enum, "amount": fields.money, "discountCard": CARD}
PROMOTION = {
    "type": fields.enum,
    "promotion": EXTERNAL,
    "amount": fields.money,
    "balanceType": BALANCE_TYPE,
    "expirationDateTimeUtc": fields.moment,
}
LINE = {
    "lineId": fields.text,
    "lineNumber": fields.integer,
    "quantity": fields.quantity,
    "quantityType": fields.enum,
    "basePricePerItem": fields.price,
    "minPricePerItem": fields.price,
    "discountedPricePerLine": fields.price,
    "costPricePerItem": fields.price,
    "product": PRODUCT,
    "productGroup": GROUP,
    "status": STATUS,
    "discounts": [DISCOUNT],
    "requestedPromotions": [PROMOTION],
    "customFields": CUSTOM,
}
ORDER = {
    "ids": Ids("order"),
    "deliveryCost": fields.price,
    "totalPrice": fields.price,
    "email": fields.email,
    "mobilePhone": fields.phone,
    "area": EXTERNAL,
    "customFields": CUSTOM,
    "discounts": [DISCOUNT],
    "payments": [PAYMENT],
    "returnedPayments": [PAYMENT],
    "lines": [LINE],
    "coupons": [{"ids": {"code": fields.text}}],
    "bonusPoints": [{"amount": fields.money}],
    "requestedPromotions": [PROMOTION],
    "cashdesk": ANY,
}
LIST_ITEM = {
    "product": PRODUCT,
    "productGroup": GROUP,
    "count": fields.quantity,
    "pricePerItem": fields.price,
    "priceOfLine": fields.price,
    "price": fields.price,
    "customFields": CUSTOM,
}
BALANCE_CHANGE = {
    "changeAmount": fields.money,
    "comment": fields.text,
    "expirationDateTimeUtc": fields.moment,
    "balanceType": BALANCE_TYPE,
    "availableFromDateTimeUtc": fields.moment,
    "order": {"ids": Ids("order")},
}
ACTION = {"customFields": CUSTOM}
VIEW = {
    "product": PRODUCT,
    "productGroup": GROUP,
    "price": fields.price,
    "customerAction": ACTION,
}
CATEGORY_VIEW = {"productCategory": CATEGORY, "customerAction": ACTION}
PAGE = {
    "pageNumber": fields.integer,
    "itemsPerPage": fields.integer,
    "sinceDateTimeUtc": fields.moment,
    "tillDateTimeUtc": fields.moment,
}
MAILINGS = (
    "emailMailing",
    "smsMailing",
    "viberMailing",
    "mobilePushMailing",
    "webPushMailing",
)
BODY = {
    "customer": CUSTOMER,
    "order": ORDER,
    "productList": [LIST_ITEM],
    "addProductToList": LIST_ITEM,
    "removeProductFromList": LIST_ITEM,
    "setProductCountInList": LIST_ITEM,
    "viewProduct": VIEW,
    "viewProductCategory": CATEGORY_VIEW,
    "product": PRODUCT,
    "productGroup": GROUP,
    "productCategory": CATEGORY,
    "customerAction": ACTION,
    "pointOfContact": fields.enum,
    "segmentations": [EXTERNAL],
    "segment": ANY,
    "discountCard": CARD,
    "promoCode": ANY,
    "recommendation": ANY,
    "referencedCustomer": CUSTOMER,
    "page": PAGE,
    "smsConfirmation": {"code": fields.text},
    "authentificationCode": ANY,
    "customersToMerge": [CUSTOMER],
    "resultingCustomer": CUSTOMER,
    "balanceChanges": [BALANCE_CHANGE],
    "orderLinesStatus": STATUS,
    "executionDateTimeUtc": fields.moment,
    "exportId": ANY,
    "sinceDateTimeUtc": fields.moment,
    "tillDateTimeUtc": fields.moment,
    **dict.fromkeys(MAILINGS, ANY),
}
# What a body must have for a step to make sense: any of the alternatives of each tuple.
STEP_NEEDS = {
    "register": (("customer",),),
    "edit": (("customer",),),
    "complement": (("customer",),),
    "subscribe": (("customer",),),
    "merge": (("customersToMerge",), ("resultingCustomer",)),
    "order_create": (("order.ids",), ("order.lines",)),
    "order_save": (("order.ids",),),
    "order_process": (("order.ids",), ("order.lines",)),
    "order_calculate": (("order.lines",),),
    "order_status": (("order.ids",), ("orderLinesStatus", "order.lines")),
    "order_note": (("order.ids",),),
    "list_set": (("productList",),),
    "list_add": (("addProductToList",),),
    "list_remove": (("removeProductFromList",),),
    "list_count": (("setProductCountInList",),),
    "view_product": (("viewProduct", "product", "productGroup"),),
    "view_category": (("viewProductCategory", "productCategory"),),
    "card_issue": (("discountCard.ids", "customer.discountCard.ids"),),
    "balance_change": (("balanceChanges",),),
    "segment_include": (("customer",),),
    "segment_exclude": (("customer",),),
    "product_save": (("product.ids",),),
}


def no_constant(word):
    raise ValueError(f"{word} is not JSON")


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=no_constant)


def parse_json(raw):
    """The body as Python values with exact decimals; anything else is a wrong body."""
    try:
        text = raw.decode("utf-8")
        body = DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(body, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            f"The body is not valid JSON in UTF-8: {type(error).__name__}"
        ) from None
    if not isinstance(body, dict):
        raise ProtocolError("The body must be a JSON object")
    if "\\u0000" in text:
        raise ProtocolError("The body contains a zero character")
    return body


def dig(body, path):
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def check_parts(step, body):
    for choice in STEP_NEEDS.get(step, ()):
        if all(dig(body, path) is None for path in choice):
            raise ProtocolError(f"The body needs {' or '.join(choice)}")


def check_body(body, operation, project):
    """The clean body and the report about it."""
    report = Report(project)
    unknown = [key for key in body if key not in BODY]
    if unknown and project.strict:
        raise ProtocolError(f"Unknown top-level field '{unknown[0]}'")
    check_parts(operation.step, body)
    return clean_object(BODY, body, "", report), report
