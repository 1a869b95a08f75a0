"""Subscriptions: a decision older than the stored one is stale and changes nothing.

Who is subscribed already and subscribes again keeps what he decided about topics.
"""

from ..contract.fields import CHANNELS


def subscribe(customer, wishes, context, may_leave):
    """Apply consents; only the edit step can withdraw one."""
    for place, wish in enumerate(wishes or ()):
        wanted = wish.get("isSubscribed", True)
        if not wanted and not may_leave:
            context.warn(
                f"/customer/subscriptions/{place}/isSubscribed",
                "cannotUnsubscribe: this step only subscribes, ignored",
            )
            continue
        state = "subscribed" if wanted else "unsubscribed"
        given = wish.get("pointOfContact")
        for channel in [given] if given else CHANNELS.values():
            decide(
                customer,
                (wish.get("brand", ""), channel, wish.get("topic", "")),
                state,
                context,
            )


def decide(customer, key, state, context):
    stored = customer.bag("subscriptions")
    old, when = stored.get(key, (None, 0))
    if context.when < when:
        context.call.stale = True
        return
    stored[key] = (state, context.when)
    if old == state == "subscribed":
        return
    brand, channel, topic = key
    if not topic:
        for other in [k for k in stored if k[:2] == (brand, channel) and k[2]]:
            stored[other] = (state, context.when)
    customer.note(
        context.when, state, context.seq, channel=channel, topic=topic, brand=brand
    )
