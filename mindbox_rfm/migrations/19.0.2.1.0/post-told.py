# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ledger keeps segments from now on; nobody knows which ones were told before.

What is told is what differs from it, so imports are of the scheme and not of a run.
"""

# What a run was about to tell is told by its scheme, with all else that is due.
IMPORTS_OF_SCHEMES = """
    UPDATE mindbox_request request
       SET res_model = 'rfm.scheme', res_id = run.scheme_id,
           merge_key = CASE WHEN request.merge_key IS NOT NULL
                            THEN 'segment/rfm.scheme/' || run.scheme_id END
      FROM rfm_run run
     WHERE request.event = 'segment_set' AND request.res_model = 'rfm.run'
       AND run.id = request.res_id
"""
# Each scheme's night is where its company is: who is due is asked each hour.
HOURLY = """
    UPDATE ir_cron SET interval_number = 1, interval_type = 'hours'
     WHERE interval_type = 'days' AND id IN (
           SELECT res_id FROM ir_model_data
            WHERE module = 'mindbox_rfm' AND name = %s)
"""
NO_MORE_MOVERS = """
    UPDATE queue_job SET state = 'cancelled', date_cancelled = now() at time zone 'UTC'
     WHERE model_name = 'rfm.scheme' AND method_name = '_mark_movers'
       AND state NOT IN ('done', 'cancelled', 'failed')
"""


def migrate(cr, version):
    cr.execute(IMPORTS_OF_SCHEMES)
    cr.execute(NO_MORE_MOVERS)
    cr.execute(HOURLY, ["ir_cron_compute"])
    forget(cr, "queue_job_function", "job_function_rfm_scheme_mark_movers")
    cr.execute(
        """
        INSERT INTO mindbox_ledger (
            endpoint_id, kind, res_id, partner_id, state, acknowledged_at,
            known_from, origin)
        SELECT known.endpoint_id, 'segments', known.res_id, known.partner_id, 'null',
               known.acknowledged_at, 'accepted', known.origin
          FROM mindbox_ledger known
          JOIN mindbox_endpoint endpoint ON endpoint.id = known.endpoint_id
          JOIN rfm_scheme scheme ON scheme.company_id = endpoint.company_id
           AND scheme.state = 'active' AND scheme.mindbox_way != 'none'
          JOIN rfm_profile profile ON profile.scheme_id = scheme.id
           AND profile.partner_id = known.res_id
         WHERE known.kind = 'customers'
        """
    )


def forget(cr, table, xmlid):
    """Delete a record that the add-on had brought."""
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'mindbox_rfm' AND name = %s "
        "RETURNING res_id",
        [xmlid],
    )
    for (res_id,) in cr.fetchall():
        cr.execute(f"DELETE FROM {table} WHERE id = %s", [res_id])
