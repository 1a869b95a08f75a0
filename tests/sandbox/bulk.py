"""Bulk imports: CSV files read strictly and rebuilt row by row (contract §7, §3.12).

The file is checked at once (parameters, code page, header) and refused as a whole with
400; its rows are worked through afterwards, a few milliseconds at a time, as in
Mindbox. What became of them is at /api/imports.

Decisions where the contract is silent:

* csvCodePage (65001 or 1251), csvColumnDelimiter and csvTextQualifier must be given; a
  byte order mark, an unknown or doubled column and a missing obligatory column refuse
  the file.
* A bad obligatory cell, a row with another number of cells and an unknown customer,
  card or status reject the row; any other bad cell is dropped with a warning. A broken
  quotation ends the file there. An empty cell leaves the value as it is.
* All rows of an order in one file are one order; one bad row rejects the order. An
  order that exists is replaced. An unknown customer of an order gets a stub.
* Customers.Import creates or updates by the first identifier column, else by contacts.
* `OrderDeliveryCost` is taken although no source names it, so that totals can add up.
"""

import asyncio
import csv
import io
import re
import time
from collections import deque
from functools import partial
from types import SimpleNamespace

from . import cards, fields, money
from .calls import Call, iso
from .contract import DROP, BusinessError, ProtocolError, Report, leaf

BULK_QUERY = {
    "csvCodePage",
    "csvColumnDelimiter",
    "csvTextQualifier",
    "externalSystem",
    "brand",
    "segment",
    "SourceActionTemplate",
    "editActionTemplate",
    "editActionDateTime",
    "issueEditActionWithCurrentDateTime",
    "actionTemplate",
    "pointOfContact",
    "personalProductListSystemName",
    "productAddedActionTemplateSystemName",
    "productRemovedActionTemplateSystemName",
    "newCardCreationAllowed",
    "folderSystemName",
}
CODE_PAGES = {"65001": "utf-8", "1251": "windows-1251"}
LARGEST = 200 * 1024 * 1024
SLICE = 0.004
SHOWN_PROBLEMS = 200
csv.field_size_limit(16 * 1024 * 1024)

ANY_TEXT = fields.text
CHANNEL = "(?P<channel>Email|Sms|Viber|Web[Pp]ush|Mobile[Pp]ush)"
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
    "CardNumber": ANY_TEXT,
    "Status": ANY_TEXT,
    "StatusChangeDateTimeUtc": fields.moment,
    "CardType": ANY_TEXT,
}
BALANCE = {
    "PointOfContactSystemName": ANY_TEXT,
    "CustomerIdentity(?P<id>.*)": ANY_TEXT,
    "DiscountCard": ANY_TEXT,
    "ChangeAmount": fields.money,
    "Comments": ANY_TEXT,
    "AdminSiteComments": ANY_TEXT,
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
        {**CUSTOMER, **SOURCE},
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


class RowError(Exception):
    """This row is rejected."""


class Column:
    __slots__ = ("name", "check", "parts", "required")

    def __init__(self, name, check, parts, required):
        self.name, self.check, self.parts, self.required = name, check, parts, required


def column(name, shape, needs):
    for pattern, check in shape.items():
        found = re.fullmatch(pattern, name)
        if found:
            alone = [
                need for need in needs if len(need) == 1 and name.startswith(need[0])
            ]
            required = bool(alone) and not name.startswith(MAY_BE_EMPTY)
            return Column(name, check, found.groupdict(), required)
    raise ProtocolError(f"Unknown column '{name}'")


def header(names, operation):
    shape, needs = FORMATS[operation]
    if len(set(names)) < len(names):
        raise ProtocolError("A column is there twice")
    for need in needs:
        if not any(name.startswith(need) for name in names):
            raise ProtocolError(f"The file needs a column {' or '.join(need)}")
    columns = [column(name, shape, needs) for name in names]
    keys = [
        c.name for c in columns if any(re.fullmatch(p, c.name) for p in CUSTOMER_KEYS)
    ]
    if operation == "DirectCrm.StaticCustomerSegments.Import" and len(keys) != 1:
        raise ProtocolError("The file needs exactly one column that names the customer")
    return columns


def single_sign(query, name):
    sign = query.get(name, "")
    if len(sign) != 1 or sign in "\r\n":
        raise ProtocolError(f"{name} must be one character")
    return sign


def reader(query, raw):
    """A strict CSV reader over a file, by the parameters of the call (§1.3)."""
    page = CODE_PAGES.get(query.get("csvCodePage"))
    if page is None:
        raise ProtocolError("csvCodePage must be 65001 or 1251")
    if len(raw) > LARGEST:
        raise ProtocolError("The file is larger than 200 MB", 413)
    try:
        content = raw.decode(page)
    except UnicodeDecodeError:
        raise ProtocolError("The file is not in its code page") from None
    if content.startswith("\ufeff") or "\0" in content:
        raise ProtocolError("The file has a byte order mark or a zero character")
    return csv.reader(
        io.StringIO(content, newline=""),
        strict=True,
        doublequote=True,
        delimiter=single_sign(query, "csvColumnDelimiter"),
        quotechar=single_sign(query, "csvTextQualifier"),
    )


class Job:
    """One accepted file and what becomes of its rows."""

    def __init__(self, number, operation, call, columns, rows):
        self.id, self.operation, self.at = number, operation, call.at
        self.transaction_id, self.query = call.transaction_id, dict(call.query)
        self.columns, self.source = columns, rows
        self.state, self.error, self.seconds = "queued", None, 0.0
        self.rows = self.done = self.rejected = self.warnings = self.results = 0
        self.problems = []
        self.memory = {}

    def shown(self):
        keys = (
            "id",
            "operation",
            "transaction_id",
            "query",
            "state",
            "error",
            "rows",
            "done",
            "rejected",
            "results",
            "warnings",
            "problems",
        )
        return {
            "at": iso(self.at),
            "seconds": round(self.seconds, 3),
            "columns": [column.name for column in self.columns],
            **{key: getattr(self, key) for key in keys},
        }

    def problem(self, row, reason, kind="rejected"):
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append({"row": row, "kind": kind, "reason": reason})

    def warn(self, row, reason):
        self.warnings += 1
        self.problem(row, reason, "warning")

    def reject(self, rows, reason):
        self.rejected += len(rows)
        self.problem(rows[0], reason)

    def cells(self, number, row, project):
        """The clean cells of a row by column name."""
        if len(row) != len(self.columns):
            raise RowError(f"{len(row)} cells, {len(self.columns)} columns")
        report, clean = Report(project), {}
        for place, cell in zip(self.columns, row, strict=False):
            if cell == "":
                if place.required:
                    raise RowError(f"{place.name} is empty")
                continue
            value = leaf(place.check, cell, place.name, report)
            if report.fatal or (place.required and report.dropped):
                why = (report.fatal or report.dropped)[0]
                raise RowError(f"{why['location']}: {why['message']}")
            if value is not DROP:
                clean[place.name] = value
        for note in report.warnings:
            self.warn(number, f"{note['location']}: {note['message']}")
        return clean

    def parts(self, clean, group):
        """{glued-on name: value} of columns such as OrderIds<Name>."""
        return {
            place.parts[group]: clean[place.name]
            for place in self.columns
            if place.parts.get(group) is not None and place.name in clean
        }


class Imports:
    """The queue of accepted files and the one worker that goes through them."""

    def __init__(self, world):
        self.world = world
        self.task = None
        self.all = []

    def reset(self):
        self.stop()
        self.all, self.queue, self.last = [], deque(), 0

    def stop(self):
        if self.task is not None:
            self.task.cancel()
        self.task = None

    @property
    def waiting(self):
        return sum(job.state in ("queued", "processing") for job in self.all[-100:])

    def accept(self, operation, call, raw):
        rows = reader(call.query, raw)
        try:
            names = next(rows, None)
        except csv.Error as error:
            raise ProtocolError(f"The header cannot be read: {error}") from None
        if not names:
            raise ProtocolError("The file is empty")
        columns = header(names, operation)
        self.last += 1
        job = Job(self.last, operation, call, columns, rows)
        self.all.append(job)
        self.queue.append(job)
        if self.task is None or self.task.done():
            self.task = asyncio.ensure_future(self.work())

    async def work(self):
        while self.queue:
            job = self.queue.popleft()
            began, job.state = time.perf_counter(), "processing"
            try:
                await self.run(job)
                job.state = "done"
            except csv.Error as error:
                job.state, job.error = "failed", f"row {job.rows + 1}: {error}"
            finally:
                job.source, job.memory = None, {}
                job.seconds = time.perf_counter() - began

    async def run(self, job):
        handle = partial(HANDLERS[job.operation], self.world, job)
        pause = time.perf_counter() + SLICE
        for row in job.source:
            job.rows += 1
            self.one(job, handle, row)
            if time.perf_counter() > pause:
                await asyncio.sleep(0)
                pause = time.perf_counter() + SLICE
        if job.operation == "RetailOrder.Import":
            await self.build_orders(job)

    def one(self, job, handle, row):
        number = job.rows
        try:
            clean = job.cells(number, row, self.world.project)
            if self.world.project.settings["domain"] and handle(number, clean) is LATER:
                return
            job.done += 1
            job.results += 1
        except (RowError, BusinessError) as error:
            job.reject([number], str(error))
            job.memory.setdefault("bad", set()).add(self.order_id(job, row))

    @staticmethod
    def order_id(job, row):
        places = [
            i
            for i, place in enumerate(job.columns)
            if place.name.startswith("OrderIds")
        ]
        return row[places[0]] if places and len(row) > places[0] else None

    async def build_orders(self, job):
        bad = job.memory.pop("bad", ())
        for place, (key, rows) in enumerate(job.memory.items()):
            try:
                if key in bad:
                    raise RowError(f"order {key}: another row of it was rejected")
                build_order(self.world, job, rows)
                job.done += len(rows)
                job.results += 1
            except (RowError, BusinessError) as error:
                job.reject([number for number, _clean in rows], str(error))
            if place % 50 == 49:
                await asyncio.sleep(0)


LATER = object()


def context(world, job, number, when):
    """What the books want to know about a change, for a row."""
    return SimpleNamespace(
        when=when,
        seq=0,
        call=Call("bulk", {}, {}),
        warn=lambda where, what: job.warn(number, f"{where}: {what}"),
    )


def stamp(clean, name, job):
    return clean[name].timestamp() if name in clean else job.at


# -- customers ---
NAMES = {
    "Email": "email",
    "MobilePhone": "mobilePhone",
    "LastName": "lastName",
    "FirstName": "firstName",
    "MiddleName": "middleName",
    "FullName": "fullName",
    "Sex": "sex",
    "BirthDate": "birthDate",
    "TimeZone": "timeZone",
}


def customer_body(job, clean):
    body = {key: clean[name] for name, key in NAMES.items() if name in clean}
    body["ids"] = job.parts(clean, "id")
    body["customFields"] = job.parts(clean, "custom")
    if "Area" in clean:
        body["area"] = {"ids": {"externalId": clean["Area"]}}
    return body


def wishes(job, clean):
    if "IsSubscribed" in clean:
        yield {"isSubscribed": clean["IsSubscribed"]}
    for place in job.columns:
        if place.parts.get("channel") and place.name in clean:
            wish = {
                "pointOfContact": fields.CHANNELS[place.parts["channel"].lower()],
                "topic": place.parts["topic"] or "",
                "isSubscribed": clean[place.name],
            }
            yield wish


def known_ids(world, of, ids):
    known = world.project.ids.get(of)
    strange = [name for name in ids if known is not None and name.lower() not in known]
    if strange:
        raise RowError(f"unknown identifier '{strange[0]}'")
    return ids


def customers(world, job, number, clean, create=True):
    body = customer_body(job, clean)
    ids = known_ids(world, "customer", body["ids"])
    if not (ids or body.get("email") or body.get("mobilePhone")):
        raise RowError("nothing identifies the customer")
    ctx = context(world, job, number, stamp(clean, "SourceDateTimeUtc", job))
    book = world.customers
    found = book.locate_for_change(body)
    if found is None and not create:
        raise RowError("the customer does not exist")
    customer = found or book.create(ctx.when)
    book.apply(customer, body, ctx, overwrite=True)
    book.subscribe(customer, wishes(job, clean), ctx, may_leave=True)
    if "DiscountCard" in clean:
        bind_card(world, job, number, clean["DiscountCard"], customer, ctx.when)
    if found is None:
        customer.note(ctx.when, "imported")


def bind_card(world, job, number, card_number, customer, when):
    card = world.cards.make(card_number, when)
    if world.cards.bind(card, customer, when) == "AlreadyBoundToAnotherCustomer":
        job.warn(number, f"card {card_number} belongs to another customer")


# -- orders ---
def order_row(world, job, number, clean):
    ids = known_ids(world, "order", job.parts(clean, "id"))
    known_ids(world, "product", job.parts(clean, "product"))
    if not ids or not job.parts(clean, "product"):
        raise RowError("the row needs an order id and a product id")
    if not ({"OrderLineBasePricePerItem", "OrderLinePriceOfLine"} & set(clean)):
        raise RowError("the row needs a base price or a line price")
    world.orders.known(clean["OrderLineStatus"])
    job.memory.setdefault(next(iter(ids.values())), []).append((number, clean))
    return LATER


def same_order(job, rows):
    """The columns of the order are repeated on each of its rows."""
    names = [
        place.name for place in job.columns if not place.name.startswith("OrderLine")
    ]
    first = rows[0][1]
    for number, clean in rows[1:]:
        for name in names:
            if clean.get(name) != first.get(name):
                raise RowError(
                    f"row {number}: {name} differs from the order's first row"
                )
    return first


def line_body(job, clean):
    line = {
        "product": {"ids": job.parts(clean, "product")},
        "quantity": clean["OrderLineQuantity"],
        "status": clean["OrderLineStatus"],
        "quantityType": "double",
        "customFields": job.parts(clean, "linecustom"),
    }
    for name, key in (
        ("OrderLineId", "lineId"),
        ("OrderLineNumber", "lineNumber"),
        ("OrderLineBasePricePerItem", "basePricePerItem"),
        ("OrderLinePriceOfLine", "discountedPricePerLine"),
    ):
        if name in clean:
            line[key] = clean[name]
    return line


def build_order(world, job, rows):
    first = same_order(job, rows)
    body = {
        "lines": [line_body(job, clean) for _number, clean in rows],
        "customFields": job.parts(first, "custom"),
    }
    for name, key in (
        ("OrderTotalPrice", "totalPrice"),
        ("OrderDeliveryCost", "deliveryCost"),
        ("OrderEmail", "email"),
        ("OrderMobilePhone", "mobilePhone"),
    ):
        if name in first:
            body[key] = first[name]
    if "OrderPaymentType" in first:
        body["payments"] = [{"type": first["OrderPaymentType"]}]
    created, changed = (
        stamp(first, f"Order{x}DateTimeUtc", job) for x in ("Creation", "LastUpdate")
    )
    ids = job.parts(first, "id")
    order = world.orders.find(ids) or world.orders.make(ids, created)
    order.point = first.get("PointOfContact") or order.point
    world.orders.assign(order, order_customer(world, job, rows[0][0], first, created))
    for where, what in world.orders.save(order, body, changed):
        job.warn(rows[0][0], f"{where}: {what}")
    order.note(
        created, "imported", lines=len(order.lines), total=money.shown(order.total)
    )
    world.see_products(line.product for line in order.lines)


def order_customer(world, job, number, first, when):
    ids = known_ids(world, "customer", job.parts(first, "customer"))
    body = {
        "ids": ids,
        "email": first.get("CustomerEmail"),
        "mobilePhone": first.get("CustomerMobilePhone"),
    }
    if not any(body.values()):
        raise RowError("nothing identifies the customer")
    customer = world.customers.locate(body)
    if customer is None:
        job.warn(number, "the customer was unknown, a stub was made")
        customer = world.customers.create(when)
        world.customers.apply(
            customer, body, context(world, job, number, when), overwrite=False
        )
    return customer


# -- cards, balances, segments ---
def card(world, job, number, clean):
    known = world.cards.all.get(clean["CardNumber"])
    if known is None and job.query.get("newCardCreationAllowed", "").lower() != "true":
        raise RowError("there is no such card, and newCardCreationAllowed is not true")
    status = clean.get("Status")
    if status and status not in cards.STATUSES:
        raise RowError(f"unknown card status '{status}'")
    when = stamp(clean, "StatusChangeDateTimeUtc", job)
    stored = world.cards.make(clean["CardNumber"], when)
    stored.status, stored.changed = status or stored.status, when
    stored.type = clean.get("CardType") or stored.type


def balance(world, job, number, clean):
    stored = world.cards.all.get(clean.get("DiscountCard"))
    ids = {
        name or world.project.settings["ids"]["customer"][0]: value
        for name, value in job.parts(clean, "id").items()
    }
    customer = next(filter(None, world.customers.by_ids(ids)), None)
    customer = customer or (stored.customer if stored else None)
    if customer is None:
        raise RowError("no such customer or card")
    expires = clean.get("ExpirationDateTimeUtc")
    change = {
        "amount": money.cents(clean["ChangeAmount"]),
        "order": None,
        "balance": clean.get("BalanceSystemName", cards.MAIN),
        "comment": clean.get("Comments") or clean.get("AdminSiteComments"),
        "expires": expires.isoformat() if expires else None,
    }
    if world.cards.change(customer, stored, change, job.at) < 0:
        job.warn(number, "the balance is below zero now")
    world.balance_changes += 1


def segment_customer(world, job, clean):
    body = {"ids": job.parts(clean, "id")}
    if "CustomerMindboxId" in clean:
        body["ids"]["mindboxId"] = clean["CustomerMindboxId"]
    known_ids(world, "customer", body["ids"])
    body["email"], body["mobilePhone"] = (
        clean.get("CustomerEmail"),
        clean.get("CustomerMobilePhone"),
    )
    if "DiscountCard" in clean:
        body["discountCard"] = {"ids": {"number": clean["DiscountCard"]}}
    return world.customers.locate(body)


def segment(world, job, number, clean):
    customer = segment_customer(world, job, clean)
    if customer is None:
        raise RowError("the customer does not exist")
    key = (customer.id, clean["SegmentationExternalId"])
    if key in job.memory:
        raise RowError("the customer is in the file twice for this segmentation")
    job.memory[key] = True
    world.set_segment(customer, key[1], clean.get("SegmentExternalId"), job.at)
    world.customers.touch(customer, job.at)


HANDLERS = {
    "DirectCrm.Customers.Import": customers,
    "DirectCrm.Customers.Edit": partial(customers, create=False),
    "RetailOrder.Import": order_row,
    "DirectCrm.Customers.ImportCards": card,
    "DirectCrm.CreateCustomerBalanceChangeOperation": balance,
    "DirectCrm.StaticCustomerSegments.Import": segment,
}
