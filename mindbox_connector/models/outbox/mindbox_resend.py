# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending finished requests again: which can be, and as what."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    def action_resend(self):
        """Send again: a state in its newest form, a fact as it was.

        A fact keeps its transaction ID, unless Mindbox refused it (then nothing was
        processed): so nothing can be counted twice.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: some have no body any more, or no record
        """
        self._check_manager()
        requests = self.sudo()
        for problem in requests._find_unsendable(self.ids):
            raise UserError(requests._explain_unsendable()[problem])
        requests._resend(self.ids)
        return True

    def _explain_unsendable(self):
        """Return {problem: why requests cannot be sent again}."""
        return {
            "body": self.env._(
                "The body of some requests has been removed already, as set in "
                "the retention of the settings. They cannot be sent again."
            ),
            "record": self.env._(
                "The record of some requests no longer exists: there is nothing to "
                "send."
            ),
        }

    @api.model
    def _find_unsendable(self, ids):
        """Return {problem: IDs} of the finished requests that cannot be sent again.

        A fact needs its body, a state the record it is built from.
        """
        self.flush_model()
        finished = SQL("id = ANY(%s) AND state != 'pending'", list(ids))
        query = SQL(
            """
            SELECT 'body', id FROM mindbox_request
             WHERE %(finished)s AND merge_key IS NULL AND COALESCE(payload, '') = ''
            """,
            finished=finished,
        )
        states = SQL("%s AND merge_key IS NOT NULL", finished)
        models_ = self.env.execute_query(
            SQL("SELECT DISTINCT res_model FROM mindbox_request WHERE %s", states)
        )
        for (model,) in models_:
            query = SQL(
                """
                %(query)s UNION ALL
                SELECT 'record', id FROM mindbox_request
                 WHERE %(states)s AND res_model = %(model)s
                   AND NOT EXISTS (%(record)s)
                """,
                query=query,
                states=states,
                model=model,
                record=self._get_record_query(model),
            )
        problems = defaultdict(list)
        for problem, request_id in self.env.execute_query(query):
            problems[problem].append(request_id)
        return dict(problems)

    def _get_record_query(self, model):
        """Return the query of the record of a request, none where its model is gone."""
        if model not in self.env:
            return SQL("SELECT WHERE FALSE")
        table = SQL.identifier(self.env[model]._table)
        return SQL("SELECT FROM %s AS record WHERE record.id = res_id", table)

    @api.model
    def _resend(self, ids):
        """Let finished requests wait again, in one statement; see action_resend.

        :param ids: of requests that can be sent, those that wait are left alone
        :return: how many wait now
        """
        self.flush_model()
        keeps_key = "merge_key IS NULL AND (state != 'rejected' OR was_accepted)"
        resent = self._execute(
            SQL(
                """
                UPDATE mindbox_request
                   SET state = 'pending', attempts = 0, missing_attempts = NULL,
                       next_attempt_at = %(now)s, queued_at = %(now)s,
                       reason_code = NULL, reason_details = NULL, http_status = 0,
                       response = NULL, sent_at = NULL,
                       outcome = NULL, processed_at = NULL,
                       was_accepted = merge_key IS NULL
                           AND (state = 'sent' OR was_accepted IS TRUE),
                       payload = CASE WHEN merge_key IS NULL THEN payload END,
                       may_have_left = %(keeps_key)s
                           AND (state = 'sent' OR may_have_left),
                       transaction_id = CASE WHEN %(keeps_key)s THEN transaction_id
                                             ELSE gen_random_uuid()::varchar END
                 WHERE id = ANY(%(ids)s) AND state != 'pending'
                RETURNING endpoint_id
                """,
                keeps_key=SQL(keeps_key),
                now=fields.Datetime.now(),
                ids=list(ids),
            )
        )
        self.invalidate_model()
        endpoint_ids = {endpoint_id for (endpoint_id,) in resent}
        self.env["mindbox.endpoint"].browse(endpoint_ids)._kick_after_commit()
        return len(resent)
