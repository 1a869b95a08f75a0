# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of delivery share."""

import json

from ..common import RealCase, Reply

DOWN = Reply(503, {"status": "InternalServerError"})
REJECTED = Reply(
    400,
    {"status": "ProtocolError", "errorMessage": "No anna@example.com or +7 999 123"},
)


class DeliveryCase(RealCase):
    def facts(self, *customers, **values):
        """Put one fact per customer into the outbox; its body names the customer."""
        return self.insert(
            *(
                {"customer_key": c, "payload": json.dumps({"c": c, "n": n}), **values}
                for n, c in enumerate(customers)
            )
        )

    def fail_for(self, customer, reply=DOWN):
        """Let Mindbox fail at each call of one customer."""

        def answer(call):
            return reply if json.loads(call["body"])["c"] == customer else Reply()

        self.mindbox.answer = answer

    def sent(self):
        return [(body["c"], body["n"]) for body in self.mindbox.bodies()]
