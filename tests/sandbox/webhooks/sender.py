"""Calls on their way to the shop, as reliable as the page or a test wants them."""

import asyncio
import json
import random
import uuid

from aiohttp import ClientError, ClientSession, ClientTimeout

# What can be set, with its defaults: where to, with which key; of all calls, the share
# that gets lost or comes again, and the seconds by which some are late or all are
# shuffled; the seconds until a repeat, and how many there are.
DEFAULTS = {
    "url": "",
    "key": "",
    "scheme": "WebHookSecretKey",
    "lost": 0,
    "doubled": 0,
    "late": 0,
    "late_seconds": 5,
    "shuffle_seconds": 0,
    "repeat_seconds": 2,
    "repeats": 3,
    "seed": 7,
}
KEPT = 5000
TIMEOUT = ClientTimeout(total=30)


def is_repeated(status):
    return status is None or status == 429 or status >= 500


class Webhooks:
    def __init__(self, spawn):
        self.spawn = spawn
        self.settings = dict(DEFAULTS)
        self.reset()

    def reset(self):
        self.chance = random.Random(self.settings["seed"])
        self.sent = []
        self.on_the_way = 0

    def configure(self, values):
        unknown = set(values) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        self.settings = {**self.settings, **values}
        if "seed" in values:
            self.chance = random.Random(values["seed"])

    def shown(self):
        """What is set, without the key, and what has become of the calls."""
        shown = {name: value for name, value in self.settings.items() if name != "key"}
        counts = {name: 0 for name in ("lost", "taken", "refused", "repeated")}
        for call in self.sent:
            counts[call["fate"]] += 1
            counts["repeated"] += max(0, len(call["answers"]) - 1)
        return {**shown, "counts": counts, "on_the_way": self.on_the_way}

    # -- calling ---
    def call(self, body):
        """Send a call, as reliable as it is set; return its transaction ID."""
        body = {
            "transactionId": str(uuid.UUID(int=self.chance.getrandbits(128))),
            **body,
        }
        settings, dice = self.settings, self.chance.random
        call = {"body": body, "answers": [], "fate": "lost"}
        self.sent = [*self.sent[-KEPT:], call]
        if dice() >= settings["lost"]:
            for _time in range(2 if dice() < settings["doubled"] else 1):
                wait = dice() * settings["shuffle_seconds"]
                wait += settings["late_seconds"] if dice() < settings["late"] else 0
                self.on_the_way += 1
                self.spawn(self.deliver(call, wait))
        return body["transactionId"]

    async def deliver(self, call, wait):
        try:
            await asyncio.sleep(wait)
            async with ClientSession(timeout=TIMEOUT) as session:
                for attempt in range(1 + self.settings["repeats"]):
                    if attempt:
                        await asyncio.sleep(self.settings["repeat_seconds"])
                    status = await self.post(session, call)
                    if not is_repeated(status):
                        break
        finally:
            self.on_the_way -= 1

    async def post(self, session, call):
        """Make one attempt; return the status, None where nobody has answered."""
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"{self.settings['scheme']} {self.settings['key']}",
        }
        data = json.dumps(call["body"])
        try:
            async with session.post(
                self.settings["url"], data=data, headers=headers
            ) as answer:
                status, text = answer.status, await answer.text()
        except (ClientError, TimeoutError, ValueError, OSError):
            status, text = None, ""
        call["answers"].append({"status": status, "text": text})
        call["fate"] = "taken" if status and status < 300 else "refused"
        return status


def consent_of(customer, when, channel, topic, subscribed):
    """The body of a scenario that tells of a consent."""
    part = {"pointOfContact": channel, "isSubscribed": subscribed}
    if topic:
        part["topic"] = topic
    return {
        "kind": "consent",
        "occurredAt": when,
        "customer": {"ids": dict(customer.ids), "email": customer.email or ""},
        "subscriptions": [part],
    }
