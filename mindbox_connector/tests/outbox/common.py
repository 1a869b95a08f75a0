# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of delivery share."""

import json
from unittest.mock import patch

from psycopg2.errors import AdminShutdown

from ...models.outbox import mindbox_delivery
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

    def die_while_recording(self):
        """Have Mindbox hear of what waits; kill the delivery before it notes that.

        :return: what the job ends with
        """

        def die(*args):
            raise AdminShutdown("terminating connection due to administrator command")

        with patch.object(mindbox_delivery.Run, "_record", die):
            return self.deliver_quietly()

    def sent(self):
        return [(body["c"], body["n"]) for body in self.mindbox.bodies()]
