# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to an integration point in years: slips of the pen, archives, moves."""

from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .security import SecurityCase

NUMBERS = (
    *("body_days", "row_days", "rejected_days", "gather_seconds"),
    *("alert_stuck", "alert_held", "alert_backlog", "alert_refused", "alert_rejected"),
)
OURS = ("mindbox_connector", "mindbox_rfm")


@tagged("post_install", "-at_install")
class TestLongLife(SecurityCase):
    def test_no_scheduled_action_breaks_by_a_parameter_that_is_nonsense(self):
        crons = self.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "in", OURS)]
        )
        for nonsense in ("soon", "1.5", "-7", "9" * 30, " "):
            for name in NUMBERS:
                parameter = f"mindbox_connector.{name}"
                self.env["ir.config_parameter"].set_param(parameter, nonsense)
            for cron in self.env["ir.cron"].browse(crons.mapped("res_id")):
                cron.ir_actions_server_id.run()
            self.env["mindbox.request"]._gc_requests()
            self.env["mindbox.import.chunk"]._gc_files()
            self.env["mindbox.endpoint"]._get_gather_seconds()

    def test_an_archived_integration_point_sends_no_more(self):
        self.assertEqual(self.endpoint.state, "running")
        self.endpoint.active = False
        self.assertEqual(self.endpoint.state, "paused")
        self.assertIn(self.env.user.name, self.endpoint.pause_reason)

    def test_who_deletes_what_waits_is_told_how_much_and_shown_it(self):
        self.endpoint.action_pause()
        self.env["mindbox.request"].search([]).state = "sent"
        for _number in range(3):
            self.make_request(state="pending")
        with self.assertRaises(RedirectWarning) as caught:
            self.endpoint.unlink()
        words, action, *_button = caught.exception.args
        self.assertTrue(words.startswith("3 requests"), words)
        waiting = self.env["mindbox.request"].search(action["domain"])
        self.assertEqual(len(waiting), 3)
        waiting.action_cancel()
        self.endpoint.unlink()

    def test_the_currency_is_that_of_the_company(self):
        company = self.env["res.company"].create(
            {"name": "Theirs", "currency_id": self.env.ref("base.KZT").id}
        )
        values = {"name": "Theirs", "company_id": company.id}
        endpoint = self.env["mindbox.endpoint"].create(values)
        self.assertEqual(endpoint.currency_id.name, "KZT")
        dollars = self.env.ref("base.USD").id
        endpoint = endpoint.create(values | {"currency_id": dollars})
        self.assertEqual(endpoint.currency_id.name, "USD", "it can be chosen")
