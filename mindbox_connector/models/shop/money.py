# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an order costs in the end, what was paid for it, and what was given back.

One truth, from payments, invoices and credit notes together; nothing is counted twice.
All amounts are whole cents of one currency. Nothing here knows the ORM: the facts are
read in :mod:`payments`.
"""

from typing import NamedTuple


class Invoice(NamedTuple):
    """A posted invoice, as far as it is for an order."""

    total: int
    # Paid by anything but credit notes; ...
    settled: int = 0
    # ... of that by transactions of the order, which count by themselves.
    by_provider: int = 0
    # Credit notes that reverse it.
    credited: int = 0

    @property
    def unpaid(self):
        return max(0, self.total - self.settled)


class Facts(NamedTuple):
    """All that has moved for an order."""

    # By transactions of the order that are done: paid, and refunded.
    received: int = 0
    sent_back: int = 0
    # Paid out for credit notes by other means.
    given_out: int = 0
    invoices: tuple = ()
    # Credit notes that reverse none of the invoices.
    loose: int = 0
    # Invoiced beyond what was ordered: to replace what a credit note has reversed.
    recharged: int = 0


class Money(NamedTuple):
    """What has become of the money of an order."""

    charged: int
    paid: int
    refunded: int

    @property
    def is_paid(self):
        """Whether what the customer has paid for good covers what it costs."""
        return self.is_paid_beside(0)

    def is_paid_beside(self, cards):
        """Whether it does beside what gift cards and e-wallets have paid, in cents."""
        return self.paid > 0 and self.paid - self.refunded + cards >= self.charged


def count_money(total, taken_off, facts):
    """Return the :class:`Money` of an order.

    :param int total: what was ordered, 0 for an order that is cancelled
    :param int taken_off: of that for goods that are not kept, or by credit notes
    :param facts: :class:`Facts`
    """
    by_invoice = sum(max(0, i.settled - i.by_provider) for i in facts.invoices)
    paid = facts.received + by_invoice
    sent = facts.sent_back + facts.given_out
    refunded = max(0, min(paid, max(sent, _get_released(facts))))
    charged = max(0, total - taken_off)
    if facts.sent_back and paid >= total:
        # What a provider gives back of a paid order makes it cheaper, with or without
        # a credit note.
        charged = min(charged, paid - refunded)
    return Money(charged, paid, refunded)


def get_credited(ordered, invoiced, credited):
    """Return by how much credit notes make a line cheaper.

    What is invoiced a second time is no gift. Discounts are lines below zero.

    :param int ordered: what the line costs
    :param int invoiced: by all its invoices, those that are not posted yet included
    :param int credited: by all its credit notes that are posted
    """
    sign = -1 if ordered < 0 else 1
    again = max(0, sign * (invoiced - ordered))
    return sign * max(0, sign * credited - again)


def get_recharged(ordered, invoiced, credited):
    """Return how much of what was credited is invoiced a second time."""
    return max(0, min(invoiced - ordered, credited))


def _get_released(facts):
    """Return what credit notes give back: first they make unpaid invoices cheaper.

    What is invoiced a second time was not given back either.
    """
    named = sum(max(0, i.credited - i.unpaid) for i in facts.invoices)
    owed = sum(max(0, i.unpaid - i.credited) for i in facts.invoices)
    cheaper = sum(min(i.credited, i.unpaid) for i in facts.invoices)
    again = max(0, facts.recharged - cheaper)
    return named + max(0, facts.loose - owed) - again
