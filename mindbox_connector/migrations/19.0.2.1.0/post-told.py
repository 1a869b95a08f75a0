# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ledger keeps states from now on; nobody knows which ones were told before."""


def migrate(cr, version):
    # What failed late was forgotten without a word; see FORGET_CONTENT.
    cr.execute(
        """
        UPDATE mindbox_ledger SET amount = 0
         WHERE kind = 'orders' AND amount IS NULL AND acknowledged_at = '1970-01-01'
        """
    )
    cr.execute("UPDATE mindbox_ledger SET state = 'null' WHERE kind = 'orders'")
    cr.execute(
        """
        INSERT INTO mindbox_ledger (
            endpoint_id, kind, res_id, partner_id, date, state, acknowledged_at,
            known_from, origin)
        SELECT known.endpoint_id, 'consents', consent.id, consent.partner_id,
               consent.decided_at::date, 'null', known.acknowledged_at,
               'accepted', known.origin
          FROM mindbox_consent consent
          JOIN mindbox_ledger known
            ON known.kind = 'customers' AND known.res_id = consent.partner_id
         WHERE NOT EXISTS (
               SELECT FROM mindbox_request request
                WHERE request.res_model = 'mindbox.consent'
                  AND request.res_id = consent.id
                  AND request.state IN ('pending', 'rejected'))
        """
    )
