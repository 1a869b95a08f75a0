# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Topics of consents were free text: each becomes a record, called as before."""
    cr.execute(
        """
        INSERT INTO mindbox_topic (
            code, name, sequence, active, create_uid, create_date)
        SELECT DISTINCT topic, jsonb_build_object('en_US', topic), 10, TRUE, 1,
               now() at time zone 'UTC'
          FROM mindbox_consent consent
         WHERE consent.topic != '' AND NOT EXISTS (
               SELECT FROM mindbox_topic there WHERE there.code = consent.topic)
        """
    )
    cr.execute(
        """
        UPDATE mindbox_consent SET topic_id = named.id
          FROM mindbox_topic named
         WHERE named.code = mindbox_consent.topic AND topic_id IS NULL
        """
    )
