# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The thresholds between scores: fixed, measured anew, or kept for some months.

With the percentile_disc thresholds of equal shares, 1 + how many thresholds lie
strictly below a value is the same as 1 + floor(bins * L / N), L being the number of
customers with a strictly worse value, N of all who have ordered: equal values share a
score.
"""

from dateutil.relativedelta import relativedelta

from ..scheme.thresholds import AXES, CUT_FIELDS, write_cuts
from .shares import Shares


class Cuts:
    """The thresholds of a scheme on a day, as {axis: thresholds}; R's are days."""

    def __init__(self, scheme, today):
        self.scheme = scheme
        self.today = today

    def find(self, *parts):
        """Return the thresholds; those of R fall, the others rise.

        :param SQL parts: the relations of facts that shares are measured of
        """
        if not self.are_measured():
            parsed = (self.scheme._parse_cuts(field) for field in CUT_FIELDS)
            return dict(zip(AXES, parsed, strict=True))
        return self._measure(parts)

    def are_measured(self):
        """Whether the thresholds follow from the facts, not from what is kept."""
        return self.scheme.method != "fixed" and not self._are_frozen()

    def keep(self, cuts):
        """Freeze the thresholds of a run, and show them where they are edited."""
        if self.scheme.method == "frozen" and not self._are_frozen():
            self.scheme.write(write_cuts(cuts) | {"frozen_on": self.today})

    def _are_frozen(self):
        """Whether the kept thresholds are still good for today."""
        scheme = self.scheme
        if scheme.method != "frozen" or not scheme.frozen_on:
            return False
        kept = [scheme._parse_cuts(field) for field in CUT_FIELDS]
        if any(len(cuts) != scheme.bins - 1 for cuts in kept):
            return False
        end = scheme.frozen_on + relativedelta(months=scheme.frozen_months)
        return not scheme.frozen_months or self.today < end

    def _measure(self, parts):
        shares = [score / self.scheme.bins for score in range(1, self.scheme.bins)]
        guesses = (self.scheme.last_run_id.cut_points or {}).get("m", ())
        found = Shares(self.scheme.env, parts, shares, guesses).find()
        if found is None:
            return {axis: [0.0] * len(shares) for axis in AXES}
        dates, orders, amounts = found
        return {
            "r": [float((self.today - date).days) for date in dates],
            "f": [float(count) for count in orders],
            "m": [float(amount) for amount in amounts],
        }
