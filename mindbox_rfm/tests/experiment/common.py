# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from ..common import TODAY, RfmCase
from ..run.cdnow import insert_orders


class ExperimentCase(RfmCase):
    """Some customers in two segments, and an experiment among them.

    It starts at TODAY; days are counted from there.
    """

    # Customers who have ordered, and who have not.
    buyers, others = 60, 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_books()
        cls.scheme = cls.make_custom([("buyers", "orders >= 1"), ("rest", "")])
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "ref": f"rfm-{number}", "lang": False}
                for number in range(cls.buyers + cls.others)
            ]
        )
        cls.insert(
            (customer, -5 - number % 40, 10 + number)
            for number, customer in enumerate(cls.customers[: cls.buyers])
        )
        cls.run_scheme(cls.scheme)
        cls.experiment = cls.make_experiment()

    @classmethod
    def make_experiment(cls, **values):
        values = {"name": "A discount", "share": 50, "seed": 7, "days": 30, **values}
        return cls.env["rfm.experiment"].create({"scheme_id": cls.scheme.id, **values})

    @classmethod
    def insert(cls, rows):
        """Insert orders: (customer, so many days after the start, amount)."""
        moments = [
            (customer.id, f"{TODAY + timedelta(days=day)} 09:00:00", amount)
            for customer, day, amount in rows
        ]
        insert_orders(cls.env, moments)

    def start(self, experiment=None):
        experiment = experiment or self.experiment
        experiment._start(TODAY)
        return experiment.member_ids

    def measure(self, day, experiment=None):
        """Measure as of so many days after the start."""
        experiment = experiment or self.experiment
        experiment._measure(TODAY + timedelta(days=day))
        return experiment.line_ids

    def group(self, arm, experiment=None):
        members = (experiment or self.experiment).member_ids
        return members.filtered(lambda member: member.arm == arm).partner_id

    def member(self, partner):
        domain = [("partner_id", "=", partner.id)]
        return self.env["rfm.experiment.member"].search(domain)

    def buy(self, partner, day, amount=100):
        """Order so many days after the start."""
        return self.make_order(partner, -day, amount)
