"""One customer with thousands of events, and all the others beside."""

import time

from .verdict import BALANCE, moment
from .weather import go_through, scenario

# Milliseconds of an answer, and the share of them that a lane may need besides.
LATENCY = 50
OVERHEAD = 2
# What has happened to a card while nothing left, as the connector writes it down.
FILL = """
    INSERT INTO mindbox_request (
        endpoint_id, operation_id, event, mode, res_model, res_id, partner_id,
        customer_key, transaction_id, occurred_at, next_attempt_at, priority, state,
        attempts, payload)
    SELECT first.endpoint_id, operation_id, event, mode, res_model, res_id, partner_id,
           customer_key, gen_random_uuid(), occurred_at, next_attempt_at, priority,
           'pending', 0, jsonb_set(
               payload::jsonb, '{balanceChanges,0,changeAmount}', to_jsonb(n))
      FROM mindbox_request first, generate_series(2, %s) n
     WHERE event = 'card_balance' AND state = 'pending' AND res_id = %s
"""


@scenario("One customer with ten thousand events, answers of 50 ms")
def hot_key(there, short):
    """His events leave one after the other, as fast as answers come; the others too."""
    card = there.cards[-1].pop()

    def wait(seconds):
        fill(there, card, 1_000 if short else 10_000)
        there.sandbox.fault(latency=LATENCY)
        there.start()
        judge_speed(there, card, seconds)

    go_through(there, wait, 10 if short else 60)


def fill(there, card, count):
    """Let so many events of one card wait."""
    there.rpc("mindbox.endpoint", "action_pause", [there.endpoint])
    there.rpc("loyalty.card", "write", [card["id"]], {"points": 1})
    there.query(FILL, count, card["id"])
    now = time.time()
    for number in range(1, count + 1):
        there.acknowledged[card["code"], number] = now


def judge_speed(there, card, seconds):
    """His calls follow each other: what the lane needs besides an answer is short."""
    time.sleep(seconds)
    calls = [call for call in there.calls() if call["operation"] == BALANCE]
    moments = [moment(c) for c in calls if c["body"]["discountCard"] == number_of(card)]
    took = moments[-1] - moments[0] if moments else seconds
    rate = len(moments) / max(took, 1)
    others = (len(calls) - len(moments)) / seconds
    there.result.notes.append(
        f"{rate:.1f} calls a second of one customer, where answers allow"
        f" {1000 / LATENCY:.0f}; {others:.1f} of the others"
    )
    slowest = 1000 / LATENCY / OVERHEAD
    there.result.expect_within(1 / slowest, 1 / (rate or 0.01), "a call of his took")


def number_of(card):
    return {"ids": {"number": card["code"]}}
