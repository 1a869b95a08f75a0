"""The bodies of the contract as data; `nodes` says what a node is."""

from . import fields
from .nodes import Anything, CustomFields, Ids, Status

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
PAYMENT = {
    "type": fields.enum,
    "id": fields.text,
    "amount": fields.money,
    "discountCard": CARD,
}
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
    "giftCard": {"ids": {"number": fields.text}},
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
    "segmentation": ANY,
    "customerMergesPage": ANY,
    "sinceDateTimeUtc": ANY,
    "tillDateTimeUtc": ANY,
    "resultState": ANY,
    "hasErrors": ANY,
    "endpoint": EXTERNAL,
    "operations": [{"ids": {"systemName": fields.enum}}],
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
    "recommend": (("recommendation",),),
    "card_issue": (("discountCard.ids", "customer.discountCard.ids"),),
    "balance_change": (("balanceChanges",),),
    "segment_include": (("customer",),),
    "segment_exclude": (("customer",),),
    "product_save": (("product.ids",),),
}
