"""The columns of each kind of import file, as data.

A pattern leads to the check of the cells. `UNLISTED` are patterns that no page lists:
live integrations were seen with some of them, but a strict file has none.
"""

from ..contract import fields

ANY_TEXT = fields.text
CHANNEL = "(?P<channel>Email|Sms|Viber|WebPush|MobilePush)"
CHANNEL_AS_IN_JSON = "(?P<channel>Webpush|Mobilepush)"
CUSTOMER_KEYS = {
    "CustomerExternalIdentity(?P<id>.+)": ANY_TEXT,
    "CustomerMindboxId": ANY_TEXT,
    "CustomerEmail": fields.email,
    "CustomerMobilePhone": fields.phone,
    "DiscountCard": ANY_TEXT,
}
CUSTOMER = {
    "ExternalIdentity(?P<id>.+)": ANY_TEXT,
    "Email": fields.email,
    "MobilePhone": fields.phone,
    "IsEmailConfirmed": fields.boolean,
    "IsMobilePhoneConfirmed": fields.boolean,
    "DiscountCard": ANY_TEXT,
    "Area": ANY_TEXT,
    "LastName": fields.name,
    "FirstName": fields.name,
    "MiddleName": fields.name,
    "FullName": fields.name,
    "Sex": fields.sex,
    "BirthDate": fields.birth_date,
    "TimeZone": fields.time_zone,
    "IsSubscribed": fields.boolean,
    f"IsSubscribedBy{CHANNEL}(On(?P<topic>.+))?": fields.boolean,
    f"IsSubscribedBy{CHANNEL_AS_IN_JSON}(On(?P<topic>.+))?": fields.boolean,
    "CustomField(?P<custom>.+)": ANY_TEXT,
}
SOURCE = {
    "SourceDateTimeUtc": fields.moment,
    "SourcePointOfContact": ANY_TEXT,
    "SourceActionTemplate": ANY_TEXT,
}
UPDATE = {
    "LastUpdateDateTimeUtc": fields.moment,
    "LastUpdatePointOfContact": ANY_TEXT,
    "LastUpdateActionTemplate": ANY_TEXT,
}
ORDER = {
    "OrderIds(?P<id>.+)": ANY_TEXT,
    "CustomerIds(?P<customer>.+)": ANY_TEXT,
    "CustomerEmail": fields.email,
    "CustomerMobilePhone": fields.phone,
    "OrderCreationDateTimeUtc": fields.moment,
    "OrderLastUpdateDateTimeUtc": fields.moment,
    "PointOfContact": ANY_TEXT,
    "OrderPaymentType": fields.enum,
    "OrderTotalPrice": fields.price,
    "OrderDeliveryCost": fields.price,
    "OrderEmail": fields.email,
    "OrderMobilePhone": fields.phone,
    "OrderCustomField(?P<custom>.+)": ANY_TEXT,
}
LINE = {
    "OrderLineProductIds(?P<product>.+)": ANY_TEXT,
    "OrderLineId": ANY_TEXT,
    "OrderLineNumber": fields.integer,
    "OrderLineQuantity": fields.quantity,
    "OrderLinePriceOfLine": fields.price,
    "OrderLineBasePricePerItem": fields.price,
    "OrderLineCostPricePerItem": fields.price,
    "OrderLineStatus": fields.enum,
    "OrderLineCustomField(?P<linecustom>.+)": ANY_TEXT,
}
CARD = {
    **{
        pattern: check
        for pattern, check in CUSTOMER.items()
        if pattern != "DiscountCard"
    },
    "CardNumber": ANY_TEXT,
    "Status": ANY_TEXT,
    "StatusChangeDateTimeUtc": fields.moment,
    "CardType": ANY_TEXT,
}
POOL = {"Number": ANY_TEXT, "Type": ANY_TEXT}
BALANCE = {
    "PointOfContactSystemName": ANY_TEXT,
    "CustomerIdentity(?P<id>)": ANY_TEXT,
    "CustomerIdentity(?P<id>.+)": ANY_TEXT,
    "DiscountCard": ANY_TEXT,
    "ChangeAmount": fields.money,
    "Comments": ANY_TEXT,
    "AdminSiteComments": ANY_TEXT,
    "ActivationDateTimeUtc": fields.moment,
    "ExpirationDateTimeUtc": fields.moment,
    "BalanceSystemName": ANY_TEXT,
}
SEGMENT = {
    **CUSTOMER_KEYS,
    "SegmentationExternalId": fields.enum,
    "SegmentExternalId": fields.enum,
}
# Operation -> its columns, and what a file must have: one beginning of each tuple.
FORMATS = {
    "DirectCrm.Customers.Import": (
        {**CUSTOMER, **SOURCE, **UPDATE},
        (("ExternalIdentity", "Email", "MobilePhone"),),
    ),
    "DirectCrm.Customers.Edit": (
        {**CUSTOMER, **UPDATE},
        (("ExternalIdentity", "Email", "MobilePhone"),),
    ),
    "RetailOrder.Import": (
        {**ORDER, **LINE},
        (
            ("OrderIds",),
            ("OrderCreationDateTimeUtc",),
            ("OrderLastUpdateDateTimeUtc",),
            ("CustomerIds", "CustomerEmail", "CustomerMobilePhone"),
            ("OrderLineProductIds",),
            ("OrderLineQuantity",),
            ("OrderLineBasePricePerItem", "OrderLinePriceOfLine"),
            ("OrderLineStatus",),
        ),
    ),
    "DirectCrm.Customers.ImportCards": (CARD, (("CardNumber",),)),
    "DirectCrm.DiscountCards.ImportCards": (POOL, (("Number",),)),
    "DirectCrm.CreateCustomerBalanceChangeOperation": (
        BALANCE,
        (("CustomerIdentity", "DiscountCard"), ("ChangeAmount",)),
    ),
    "DirectCrm.StaticCustomerSegments.Import": (
        SEGMENT,
        (
            ("Customer", "DiscountCard"),
            ("SegmentationExternalId",),
            ("SegmentExternalId",),
        ),
    ),
}
MAY_BE_EMPTY = ("SegmentExternalId", "ExternalIdentity", "Email", "MobilePhone")
UNLISTED = {
    "TimeZone",
    f"IsSubscribedBy{CHANNEL_AS_IN_JSON}(On(?P<topic>.+))?",
    "OrderDeliveryCost",
    "OrderLineNumber",
    "CustomerIdentity(?P<id>.+)",
}
# Columns that a page calls obligatory, beyond what a row cannot do without.
ALSO_NEEDED = {
    "DirectCrm.Customers.ImportCards": (("Status",), ("StatusChangeDateTimeUtc",)),
}
