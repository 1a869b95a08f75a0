# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who of several customers owns a contact: pure, the same answer whoever asks."""

from datetime import datetime
from typing import NamedTuple

# Why a customer comes before the next one, the strongest reason first.
RANKS = ("active", "account", "confirmed", "person", "older")


class Claimant(NamedTuple):
    """A customer who has a contact.

    * ``active``: not archived
    * ``account``: there is a login
    * ``confirmed``: the contact is that login, and somebody got in with it
    * ``person``: no company
    * ``created_at``: since when the customer is known in Odoo
    """

    id: int
    active: bool
    account: bool
    confirmed: bool
    person: bool
    created_at: datetime


def decide(claimants):
    """Return the owner of a contact and why: what tells the owner from the next one.

    :param claimants: two customers at least
    :return: (:class:`Claimant`, one of :data:`RANKS`)
    """
    owner, runner_up, *_others = sorted(claimants, key=get_rank)
    for reason in RANKS[:-1]:
        if getattr(owner, reason) != getattr(runner_up, reason):
            return owner, reason
    return owner, RANKS[-1]


def get_rank(claimant):
    """Return what claimants are sorted by: the owner of the contact comes first."""
    merits = [not getattr(claimant, reason) for reason in RANKS[:-1]]
    return (*merits, claimant.created_at or datetime.min, claimant.id)
