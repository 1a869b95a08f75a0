# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the set-up page shows of an integration point, and where its buttons lead."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .questions import Questions

ANSWER_NAMES = ("number", "question", "old", "new", "problem")


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    manager_answers = fields.Text(
        string="Answers of the Mindbox Manager",
        readonly=True,
        copy=False,
        groups="mindbox_connector.group_mindbox_manager",
    )
    answered_at = fields.Datetime(string="Answered", readonly=True, copy=False)

    @api.model
    def get_setup(self, endpoint_id=False):
        """Return what the set-up page shows.

        :param endpoint_id: which one; the first that is not done, else the first
        :return: dict of ``points`` [{id, name}], ``id``, ``steps`` (see
            :meth:`MindboxGuide._judge`), ``is_done`` (all that is needed),
            ``can_take_over`` (a configuration from a file) and ``questions`` (the text
            to send, "" where there is nobody to ask about)
        :raise AccessError: the user is no Mindbox manager
        """
        self.env["mindbox.request"]._check_manager()
        points = self.search([("company_id", "in", self.env.companies.ids)])
        chosen = points.filtered(lambda point: point.id == endpoint_id)
        draft = points.filtered(lambda point: point.state == "draft")
        endpoint = chosen or draft[:1] or points[:1]
        # The key, jobs and modules are closed to managers; what is told of them is not.
        steps = self.env["mindbox.guide"]._judge(endpoint.sudo())
        needed = [step["state"] for step in steps if step["is_needed"]]
        return {
            "points": [{"id": point.id, "name": point.name} for point in points],
            "id": endpoint.id,
            "steps": steps,
            "is_done": set(needed) == {"done"},
            "can_take_over": bool(endpoint) or self.has_access("create"),
            "questions": Questions(endpoint).write_text() if endpoint else "",
        }

    @api.model
    def _action_open_app(self):
        """Return what the app opens with: the set-up page, until something runs."""
        is_manager = self.env.user.has_group("mindbox_connector.group_mindbox_manager")
        begun = self.search_count([("state", "!=", "draft")], limit=1)
        name = "mindbox_request_action" if begun or not is_manager else "setup_action"
        return self._get_action(name)

    @api.model
    def _get_action(self, name):
        return self.env["ir.actions.actions"]._for_xml_id(f"mindbox_connector.{name}")

    # === ANSWERS === #

    def read_answers(self, text=""):
        """Return what answers of the Mindbox manager would change.

        :param str text: the questions with the answers
        :return: [{number, question, old, new, problem}]
        """
        self.ensure_one()
        self.check_access("write")
        return [
            {name: getattr(answer, name) for name in ANSWER_NAMES}
            for answer in Questions(self).understand(text or "")
        ]

    def store_answers(self, text=""):
        """Write what the answers of the Mindbox manager change, and keep the text.

        :raise UserError: an answer cannot be understood
        """
        self.ensure_one()
        self.check_access("write")
        answers = Questions(self).understand(text or "")
        for answer in answers:
            if answer.problem:
                raise UserError(
                    self.env._(
                        "%(number)s. %(question)s: %(problem)s",
                        number=answer.number,
                        question=answer.question,
                        problem=answer.problem,
                    )
                )
        for answer in answers:
            self._store_answer(answer)
        kept = {"manager_answers": text, "answered_at": fields.Datetime.now()}
        # Nobody writes them by hand.
        self.sudo().write(kept)
        return len(answers)

    def _store_answer(self, answer):
        if answer.values is None:
            answer.record.unlink()
        elif answer.record:
            answer.record.write(answer.values)
        else:
            values = {**answer.values, "endpoint_id": self.id}
            self.env["mindbox.order.status"].create(values)

    # === BUTTONS === #

    def action_open_point(self):
        """Open the integration point, or the form of a new one."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Integration Point"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_view_operations(self):
        """Open the operations of the integration point."""
        return self._action_view_own("mindbox_operation_action")

    def action_view_feeds(self):
        """Open the product feeds of the integration point."""
        return self._action_view_own("mindbox_feed_action")

    def action_view_imports(self):
        """Open the imports of the integration point."""
        return self._action_view_own("mindbox_import_action")

    def _action_view_own(self, name):
        self.check_access("read")
        domain = [("endpoint_id", "in", self.ids)]
        return self._get_action(name) | {"domain": domain}
