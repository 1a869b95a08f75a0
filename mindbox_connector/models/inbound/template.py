# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bodies of webhooks as they are pasted into Mindbox, which fills them in.

The names of the template language are those that Mindbox's help pages use. That of an
identifier is not among them: it is chosen in Mindbox, and until then the customer is
found by e-mail or phone.
"""

TRANSACTION = "${WebhookRequest.TransactionalId}"
CUSTOMER = {"email": "${Recipient.Email}", "mobilePhone": "${Recipient.MobilePhone}"}


def get_body(code, kind, endpoint):
    """Return the body of a kind of call.

    :param str code: of the kind
    :param InboundKind kind: its entry of the catalogue
    """
    body = {"kind": code, "transactionId": TRANSACTION, "occurredAt": ""}
    if kind.names_customer:
        body["customer"] = {"ids": {endpoint.customer_id_name: ""}} | CUSTOMER
    return body | dict(kind.template)
