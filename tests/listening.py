"""A shop that Mindbox calls: its webhooks lead to the shop's integration point."""

from tests.shop import KEY, Shop

INBOUND_KEY = f"inbound-{KEY}"
ENVIRON = {"MINDBOX_INBOUND_KEY_DEMO_WEBSITE": INBOUND_KEY}
# How calls from Mindbox have ended.
ENDED = ("applied", "ignored", "refused")


class ListeningShop(Shop):
    """Start its server with :data:`ENVIRON`."""

    def __init__(self, server, sandbox, **values):
        super().__init__(server, sandbox, inbound_active=True, **values)
        self.webhooks(key=INBOUND_KEY, url=self.inbound_url)

    @property
    def inbound_url(self):
        return f"{self.server.url}/mindbox/inbound/{self.endpoint_id}"

    def webhooks(self, **values):
        return self.sandbox.control("PUT", "webhooks", values)

    def told(self, *bodies):
        """Have Mindbox call the shop."""
        return self.sandbox.control("POST", "webhooks/calls", list(bodies))["sent"]

    def decide(self, customer, subscribed=False, **values):
        """Let a customer decide in Mindbox, as by the link in a mail."""
        decision = {"customer": str(customer), "subscribed": subscribed, **values}
        return self.sandbox.control("POST", "webhooks/consent", decision)["sent"]

    def delivered(self, timeout=30):
        """Wait until no call is on its way; return what became of them."""
        return self.sandbox.control("POST", "webhooks/settle", {"timeout": timeout})

    def heard(self, *names, domain=()):
        fields = ["transaction_id", "state", "reason_code", *names]
        return self.rpc("mindbox.inbound", "search_read", list(domain), fields)

    def has_applied(self):
        """Whether nothing that was told waits any more."""
        waiting = [("state", "=", "received")]
        return not self.rpc("mindbox.inbound", "search_count", waiting)

    def consents(self, partners):
        """{(customer, channel, topic): (agreed, source)} by the newest decisions."""
        names = ["partner_id", "channel", "topic", "is_subscribed", "source"]
        order = "decided_at, id"
        domain = [("partner_id", "in", partners)]
        rows = self.rpc("mindbox.consent", "search_read", domain, names, order=order)
        return {
            (row["partner_id"][0], row["channel"], row["topic"] or ""): (
                row["is_subscribed"],
                row["source"],
            )
            for row in rows
        }
