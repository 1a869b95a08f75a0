# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The segments that presets use, with what marketing does with each."""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

# At module level there is no env yet.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class Segment(NamedTuple):
    name: str
    color: str
    strategy: str


SEGMENTS = {
    "champions": Segment(
        _lt("Champions"),
        "#117733",
        _lt(
            "They buy often, lately and for much. Reward them, show them novelties "
            "first, ask for reviews and recommendations. No discounts: they buy anyway."
        ),
    ),
    "loyal": Segment(
        _lt("Loyal"),
        "#44AA99",
        _lt(
            "They come back regularly. Offer the next level of the loyalty program, "
            "dearer products and sets, and ask for reviews."
        ),
    ),
    "potential_loyalist": Segment(
        _lt("Potential loyalists"),
        "#88CCEE",
        _lt(
            "Bought lately, more than once. Invite them into the loyalty program, "
            "recommend what goes with their purchases."
        ),
    ),
    "new": Segment(
        _lt("New customers"),
        "#332288",
        _lt(
            "Their first orders are fresh. Welcome them, help with the first steps, "
            "give a reason for the second order within a month."
        ),
    ),
    "promising": Segment(
        _lt("Promising"),
        "#6699CC",
        _lt(
            "Bought not long ago, few times. Remind them of the shop, show popular "
            "products, offer free delivery for the next order."
        ),
    ),
    "need_attention": Segment(
        _lt("Need attention"),
        "#DDCC77",
        _lt(
            "Good customers who begin to slow down. An offer with an end date, based "
            "on what they bought, brings them back."
        ),
    ),
    "about_to_sleep": Segment(
        _lt("About to sleep"),
        "#CC6677",
        _lt(
            "Below average and fading. Send useful content and best sellers, renew "
            "the contact before they are gone."
        ),
    ),
    "at_risk": Segment(
        _lt("At risk"),
        "#D55E00",
        _lt(
            "Bought often and for much, but long ago. Write personally, ask what went "
            "wrong, offer something worth coming back for."
        ),
    ),
    "cannot_lose": Segment(
        _lt("Cannot lose them"),
        "#882255",
        _lt(
            "Once among the best, silent for long. Call them, offer a strong personal "
            "bonus, and do not lose them to a competitor."
        ),
    ),
    "hibernating": Segment(
        _lt("Hibernating"),
        "#999933",
        _lt(
            "Few and small orders, long ago. Rare, cheap mailings with the strongest "
            "offers; find out which of them still react."
        ),
    ),
    "lost": Segment(
        _lt("Lost"),
        "#777777",
        _lt(
            "Nothing for very long. One last attempt with a strong offer, then save "
            "the cost of mailing them."
        ),
    ),
    "vip": Segment(
        _lt("VIP"),
        "#117733",
        _lt(
            "The best customers. Personal service, early access, gifts; higher "
            "cashback instead of discounts."
        ),
    ),
    "active": Segment(
        _lt("Active customers"),
        "#88CCEE",
        _lt(
            "Bought within a month and fit no other group yet. Lead them to the next "
            "order and to the loyalty program."
        ),
    ),
    "sleeping": Segment(
        _lt("Sleeping"),
        "#999933",
        _lt(
            "No order for half a year. Wake them with a reason to return: bonus points "
            "that expire, novelties in what they used to buy."
        ),
    ),
    "newcomers": Segment(
        _lt("Newcomers"),
        "#332288",
        _lt(
            "One order so far. Tell them about the shop and the loyalty card, and give "
            "a reason for a second order."
        ),
    ),
    "occasional": Segment(
        _lt("Occasional"),
        "#DDCC77",
        _lt(
            "Buy from time to time. Find their occasion: reminders, sets, what others "
            "bought with it."
        ),
    ),
    "consultants": Segment(
        _lt("Became consultants"),
        "#AA4499",
        _lt(
            "They sell themselves now. Leave them out of shop campaigns; send news for "
            "consultants, training and wholesale offers."
        ),
    ),
    "no_purchases": Segment(
        _lt("No purchases yet"),
        "#BBBBBB",
        _lt(
            "Known, but never bought. A welcome series, and one good reason for the "
            "first order."
        ),
    ),
}
