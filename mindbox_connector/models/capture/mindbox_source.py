# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, models

from .visitor import get_visitor

# Keys of a transaction's marks, and of the rows prepared already, until its commit.
MARKS = "mindbox_connector.marks"
PREPARED = "mindbox_connector.prepared"
# Key of the last moments that a transaction has recorded, by subject.
MOMENTS = "mindbox_connector.moments"
# Mindbox reads moments to the millisecond.
MILLISECOND = timedelta(milliseconds=1)
# Marks made under this context key are none: for changes that came from Mindbox.
SKIP_KEY = "mindbox_skip"
# Context key of bodies that are made in time: IDs of the records that are about to go.
LAST_KEY = "mindbox_last"


class Mark(NamedTuple):
    """An event of a record that waits for the end of the transaction."""

    event: str
    model: str
    res_id: int
    website_id: Any


class MindboxSource(models.AbstractModel):
    """Mixin of every model whose changes reach Mindbox: mark, flush, record.

    A model says which changes matter by calling :meth:`_mindbox_mark` in its hooks,
    and what goes out in one method ``_mindbox_<event>_body(endpoint, **facts)`` per
    event, which changes nothing and returns the JSON body as a dict, or the CSV of a
    bulk import as a string.
    """

    _name = "mindbox.source"
    _description = "Source of Mindbox Events"
    _inherit = "mindbox.guarded"

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

    def _mindbox_mark_once(self, event, **facts):
        """Mark a fact that may be marked already, in the same words."""
        marks = self.env.cr.precommit.data.get(MARKS, {})
        for record in self:
            entries = marks.get(Mark(event, self._name, record.id, False), ())
            if not any(entry[1] == facts for entry in entries):
                record._mindbox_mark(event, **facts)

    def _mindbox_mark_last(self, event):
        """Record an event with its body at once, of records about to be deleted."""
        if not self._mindbox_listens():
            return
        prepared = self._mindbox_get_marks(PREPARED, [])
        records = self.with_env(self._mindbox_get_env())
        records = records.with_context(**{LAST_KEY: self.ids})
        visitor, entry = get_visitor(), (datetime.utcnow(), {})
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

    def _mindbox_is_forgotten(self, customer_id=None, **facts):
        """Whether it is an event of somebody who was erased, by device or by name."""
        partner = self.env["res.partner"].browse(customer_id)
        if customer_id is None and "partner_id" in self._fields:
            partner = self.partner_id
        return bool(partner._mindbox_contact().mindbox_erased_at)

    def unlink(self):
        """What is deleted before the commit was never there for Mindbox."""
        self._mindbox_unmark()
        return super().unlink()

    # === WHAT A MODEL MAY SAY DIFFERENTLY === #

    def _mindbox_is_included(self, endpoint):
        """Whether a customer passes the filter of an integration point."""
        return True

    def _mindbox_is_relevant(self):
        """Whether Mindbox hears of this record at all, as it is now."""
        return True

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
        """Return the key within which requests keep their order.

        The device is a cookie and may be called like a customer: each has a prefix.
        """
        if customer:
            return f"partner-{customer.id}"
        if device := visitor["device_uuid"]:
            return f"device-{device}"
        return f"{self._name}-{self.id}"

    def _mindbox_is_told_otherwise(self, endpoint, event, **facts):
        """Whether another event tells an integration point the same already."""
        return False

    def _mindbox_moment(self, event, moment):
        """Return when an event that is marked at ``moment`` really happened."""
        return moment

    def _mindbox_subject(self, event):
        """Return whose moments rise from event to event.

        Mindbox executes calls in any order: of two it takes the later one for the last.
        """
        return f"{self._name}-{self.id}"

    def _mindbox_rise(self, event, moment):
        """Return a moment after all that this transaction has recorded of the subject.

        What happens in one transaction is marked within a millisecond, or not in the
        order in which it leaves.
        """
        moments = self.env.cr.postcommit.data.setdefault(MOMENTS, {})
        subject = self._mindbox_subject(event)
        moments[subject] = moment = max(
            moment, moments.get(subject, datetime.min) + MILLISECOND
        )
        return moment

    def _mindbox_told_moment(self, event, moment):
        """Return the moment that a body tells, where the newest form is told."""
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

    def _mindbox_body(self, event, endpoint, **facts):
        """Return the body of an event: there is a method for each."""
        return getattr(self, f"_mindbox_{event}_body")(endpoint, **facts)

    def _mindbox_resolve(self, event, endpoint):
        """Return the event that fits the record as it is when the body is built."""
        return event


def _join(entries, facts):
    """Return the facts of a state that is marked again: sets, joined by name."""
    joined = {name: set(values) for name, values in facts.items()}
    for _moment, before in entries:
        for name, values in before.items():
            joined[name] = joined.get(name, set()) | values
    return joined
