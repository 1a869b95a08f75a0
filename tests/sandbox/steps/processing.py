"""Steps of orders with processing: a calculation without any promotions."""

from ..books import money
from .orders import order_save
from .policies import answer_customer, identified


def calculated(ctx):
    """A calculation without any promotions: prices as they came."""
    part = ctx.body["order"]
    delivery = money.cents(part.get("deliveryCost")) or 0
    shown = [
        {
            "lineId": line.get("lineId"),
            "lineNumber": line.get("lineNumber"),
            "discountedPriceOfLine": money.shown(priced(line)),
        }
        for line in part["lines"]
    ]
    total = sum(priced(line) for line in part["lines"]) + delivery
    return total, {
        "totalPrice": money.shown(total),
        "deliveryCost": money.shown(delivery),
        "lines": shown,
        "couponsInfo": [],
        "bonusPointsInfo": [],
    }


def priced(line):
    return money.times(
        money.cents(line.get("basePricePerItem")) or 0,
        money.milli(line.get("quantity", 1)),
    )


def order_calculate(ctx):
    ctx.call.effect = False
    customer = identified(ctx)
    return {
        **answer_customer(ctx, customer),
        "order": {"processingStatus": "Calculated", **calculated(ctx)[1]},
    }


def order_process(ctx):
    total, shown = calculated(ctx)
    given = money.cents(ctx.body["order"].get("totalPrice"))
    if given is not None and given != total:
        ctx.call.effect = False
        return {
            "order": {
                **shown,
                "processingStatus": "PriceHasBeenChanged",
                "statusDescription": "The prices are others now",
            }
        }
    return order_save(ctx)
