"""What a scenario has shown: written down, and counted from the calls that came."""

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

BALANCE = "Website.ChangeCustomerBalance"


@dataclass
class Result:
    """What one scenario has shown."""

    name: str
    title: str
    events: int = 0
    accepted: int = 0
    processed: int = 0
    failed_late: int = 0
    doubled: int = 0
    reordered: int = 0
    lost: int = 0
    peak: int = 0
    first_after: float = None
    drained_in: float = None
    latencies: list = field(default_factory=list)
    memory: tuple = ()
    notes: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    series: dict = field(default_factory=dict)
    skipped: bool = False
    # A test beside many others on a busy machine tells durations, and judges none.
    judges_durations: bool = True

    @property
    def passed(self):
        return not (self.doubled or self.reordered or self.lost or self.faults)

    def expect(self, holds, promise):
        """Note a promise that is not kept; the proof goes on and fails at the end."""
        if not holds:
            self.faults.append(promise)

    def expect_within(self, limit, took, promise):
        """Note a duration in seconds that is over its limit, or none at all.

        :param took: None if what was waited for never happened, which is always a fault
        """
        late = self.judges_durations and took is not None and took > limit
        self.expect(took is not None and not late, f"{promise}: {took} s")


def moment(call):
    return datetime.fromisoformat(call["at"].replace("Z", "+00:00")).timestamp()


def read_event(call):
    """Return (card, number) of a change of a balance."""
    body = call["body"]
    number = int(body["balanceChanges"][0]["changeAmount"])
    return body["discountCard"]["ids"]["number"], number


def read_stories(calls):
    """Return ({card: numbers as they came}, {(card, number): when}) of what counts."""
    stories, arrived = defaultdict(list), {}
    for call in calls:
        if call["operation"] == BALANCE and call["effect"]:
            code, number = read_event(call)
            stories[code].append(number)
            arrived.setdefault((code, number), moment(call))
    return stories, arrived


def read_accepted(calls):
    """Return the events that Mindbox has accepted, whatever became of them."""
    return {
        read_event(call)
        for call in calls
        if call["operation"] == BALANCE and call["status"] == "Success"
    }


def count_failed_late(calls):
    """Count what was accepted, and failed when it was executed; a repeat is nothing."""
    return sum(
        call["mode"] == "async"
        and call["status"] == "Success"
        and call["outcome"] == "failed"
        and not call["duplicate"]
        for call in calls
    )


def count_doubled(calls, stories):
    keys = [call["transaction_id"] for call in calls if call["effect"]]
    numbers = sum(len(story) - len(set(story)) for story in stories.values())
    return max(len(keys) - len(set(keys)), numbers)


def count_inversions(story):
    return sum(b <= a for a, b in zip(story, story[1:], strict=False))


def percentile(values, share):
    """Return a percentile of values, None where there are none."""
    if len(values) < 2:
        return values[0] if values else None
    return statistics.quantiles(values, n=100, method="inclusive")[int(share * 100) - 1]


def busiest(calls, seconds):
    """Return the most calls that any so many seconds saw."""
    moments, most, first = sorted(moment(call) for call in calls), 0, 0
    for last, at in enumerate(moments):
        while moments[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
