# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a body says what Mindbox is told of a record: expressions of PostgreSQL.

They read ``body``, the body of a request as ``json``, and its rows in the tables
``request`` and ``endpoint``.
"""

PROFILE = "body->'customer'"
REFERENCE = "body->'order'->'ids'->>endpoint.order_id_name"
TOTAL = "body->'order'->'totalPrice'"

# By its transaction ID Mindbox counts a change once, however often it is sent.
CHANGE = """
    CASE WHEN request.was_accepted IS NOT TRUE
         THEN body->'balanceChanges'->0->'changeAmount' END
"""

# {"point of contact/topic/brand": agreed}
CONSENT = """
    (SELECT jsonb_object_agg(
                concat(part->>'pointOfContact', '/', part->>'topic',
                       '/', part->>'brand'),
                part->'isSubscribed')
       FROM json_array_elements(body->'customer'->'subscriptions') AS part)
"""

# {"": status of the order, and line ID: status of what is not kept of it}
STATUSES = """
    (SELECT jsonb_object_agg(
                CASE WHEN told.is_part AND told.status IN (
                              SELECT status FROM mindbox_order_status
                               WHERE endpoint_id = endpoint.id
                                 AND milestone IN ('returned', 'cancelled'))
                     THEN told.line_id ELSE '' END,
                told.status)
       FROM (SELECT '' AS line_id, body->>'orderLinesStatus' AS status,
                    FALSE AS is_part
              UNION ALL
             SELECT line.id, line.status,
                    -- All lines of an order that was cancelled are.
                    request.event = 'order_status'
                    OR min(line.status) OVER () != max(line.status) OVER ()
               FROM json_array_elements(body->'order'->'lines') AS part
              CROSS JOIN LATERAL (
                  SELECT part->>'lineId' AS id,
                         COALESCE(part->'status'->'ids'->>'externalId',
                                  part->>'status') AS status) AS line) AS told
      WHERE told.status IS NOT NULL)
"""
