"""A shop on a running server, and what its back office knows of Mindbox."""

from collections import defaultdict

KEY = "sandbox-key"
# What has become of a call that Mindbox has executed.
DONE = ("completed", "remarks")


class Shop:
    """The shop of a running server, connected to a sandbox.

    :param float gather: seconds a delivery waits for more, None for what is usual
    :param values: of the integration point
    """

    def __init__(self, server, sandbox, gather=0, **values):
        self.server, self.sandbox = server, sandbox
        code = [("endpoint_code", "=", "demo.Website")]
        (self.endpoint_id,) = self.rpc("mindbox.endpoint", "search", code)
        if gather is not None:
            server.gather(gather)
        connection = {"url": sandbox.api_url, "secret_key": KEY, "timeout": 3}
        self.set(**{**connection, **values})
        self.start()

    def rpc(self, *args, **kwargs):
        return self.server.rpc(*args, **kwargs)

    # -- the integration point ---
    def set(self, **values):
        self.rpc("mindbox.endpoint", "write", [self.endpoint_id], values)

    def get(self, name):
        endpoint = self.rpc("mindbox.endpoint", "read", [self.endpoint_id], [name])
        return endpoint[0][name]

    def start(self):
        self.rpc("mindbox.endpoint", "action_start", [self.endpoint_id])

    def pause(self):
        self.rpc("mindbox.endpoint", "action_pause", [self.endpoint_id])

    def take_balances_of_cards(self):
        """Have changes of balances name their card, and Mindbox take it from them."""
        operation = {"name": "Website.ChangeCustomerBalance", "takes": ["discountCard"]}
        self.sandbox.control("PUT", "operations", operation)
        self.set(balance_card=True)

    # -- the outbox ---
    def rows(self, *names, domain=()):
        fields = ["transaction_id", "state", "customer_key", "priority", *names]
        domain = list(domain)
        return self.rpc("mindbox.request", "search_read", domain, fields, order="id")

    def waiting(self):
        return self.rpc("mindbox.request", "search_count", [("state", "=", "pending")])

    def settled(self):
        """Whether nothing waits any more, neither here nor at Mindbox."""
        if self.waiting():
            return False
        return self.sandbox.control("POST", "settle", {"timeout": 0})["settled"]

    # -- what Mindbox has heard ---
    def calls(self, **query):
        return self.sandbox.calls(since=0, limit=100_000, **query)["calls"]

    def arrived(self, operation, wait_until, matches=lambda call: True, seconds=25):
        """Wait until Mindbox has processed a call of an operation that matches.

        :return: the newest one; what was accepted only, or refused late, is none
        """

        def look():
            calls = self.sandbox.calls(operation=f"Website.{operation}", limit=500)
            return [c for c in calls["calls"] if c["effect"] and matches(c)]

        return wait_until(look, seconds=seconds)[-1]

    def check_arrived(self):
        """All that is sent was processed once, each customer's in the order of events.

        What comes again is told apart by its transaction ID and has no effect; but not
        where it is synchronous: there a state is told twice.
        """
        self.sandbox.settle()
        calls = [
            call
            for call in self.calls()
            if call["outcome"] in DONE
            and call["status"] == "Success"
            and not call["duplicate"]
        ]
        once = [call["transaction_id"] for call in calls if call["mode"] == "async"]
        assert len(once) == len(set(once)), "an effect twice"
        effects = [call["transaction_id"] for call in calls]
        rows = self.rows()
        assert {row["state"] for row in rows} <= {"sent", "skipped"}
        sent = [row for row in rows if row["state"] == "sent"]
        missing = {row["transaction_id"] for row in sent} - set(effects)
        assert not missing, self.explain(missing)
        self.check_order(sent, effects)

    def check_order(self, sent, effects):
        place = {transaction_id: at for at, transaction_id in enumerate(effects)}
        lanes = defaultdict(list)
        for row in sent:
            lane = row["customer_key"], row["priority"]
            lanes[lane].append(place[row["transaction_id"]])
        for lane, places in lanes.items():
            assert places == sorted(places), f"overtaken: {lane}"

    def repeated(self):
        """How many calls came again."""
        ids = [call["transaction_id"] for call in self.calls()]
        return len(ids) - len(set(ids))

    def explain(self, transaction_ids):
        return [
            (c["operation"], c["http_status"], c["error"], c["body"])
            for c in self.calls()
            if c["transaction_id"] in transaction_ids
        ]
