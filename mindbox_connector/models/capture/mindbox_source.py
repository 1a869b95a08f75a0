# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import re
import traceback
import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

import psycopg2
from psycopg2.errors import DiskFull

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import MissingError
from odoo.http import request
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

MARKS = "mindbox_connector.marks"
PREPARED = "mindbox_connector.prepared"
RECORDED = "mindbox_connector.recorded"
SAVEPOINT = "mindbox_flush"
DEVICE_COOKIE = "mindboxDeviceUUID"
DEVICE = re.compile(r"[0-9A-Za-z-]{8,64}")
# Marks made under this context key are none: for changes that came from Mindbox.
SKIP_KEY = "mindbox_skip"


class Mark(NamedTuple):
    """An event of a record that waits for the end of the transaction."""

    event: str
    model: str
    res_id: int
    website_id: Any


class Recorded(NamedTuple):
    """What a transaction has put into the outbox, and what it could not.

    * ``keys``: {transaction ID: (endpoint ID, merge key)}
    * ``late``: rows to be inserted once the shop's transaction is over
    """

    keys: dict
    late: list


class MindboxSource(models.AbstractModel):
    """Mixin of every model whose changes reach Mindbox: mark, flush, record.

    A model says which changes matter by calling :meth:`_mindbox_mark` in its hooks,
    and what goes out in one method ``_mindbox_<event>_body(endpoint, **facts)`` per
    event, which changes nothing and returns the JSON body as a dict, or the CSV of a
    bulk import as a string.
    """

    _name = "mindbox.source"
    _description = "Source of Mindbox Events"
    # The field of mindbox.request that leads to these records.
    _mindbox_link = "res_id"

    mindbox_request_count = fields.Integer(
        string="Mindbox Requests",
        compute="_compute_mindbox_request_count",
        groups="mindbox_connector.group_mindbox_user",
    )

    mindbox_request_ids = fields.One2many(
        "mindbox.request",
        "res_id",
        string="Mindbox Timeline",
        groups="mindbox_connector.group_mindbox_user",
    )
    mindbox_notice = fields.Char(
        compute="_compute_mindbox_notice",
        groups="mindbox_connector.group_mindbox_user",
    )

    # === TIMELINE: what was sent, what waits, and what is not even recorded === #

    @api.depends_context("lang")
    def _compute_mindbox_notice(self):
        for record in self:
            record.mindbox_notice = record._mindbox_explain_silence()

    def _mindbox_explain_silence(self):
        """Say in words what is not recorded about this record and why; "" for all is.

        Rules that are applied later leave a skipped request with the reason.
        """
        if not self.env["mindbox.endpoint"]._get_routes():
            return self.env._(
                "No integration point is started: nothing is recorded for Mindbox."
            )
        # What there is to know of the record itself, its reader may know.
        record = self.sudo()
        if not record._mindbox_customer():
            return record._mindbox_explain_no_customer()
        endpoints = record._mindbox_endpoints(False)
        if not endpoints:
            return self.env._(
                "No integration point serves this website or company: nothing is "
                "recorded for Mindbox."
            )
        labels = dict(self.env["mindbox.catalogue"]._get_selection())
        off = [
            labels[code]
            for code in record._mindbox_events()
            if not any(endpoint._get_operation(code) for endpoint in endpoints)
        ]
        if not off:
            return ""
        return self.env._("Switched off, so not recorded: %s.", ", ".join(off))

    def _mindbox_events(self):
        """Return the events that a timeline of such a record may show."""
        events = self.env["mindbox.catalogue"]._get_events()
        return [code for code, event in events.items() if event.model == self._name]

    def _mindbox_explain_no_customer(self):
        """Say in words why a record is nobody's for Mindbox."""
        if not self.partner_id:
            return self.env._("It belongs to nobody yet: nothing is recorded.")
        return self.partner_id._mindbox_explain_no_customer()

    # === SMART BUTTON === #

    def _compute_mindbox_request_count(self):
        link = self._mindbox_link
        groups = self.env["mindbox.request"]._read_group(
            self._mindbox_requests_domain(), [link], ["__count"]
        )
        counts = {getattr(key, "id", key): count for key, count in groups}
        for record in self:
            record.mindbox_request_count = counts.get(record.id, 0)

    def _mindbox_requests_domain(self):
        """Return the domain of the requests about these records."""
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    def action_view_mindbox_requests(self):
        """Open what was sent to Mindbox, what waits and why."""
        self.env["mindbox.request"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        return action | {"domain": self._mindbox_requests_domain(), "context": {}}

    # === MARK === #

    def _mindbox_mark(self, event, website=None, **facts):
        """Remember that an event of these records must reach Mindbox.

        Costs next to nothing: the work is done once, just before the commit.

        :param str event: a code of ``mindbox.catalogue``
        :param website: where it happened, for records that do not say it themselves
        :param facts: what a fact is about, e.g. the change of a balance; handed to
            the body method
        """
        if not self._mindbox_listens():
            return
        marks = self._mindbox_get_marks(MARKS, {})
        is_state = bool(self._mindbox_event(event).topic)
        now = datetime.utcnow()
        # Not self.ids: a form that is being edited is not stored yet.
        for record_id in filter(None, self._ids):
            mark = Mark(event, self._name, record_id, website and website.id or False)
            entries = marks.setdefault(mark, [])
            if is_state:
                entries[:] = [(now, _join(entries, facts))]
            else:
                entries.append((now, facts))

    def _mindbox_mark_last(self, event):
        """Record an event with its body at once, of records about to be deleted."""
        if not self._mindbox_listens():
            return
        prepared = self._mindbox_get_marks(PREPARED, [])
        records = self.with_env(self._mindbox_get_env())
        visitor, entry = _get_visitor(), (datetime.utcnow(), {})
        self._mindbox_open_savepoint()
        for record in records:
            mark = Mark(event, self._name, record.id, False)
            prepared += record._mindbox_try_to_prepare(mark, entry, visitor, True)
        self._mindbox_execute("RELEASE SAVEPOINT")

    def _mindbox_event(self, code):
        """Return the entry of the catalogue.

        :raise KeyError: no add-on of this database knows such an event
        """
        return self.env["mindbox.catalogue"]._get_events()[code]

    def _mindbox_listens(self):
        """Whether anybody wants to hear of these records."""
        return bool(
            any(self._ids)
            and not self.env.context.get(SKIP_KEY)
            and self.env["mindbox.endpoint"]._get_routes()
        )

    def _mindbox_get_env(self):
        """The outbox is filled for whoever changes a record, visitors included."""
        return self.env(user=SUPERUSER_ID, su=True, context={})

    def _mindbox_get_marks(self, key, empty):
        """Return this transaction's marks; have them flushed before the commit."""
        precommit = self.env.cr.precommit
        if MARKS not in precommit.data and PREPARED not in precommit.data:
            precommit.add(self._mindbox_get_env()["mindbox.source"]._mindbox_flush)
        return precommit.data.setdefault(key, empty)

    def _mindbox_mark_changed(self, event, vals, tracked):
        """Mark when a write touches one of the tracked fields."""
        if self and not tracked.isdisjoint(vals):
            self._mindbox_mark(event)

    def _mindbox_unmark(self):
        """Forget the marks of these records in this transaction."""
        marks = self.env.cr.precommit.data.get(MARKS, {})
        ids = set(self.ids)
        for mark in [m for m in marks if m.model == self._name and m.res_id in ids]:
            del marks[mark]

    def unlink(self):
        """What is deleted before the commit was never there for Mindbox."""
        self._mindbox_unmark()
        return super().unlink()

    # === FLUSH === #

    @api.model
    def _mindbox_flush(self):
        """Turn the marks into rows of the outbox, within the shop's transaction.

        Whatever is wrong with a mark or with the outbox, the shop goes on: what fails
        in the database is undone to a savepoint. Only a database that has no room for
        the rows refuses the whole: a change that commits is a change that is recorded.
        """
        marks = self.env.cr.precommit.data.pop(MARKS, {})
        rows = self.env.cr.precommit.data.pop(PREPARED, [])
        if not (marks or rows):
            return
        visitor = _get_visitor()
        records = self._mindbox_browse(marks)
        self._mindbox_open_savepoint()
        ranks = self.env["mindbox.catalogue"]._get_ranks()
        for mark in sorted(marks, key=lambda mark: ranks[mark.event]):
            record = records[mark.model, mark.res_id]
            for entry in marks[mark]:
                rows += record._mindbox_try_to_prepare(mark, entry, visitor)
        if rows:
            self._mindbox_insert(rows)
        else:
            self._mindbox_execute("RELEASE SAVEPOINT")

    def _mindbox_open_savepoint(self):
        # What the shop has still to write is not undone along with ours.
        self.env.flush_all()
        self._mindbox_execute("SAVEPOINT")

    def _mindbox_execute(self, command):
        self.env.cr.execute(SQL("%s %s", SQL(command), SQL.identifier(SAVEPOINT)))

    def _mindbox_try_to_prepare(self, mark, entry, visitor, at_once=False):
        """Return the outbox rows of one mark; of a broken one what there is of it."""
        failure = None
        for _attempt in range(2):
            try:
                return self._mindbox_prepare_rows(
                    mark, entry, visitor, at_once, failure
                )
            except MissingError:
                # The database deleted it along with what it belonged to.
                _logger.debug("%s is not recorded: it is gone", mark)
                return []
            except DiskFull:
                raise
            except psycopg2.Error as error:
                self._mindbox_execute("ROLLBACK TO SAVEPOINT")
                failure = error
                _log_failure(mark, error)
            except Exception as error:
                _log_failure(mark, error)
                return []
        return []

    def _mindbox_browse(self, marks):
        """Return {(model, id): record}; records of a model are read together."""
        ids = defaultdict(list)
        for mark in marks:
            ids[mark.model].append(mark.res_id)
        return {
            (model, record.id): record
            for model, model_ids in ids.items()
            for record in self.env[model].browse(model_ids)
        }

    def _mindbox_insert(self, rows):
        """Insert rows and end the savepoint; leave what fails to the kick."""
        postcommit = self.env.cr.postcommit
        if RECORDED not in postcommit.data:
            postcommit.data[RECORDED] = Recorded({}, [])
            postcommit.add(self._mindbox_kick)
        keys, late = postcommit.data[RECORDED]
        new_keys = {row["transaction_id"]: _get_key(row) for row in rows}
        again = keys and set(new_keys.values())
        own_ids = [row_id for row_id, key in keys.items() if key in again]
        try:
            self.env["mindbox.request"]._insert(rows, own_ids, savepoint=SAVEPOINT)
            keys.update(new_keys)
        except DiskFull:
            raise
        except psycopg2.Error as error:
            self._mindbox_execute("ROLLBACK TO SAVEPOINT")
            self._mindbox_execute("RELEASE SAVEPOINT")
            _log_failure("The outbox", error)
            late += rows

    @api.model
    def _mindbox_kick(self):
        """After the commit: merge what waits twice and queue the delivery."""
        keys, late = self.env.cr.postcommit.data.pop(RECORDED, Recorded({}, []))
        keys |= {row["transaction_id"]: _get_key(row) for row in late}
        if keys:
            self.env["mindbox.endpoint"]._kick_beside(
                list({endpoint_id for endpoint_id, _merge_key in keys.values()}),
                [row_id for row_id, (_e, merge_key) in keys.items() if merge_key],
                late,
            )

    def _mindbox_prepare_rows(self, mark, entry, visitor, at_once=False, failure=None):
        """Return the outbox rows of one mark, one per integration point.

        :param Mark mark: what is marked
        :param entry: (moment, facts)
        :param dict visitor: device and address of the shopper
        :param bool at_once: build the body now, as for a fact
        :param Exception failure: why the body cannot be built, known already
        """
        self.ensure_one()
        moment, facts = entry
        customer = self._mindbox_fact_customer(**facts)
        if not self._mindbox_concerns(mark.event, customer, visitor):
            return []
        rows = []
        for endpoint in self._mindbox_endpoints(mark.website_id):
            operation = endpoint._get_operation(mark.event)
            if operation:
                row = self._mindbox_prepare_row(mark.event, operation)
                row["endpoint_id"] = endpoint.id
                row["occurred_at"] = self._mindbox_moment(mark.event, moment)
                row["partner_id"] = customer.id or None
                row["cleared"] = " ".join(sorted(facts.get("cleared", ()))) or None
                row["customer_key"] = self._mindbox_customer_key(customer, visitor)
                row.update(visitor)
                if at_once or not self._mindbox_event(mark.event).topic:
                    row["merge_key"] = None
                    row |= (
                        endpoint._get_build_failure(failure)
                        if failure
                        else self._mindbox_prepare_fact(endpoint, row, facts)
                    )
                rows.append(row)
        return rows

    def _mindbox_prepare_row(self, event, operation):
        """Return the column values of a new row that do not depend on the moment."""
        topic = self._mindbox_event(event).topic
        return {
            "operation_id": operation["id"],
            "event": event,
            "mode": operation["mode"],
            "res_model": self._name,
            "res_id": self.id,
            "merge_key": topic and f"{topic}/{self._name}/{self.id}" or None,
            "transaction_id": str(uuid.uuid4()),
            "next_attempt_at": datetime.utcnow().replace(microsecond=0),
            "priority": operation["priority"],
            "state": "pending",
            "attempts": 0,
            "payload": None,
            "error": None,
        }

    def _mindbox_prepare_fact(self, endpoint, row, facts):
        """Return the values of a fact: its body is of this moment, or a reason."""
        return endpoint._build_values(
            endpoint._with_sender(self), row["event"], row["occurred_at"], **facts
        )

    # === WHAT A MODEL MAY SAY DIFFERENTLY === #

    def _mindbox_concerns(self, event, customer, visitor):
        """Whether an event of this record is one for Mindbox, as it is now."""
        return bool(customer)

    def _mindbox_fact_customer(self, customer_id=None, **facts):
        """Return whose event it is; some facts, like a view, name the customer."""
        if customer_id is None:
            return self._mindbox_customer()
        return self.env["res.partner"].browse(customer_id)._mindbox_customer()

    def _mindbox_customer(self):
        """Return the partner whose event it is, or an empty recordset."""
        return self.env["res.partner"]

    def _mindbox_customer_key(self, customer, visitor):
        """Return the key within which requests keep their order."""
        if customer:
            return f"partner-{customer.id}"
        return visitor["device_uuid"] or f"{self._name}-{self.id}"

    def _mindbox_moment(self, event, moment):
        """Return when an event that is marked at ``moment`` really happened."""
        return moment

    def _mindbox_endpoints(self, website_id):
        """Return the integration points by which this record's events leave.

        :param website_id: where it happened, if that is known
        """
        website, company = self._mindbox_shop()
        endpoint = self.env["mindbox.endpoint"]
        route = endpoint._get_route(website.id or website_id, company.id)
        return endpoint.browse(route or [])

    def _mindbox_shop(self):
        """Return website and company the record belongs to; either may be empty."""
        return self.env["website"], self.env["res.company"]

    def _mindbox_is_guest(self):
        """Whether the operation for customers without an account is due."""
        return False

    def _mindbox_operation(self, event, endpoint):
        """Return the values of the operation that carries the body, None where off."""
        # Whether there is an account takes a look at the users: only where it matters.
        differs = bool(self._mindbox_event(event).guest_operation)
        for_guests = differs and self._mindbox_is_guest()
        return endpoint._get_operation(event, for_guests)

    def _mindbox_resolve(self, event, endpoint):
        """Return the event that fits the record as it is when the body is built."""
        return event


def _get_key(row):
    return row["endpoint_id"], row["merge_key"]


def _log_failure(what, error):
    """Tell of a fault, but not its text, which may hold personal data."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    _logger.error("%s is not recorded: %r in %s", what, type(error), where)


def _join(entries, facts):
    """Return the facts of a state that is marked again: sets, joined by name."""
    joined = {name: set(values) for name, values in facts.items()}
    for _moment, before in entries:
        for name, values in before.items():
            joined[name] = joined.get(name, set()) | values
    return joined


def get_website():
    """Return the website of the current request, None outside of one."""
    return getattr(request, "website", None) if request else None


def get_device():
    """Return the device ID that Mindbox's tracker has given the visitor, or None."""
    device = request.cookies.get(DEVICE_COOKIE) or ""
    return device if DEVICE.fullmatch(device) else None


def _get_visitor():
    """Return device and address of the shopper on whose request this happens.

    Back-office people have devices too, but those are not the customer's.
    """
    nobody = {"device_uuid": None, "customer_ip": None}
    if not request or not getattr(request, "env", None):
        return nobody
    if request.env.uid and not request.env.user.share:
        return nobody
    return {
        "device_uuid": get_device(),
        "customer_ip": request.httprequest.remote_addr,
    }
