# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import MindboxSkipped
from ...reasons import Reason
from ..consent.mindbox_consent import CHANNELS, get_place
from ..identity.mindbox_contact import KINDS
from ..mapping.values import as_cell
from ..shop.names import personal_data, usable_email
from .mindbox_import_reader import Item

# Column -> field of the body.
CUSTOMER_COLUMNS = {
    "Email": "email",
    "MobilePhone": "mobilePhone",
    "LastName": "lastName",
    "FirstName": "firstName",
    "MiddleName": "middleName",
    "FullName": "fullName",
    "Sex": "sex",
    "BirthDate": "birthDate",
}
# Channels of consents in files; bodies spell these two in another way.
CHANNEL_COLUMNS = CHANNELS | {"webpush": "WebPush", "mobilepush": "MobilePush"}

# Decisions as cells of a file; None: there is none.
AGREED = {True: "true", False: "false", None: ""}
NO_DECISION = (None, None, None)

# Letters that the page before an import names, at most.
SHOWN_LETTERS = 20


class MindboxImportCustomers(models.AbstractModel):
    _name = "mindbox.import.customers"
    _description = "Import of Customers"
    _inherit = "mindbox.import.reader"
    _source = "res.partner"
    _files = ("customers",)
    _ledger = "customers"

    # === WHICH RECORDS === #

    def _relation(self, run):
        return self.env["mindbox.scope"]._get_customers(run.endpoint_id)

    def _scope(self, run):
        dates = self._between(run, SQL("record.create_date"))
        person = self.env["mindbox.scope"]._get_person(
            run.endpoint_id, SQL("record.id")
        )
        own = SQL("%s = record.id", person)
        return SQL("%s AND %s AND %s", dates, self._has_shop_there(run), own)

    def _has_shop_there(self, run):
        """Return the condition that a customer has to do with the website, if any."""
        if not run.website_id:
            return SQL("TRUE")
        return SQL(
            """
            (record.website_id = %(website)s
             OR EXISTS (SELECT FROM sale_order shop
                         WHERE shop.partner_id = record.id
                           AND shop.website_id = %(website)s))
            """,
            website=run.website_id.id,
        )

    # === THEIR ROWS === #

    def _get_header(self, run, file):
        return [
            f"ExternalIdentity{run.endpoint_id.customer_id_name}",
            *CUSTOMER_COLUMNS,
            *self._get_consent_columns().values(),
            "SourceDateTimeUtc",
            *run.endpoint_id._get_custom_columns("res.partner"),
        ]

    def _get_consent_columns(self):
        """Return {(channel, topic): column} of the decisions there are."""
        query = SQL(
            "SELECT DISTINCT channel, COALESCE(topic, '') FROM mindbox_consent"
            " ORDER BY 1, 2"
        )
        return {
            (channel, topic): f"IsSubscribedBy{CHANNEL_COLUMNS[channel]}"
            + (f"On{topic}" if topic else "")
            for channel, topic in self.env.execute_query(query)
        }

    def _get_items(self, run, file, ids):
        endpoint = run.endpoint_id
        partners = endpoint._with_sender(self.env["res.partner"])
        countries = _Countries(partners.env)
        consents = self.env["mindbox.consent"]._read_newest(endpoint, ids)
        topics = list(self._get_consent_columns())
        custom = endpoint._read_custom_fields(partners.browse(ids))
        names = endpoint._get_custom_columns("res.partner").values()

        def make(row):
            self._check(run, row)
            profile = get_profile(endpoint, partners, countries, row)
            own = custom.get(row["id"], {})
            profile |= {"customFields": own} if own else {}
            decided = consents.get(row["id"], {})
            agreed = (decided.get(topic, NO_DECISION)[0] for topic in topics)
            cells = [
                str(row["id"]),
                *(profile.get(name, "") for name in CUSTOMER_COLUMNS.values()),
                *map(AGREED.get, agreed),
                endpoint._format_moment(row["create_date"]),
                *(as_cell(own.get(name)) for name in names),
            ]
            told = self._get_told(endpoint, row["id"], profile, decided)
            return Item(row["id"], [cells], told)

        return [
            self._try(row["id"], lambda row=row: make(row))
            for row in self._get_rows(run, ids)
        ]

    def _get_rows(self, run, ids):
        """Return columns of the customers, as the bodies of live events have them."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT customer.id, customer.name, email_normalized, phone, country_id,
                       is_company, birthday, sex, customer.active,
                       %(foreign)s AS foreign_kinds,
                       CASE WHEN %(with_time_zone)s AND maker.share
                            THEN customer.tz END AS tz,
                       COALESCE(customer.create_date, now() at time zone 'UTC')
                           AS create_date
                  FROM res_partner customer
                  LEFT JOIN res_users maker ON maker.id = customer.create_uid
                 WHERE customer.id = ANY(%(ids)s) ORDER BY customer.id
                """,
                ids=ids,
                foreign=self.env["mindbox.scope"]._get_foreign(
                    run.endpoint_id, SQL.identifier("customer")
                ),
                with_time_zone=run.endpoint_id.send_time_zone,
            )
        )

    def _check(self, run, row):
        """Check that a customer goes to Mindbox.

        :raise MindboxSkipped: a rule says no
        """
        if not row["active"] and not run.include_archived:
            raise MindboxSkipped("archived")

    def _get_told(self, endpoint, partner_id, profile, decided):
        digest = self.env["mindbox.ledger"]._get_digest(profile)
        told = {"res_id": partner_id, "partner_id": partner_id, "digest": digest}
        consents = [
            {
                "res_id": decision_id,
                "partner_id": own_id,
                "state": {get_place(channel, topic, endpoint): agreed},
            }
            for (channel, topic), (agreed, decision_id, own_id) in decided.items()
        ]
        return told | {"besides": {"consents": consents}} if consents else told

    # === WHAT IS LOST ON THE WAY === #

    def _find_losses(self, run, ids):
        """Names with letters that Mindbox does not take count once, all together."""
        partners = run.endpoint_id._with_sender(self.env["res.partner"]).browse(ids)
        problems = [p._mindbox_find_name_problem(run.endpoint_id) for p in partners]
        losses = Counter(reason.code for reason in problems if reason)
        letters = {
            letter
            for reason in problems
            if reason
            for letter in reason.details.get("letters", "").split()
        }
        shown = sorted(letters)[:SHOWN_LETTERS]
        details = {"letters": " ".join(shown) + " …" * (len(letters) > len(shown))}
        return [(Reason(code, details), count) for code, count in losses.items()]

    # === RECORD BY RECORD === #

    def _prepare_requests(self, run, records):
        """The customers, then what they have decided and Mindbox was not told."""
        requests = [
            run._prepare_request(partner, "customer_edit") for partner in records
        ]
        if run.endpoint_id._get_operation("customer_subscription"):
            decisions = self.env["mindbox.consent"]._get_newest(
                run.endpoint_id, records
            )
            # Nobody is unsubscribed who is not there yet.
            first = max((r["priority"] for r in requests), default=0)
            for decision in decisions._filter_untold(run.endpoint_id):
                request = run._prepare_fact(
                    decision, "customer_subscription", decision.decided_at
                )
                request["priority"] = max(request["priority"], first)
                requests.append(request)
        return requests

    def _get_changed(self, run, records, since):
        run._mark_changed(records, ("customer_register", "customer_edit"), since)


def get_profile(endpoint, partners, countries, row):
    """Return the profile of a customer as a live event has it.

    :param partners: an empty recordset as the sender sees it
    :param dict row: columns of res_partner
    :raise MindboxSkipped: nothing identifies the customer in Mindbox
    """
    contacts = {
        "email": usable_email(row["email_normalized"]),
        "mobilePhone": partners._mindbox_format_phone(
            row["phone"], countries[row["country_id"]], endpoint
        ),
    }
    foreign = {KINDS[kind] for kind in row["foreign_kinds"]}
    contacts = {key: value for key, value in contacts.items() if key not in foreign}
    if not any(contacts.values()) and not foreign:
        raise MindboxSkipped("no_contact")
    personal = (row[key] for key in ("name", "is_company", "birthday", "sex", "tz"))
    return {
        "ids": {endpoint.customer_id_name: str(row["id"])},
        **{key: value for key, value in contacts.items() if value},
        **personal_data(*personal, endpoint.name_format),
    }


class _Countries(dict):
    """{ID or None: country}, each read once."""

    def __init__(self, env):
        super().__init__()
        self._countries = env["res.country"]

    def __missing__(self, country_id):
        return self.setdefault(country_id, self._countries.browse(country_id or []))


def as_day(moment):
    """Return the day of a moment as the ledger keeps it."""
    return fields.Date.to_string(moment)
